"""From the report to recovery: screening, presumption, rights, a safe place, the panel, the care plan."""

from __future__ import annotations

from datetime import timedelta

from app.demo import forms
from app.demo.life import Life
from app.demo.play import Story

# Days after the report, unless a quirk says otherwise.
PANEL_ASKED, DECIDED, RECOVERING = 5, 12, 13
LATE_PANEL = 24
RECONSIDERED = 30


def intake(life: Life) -> Story:
    """Everything up to recovery; the quirks of the life decide what goes wrong on the way."""
    yield life.day(0, 9)
    yield from _screened(life)
    yield from _safe(life)
    yield from _decided(life)
    yield from _recovering(life)


def _screened(life: Life) -> Story:
    crew, quirks = life.crew, life.quirks
    late = life.stage.clock.now() - timedelta(days=2) if "late_entry" in quirks else None
    life.case_id = life.stage.open_case(crew.opener, life.person, life.source, life.channel, late)
    for member in crew.team:
        if member != crew.opener:
            life.stage.join(crew.allotter, life.case_id, member)
    yield life.day(0, 10)
    life.step(crew.opener, "start_screening")
    if "no_screening" in quirks:
        life.blocked(crew.opener, "presume")
        yield life.day(0, 11)
    if "overheard" in quirks:
        life.blocked(crew.opener, "presume", forms.screening(life, complete=False))
        yield life.day(0, 12)
    yield life.day(0, 13)
    life.step(crew.opener, "presume", forms.screening(life))


def _safe(life: Life) -> Story:
    crew, person = life.crew, life.person
    yield life.day(0, 14)
    if "police_cell" in life.quirks:
        life.blocked(crew.social, "admit", forms.placement("police_cell", "police station"))
    life.record(crew.social, "rights_notice", forms.rights_notice(person))
    yield life.day(0, 15)
    if life.channel == "shelter":
        life.record(crew.social, "admission", forms.admission(person, life.office))
        life.step(crew.social, "admit", forms.placement("shelter_government", life.office))
    elif person.child:
        life.step(crew.social, "assist_outside", forms.placement("foster_family", f"family {person.number % 23 + 1}"))
    else:
        kind = life.dice.pick(("shelter_ngo", "shelter_ngo", "hotel_supervised", "own_housing"))
        place = f"place {person.number % 31 + 1}"
        if kind == "shelter_ngo":
            life.record(crew.social, "admission", forms.admission(person, place))
        life.step(crew.social, "assist_outside", forms.placement(kind, place))
    if person.child and "late_guardian" not in life.quirks:
        yield life.day(0, 16)
        life.record(crew.legal, "guardian_appointment", forms.guardian(life))
    yield life.day(2, 10)
    before = life.stage.clock.now() - timedelta(days=1) if "late_entry" in life.quirks else None
    assessed = life.record(crew.health, "needs_assessment", forms.needs(life), happened_at=before)
    if "corrected" in life.quirks:
        yield life.day(3, 11)
        life.record(
            crew.health, "needs_assessment", {**forms.needs(life), "level": "high"}, corrects=assessed,
            note="The level of another person had been entered.",
        )  # fmt: skip


def _decided(life: Life) -> Story:
    crew = life.crew
    yield life.day(PANEL_ASKED)
    if life.person.child and "late_guardian" in life.quirks:
        life.blocked(crew.social, "open_decision")
        yield life.day(PANEL_ASKED + 2)
        life.record(crew.legal, "guardian_appointment", forms.guardian(life))
    if life.source == "police":
        yield from _support(life)
    life.step(crew.social, "open_decision")
    yield life.day(LATE_PANEL if "late_panel" in life.quirks else DECIDED, 9)
    if "no_panel" in life.quirks:
        # One officer alone is no panel (practice G07).
        life.blocked(crew.legal, "identify", {**forms.decision(life), "panel": []})
        yield life.day(DECIDED, 11)
    if "negative_first" in life.quirks:
        life.record(crew.social, "information_given", forms.information(life, "labour_inspection", "legal_aid"))
        life.step(crew.legal, "not_identify", forms.decision(life, "not_identified"))
        yield life.day(RECONSIDERED)
        life.step(
            crew.social, "ask_reconsideration", {"ground": "new_evidence", "text": "A co-worker's statement was found."}
        )
        yield life.day(RECONSIDERED + 8)
        life.blocked(crew.legal, "identify", forms.decision(life))
        life.stage.join(crew.allotter, life.case_id, crew.second_legal)
        yield life.day(RECONSIDERED + 9)
        life.step(crew.second_legal, "identify", forms.decision(life))
    else:
        life.step(crew.legal, "identify", forms.decision(life))
    yield life.on(life.today() + timedelta(days=7 if "late_entry" in life.quirks else 0), 15)
    life.record(crew.legal, "remedies_notice", forms.remedies(life.person))
    if life.person.nationality != life.country:
        life.record(crew.legal, "permit", forms.leave_to_stay())
        if not life.person.child:
            life.record(crew.legal, "employment", {"stage": "nothing_found" if life.person.number % 3 else "no_wish"})


def _support(life: Life) -> Story:
    """The police opened the case: a support agency first, or a supervisor's reasoned exception for a day."""
    crew = life.crew
    if "override" not in life.quirks or crew.elsewhere:
        life.record(crew.social, "circumstances", {"support_agency": True})
        return
    life.blocked(crew.social, "open_decision")
    yield life.on(life.today(), 13)
    life.record(
        crew.supervisor, "override",
        {"guard": "support_agency_is_named", "reason": "The agency arrives tomorrow; the panel sits today.",
         "until": (life.today() + timedelta(days=2)).isoformat()},
    )  # fmt: skip
    yield life.on(life.today(), 14)


def _recovering(life: Life) -> Story:
    crew, person = life.crew, life.person
    late = {"late_panel": LATE_PANEL + 3, "negative_first": RECONSIDERED + 12}
    days = max([RECOVERING, *(late[quirk] for quirk in life.quirks & late.keys())])
    yield life.day(days)
    if life.channel == "shelter":
        life.step(crew.social, "start_recovery", forms.care_plan(person))
    else:
        life.record(crew.social, "care_plan", forms.care_plan(person))
    yield life.day(days + 1)
    life.stage.assign(crew.allotter, life.case_id, crew.manager)
