"""After the receipt: reintegration at home, visits reported back as far as the person allows, both cases closed."""

from __future__ import annotations

from datetime import date, timedelta

from app.demo import claims, forms
from app.demo.crossing import Abroad
from app.demo.life import Life
from app.demo.play import Story

# When the visits fall, in days after the receipt: a little before their clocks of 1, 3, 6 and 12 months ring.
VISITS = (28, 85, 178, 355)


def reintegration(life: Life, there: Abroad, received: date) -> Story:
    """The receiving country's part; it goes on as long as the play does."""
    yield life.on(received + timedelta(days=4), 10)
    stage, person = life.stage, life.person
    copy, case_id = stage.other_copy(life.referral_id)
    if case_id is None:
        raise RuntimeError("a received person has no case in the country of origin")
    stage.assign(there.supervisor, case_id, there.manager)
    yield life.on(received + timedelta(days=7), 10)
    stage.record(there.manager, case_id, "reintegration_plan", forms.reintegration_plan())
    stage.referral_step(there.manager, "start_reintegration", copy)
    if "no_report_wanted" in life.quirks:
        # The person wants no word to go back: visits happen, and nothing crosses the border.
        stage.blocked(there.manager, "report_visit", copy, forms.visit(1, life))
        for number, days in enumerate(VISITS, 1):
            yield life.on(received + timedelta(days=days), 10)
            stage.record(there.manager, case_id, "monitoring_visit", forms.visit(number, life))
        return
    stage.record(there.manager, case_id, "remedies_notice", forms.remedies(person))
    yield life.on(received + timedelta(days=20), 10)
    if person.child:
        # Whoever speaks for the child at home is named there before anybody asks them.
        stage.record(there.manager, case_id, "guardian_appointment", forms.guardian(life))
    stage.record(
        there.manager, case_id, "consent",
        forms.consent(life, "reintegration_report", life.country, ["reintegration"]),
    )  # fmt: skip
    for number, days in enumerate(VISITS, 1):
        late = 24 if "late_visit" in life.quirks and number == 2 else 0
        yield life.on(received + timedelta(days=days + late), 10)
        lost = "lost_contact" in life.quirks and number == 2
        stage.referral_step(there.manager, "report_visit", copy, forms.visit(number, life, lost))
        if lost:
            break
    yield life.on(life.today() + timedelta(days=5), 10)
    stage.referral_step(there.manager, "complete", copy)
    yield life.on(life.today() + timedelta(days=2), 10)
    reason = "lost_contact" if "lost_contact" in life.quirks else "reintegrated"
    stage.case_step(there.manager, "close", case_id, forms.closure(reason))


def close_here(life: Life, received: date) -> Story:
    """The sending country closes its case a while after the receipt, once a claim that was open is paid."""
    yield from claims.paid_after(life, received)
    yield life.on(received + timedelta(days=45), 14)
    life.step(life.crew.manager, "close", forms.closure("handed_over"))
