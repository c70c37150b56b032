"""A man comes off a fishing boat unpaid, claims his wages, goes home, and is paid there: through JSON and the pages."""

from __future__ import annotations

from datetime import timedelta

from tests.journeys import matters
from tests.journeys.doors import Door, PageDoor
from tests.journeys.hands import Paper, filled
from tests.journeys.test_both_doors import identified, referred, stands

FISHERMAN = {"sex": "M", "source": "labour_inspection"}


def baht(units: int) -> dict[str, object]:
    return {"units": units, "currency": "THB"}


def test_a_fisherman_is_paid_his_wages_after_he_has_gone_home(door: Door) -> None:
    """Filed before he leaves, awarded while he is on the way, paid at home in two parts; then the case can close."""
    scene, manager = door.scene, "th.manager"
    case = identified(door, **FISHERMAN)
    door.record(manager, case, "remedies_notice")
    claim = matters.opened(
        door, manager, case, "prepare_remedy", basis="Nine months on a trawler, paid for two.", person_says="undecided"
    )
    matters.refused(door, manager, case, claim, "file_remedy", "claim_is_wanted",
                    record=filled(person_agrees=False))  # fmt: skip

    door.take(manager, case, "plan_return", filled())
    sent, there = referred(door, case, "notify_origin", "contact_family", "return")
    door.take(manager, sent, "disclose_identity")
    scene.post()
    door.take("mm.social", there, "start_tracing")
    scene.post()
    door.take("mm.social", there, "report_assessment", filled())
    scene.post()
    door.record(manager, case, "pre_return_risk")
    door.take(manager, sent, "propose_plan", filled())
    scene.post()
    door.take("mm.focal", there, "accept", filled())
    scene.post()

    # Nobody could go on with the claim from here once he has left: no day is agreed and nobody departs.
    door.record(manager, case, "travel_document")
    door.record(manager, case, "legal_status")
    meeting = filled(on=scene.day(2))
    door.refused("th.focal", sent, "schedule_handover", "claims_have_a_route", record=meeting)
    matters.refused(
        door, manager, case, claim, "file_remedy", "claim_is_carried_on",
        record=filled(power_of_attorney="not_signed"),
    )
    matters.moved(door, manager, case, claim, "file_remedy", filled(claimed=baht(90_000)))
    door.take("th.focal", sent, "schedule_handover", meeting)
    scene.post()
    door.take("mm.bridge", there, "confirm_handover", filled())
    scene.post()
    scene.days(2)
    door.take(manager, case, "depart")
    door.take("th.bridge", sent, "sign_handover", filled())
    scene.post()
    door.take("mm.bridge", there, "sign_receipt", filled())
    scene.post()
    stands(door, case, "identified", "handed_over")
    home = Paper("cases", scene["mm.focal"].look(there)["case_id"])
    door.name_manager("mm.focal", home, "mm.manager")
    door.record("mm.manager", home, "reintegration_plan")
    door.take("mm.manager", there, "start_reintegration")
    scene.post()

    # He is at home. The claim is still this country's to follow, and so the case stays open.
    scene.days(20)
    matters.moved(door, manager, case, claim, "award_remedy", filled(awarded=baht(60_000)))
    door.refused(
        manager, case, "close", "no_matter_is_open", "nothing_legal_is_open", record=filled(reason="handed_over")
    )
    matters.refused(door, manager, case, claim, "pay_remedy", "claim_has_one_currency",
                    record=filled(paid={"units": 1_000, "currency": "MMK"}))  # fmt: skip
    matters.moved(door, manager, case, claim, "pay_remedy", filled(paid=baht(25_000), channel="through_partner"))
    if isinstance(door, PageDoor):
        page = matters.page_of(door, manager, case, claim)
        assert "25\u202f000 THB" in page and "35\u202f000 THB" in page and "Still to be paid" in page
    said = matters.refused(
        door, manager, case, claim, "pay_remedy", "payments_are_within_the_award",
        record=filled(paid=baht(35_001)),
    )
    assert "60001 THB would be paid and 60000 THB awarded" in said
    scene.clock.advance(timedelta(days=30))
    matters.moved(door, manager, case, claim, "pay_remedy", filled(paid=baht(35_000), channel="through_partner"))
    done = matters.of(door, case, claim)
    assert (done.state, done.claimed, done.amount, done.paid, done.outstanding) == ("paid", 90_000, 60_000, 60_000, 0)
    door.take(manager, case, "close", filled(reason="handed_over"))
    stands(door, case, "identified", "closed")
