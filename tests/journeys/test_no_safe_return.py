"""Where return is not safe the way home closes and the others open; nobody is stranded."""

from __future__ import annotations

from tests.journeys import telling
from tests.journeys.hands import filled
from tests.journeys.paths import both_are, open_tasks, proved, scheduled, traced
from tests.journeys.scene import Scene


def test_a_serious_risk_becomes_a_life_in_this_country(scene: Scene) -> None:
    crossing = traced(scene)
    manager, case = scene["th.manager"], crossing.case
    manager.record(case, "pre_return_risk", level="serious", reprisals="The recruiter lives next door.")
    (serious,) = manager.refused(crossing.sent, "propose_plan", "return_risk_is_bearable", record=filled())
    assert serious["overridable"] is False
    manager.take(crossing.sent, "find_no_safe_return")
    scene.post()
    both_are(scene, crossing, "no_safe_return", "TH")
    assert "plan_alternatives" in open_tasks(manager, case)
    scene["mm.focal"].refused(
        crossing.arrived, "accept", "wrong_state", "reception_is_arranged",
    )  # fmt: skip

    manager.take(case, "include_locally", filled(wish="stay"))
    assert manager.look(case)["care"] == "including_locally"
    manager.refused(
        case, "close", "remedies_were_explained", "monitoring_is_done", record=filled(reason="included_locally")
    )
    manager.record(case, "remedies_notice")
    manager.record(case, "monitoring_visit")
    manager.take(case, "close", filled(reason="included_locally"))
    assert (manager.look(case)["care"], open_tasks(manager, case)) == ("closed", set())

    telling.in_order(
        telling.told(scene, scene["th.auditor"], case),
        "partner MM partner report_assessment",
        "th.manager record pre_return_risk",
        "th.manager attempt propose_plan: return_risk_is_bearable",
        "th.manager step find_no_safe_return",
        "th.manager step include_locally",
        "th.manager step close",
    )
    proved(scene, crossing)


def test_a_denied_nationality_is_no_return_either(scene: Scene) -> None:
    crossing = traced(scene, nationality="denied", family_found=False, family_willing=False, family_safe=False)
    manager = scene["th.manager"]
    manager.record(crossing.case, "pre_return_risk")
    manager.refused(crossing.sent, "propose_plan", "nationality_is_confirmed", record=filled())
    manager.take(crossing.sent, "find_no_safe_return")
    scene.post()
    both_are(scene, crossing, "no_safe_return", "TH")
    manager.take(crossing.case, "include_locally", filled(wish="stay"))
    proved(scene, crossing)


def test_danger_on_the_last_day_turns_the_journey_back(scene: Scene) -> None:
    crossing = scheduled(scene)
    manager, case = scene["th.manager"], crossing.case
    assert manager.look(case)["care"] == "returning"
    manager.record(case, "pre_return_risk", level="serious")
    scene["th.bridge"].refused(crossing.sent, "sign_handover", "return_risk_is_bearable", record=filled())
    manager.take(crossing.sent, "find_no_safe_return")
    scene.post()
    both_are(scene, crossing, "no_safe_return", "TH")
    assert manager.look(case)["care"] == "planning_return"

    # The refusal to go is respected at once, and the case Myanmar had opened ends without the person.
    manager.take(case, "include_locally", filled(wish="stay"))
    waiting = scene["mm.focal"].look(crossing.arrived)["case_id"]
    assert scene["mm.focal"].get(f"/cases/{waiting}")["care"] == "awaiting_arrival"
    proved(scene, crossing)


def test_who_no_longer_wants_to_go_stays(scene: Scene) -> None:
    crossing = traced(scene)
    manager, case = scene["th.manager"], crossing.case
    manager.record(case, "pre_return_risk")
    manager.record(case, "wish", wish="stay", words="My sister lives here.")
    manager.refused(crossing.sent, "propose_plan", "return_is_wished_for", record=filled())
    manager.take(crossing.sent, "cancel", given={"reason": "other"})
    scene.post()
    both_are(scene, crossing, "cancelled", "TH")
    manager.take(case, "include_locally")
    assert manager.look(case)["care"] == "including_locally"
    proved(scene, crossing)
