"""A referral comes back with a question, the answer brings it to where it was, and the clock starts again."""

from __future__ import annotations

from tests.journeys import telling
from tests.journeys.hands import filled
from tests.journeys.paths import acknowledged, both_are, offered, open_tasks, proved, traced
from tests.journeys.scene import Scene


def test_an_offer_is_returned_for_information_and_supplied(scene: Scene) -> None:
    crossing = offered(scene)
    manager, focal = scene["th.manager"], scene["mm.focal"]
    focal.take(crossing.arrived, "return_for_info", given={"reason": "needs_unclear"})
    scene.post()
    both_are(scene, crossing, "returned_for_info", "TH")
    assert "supply_info" in open_tasks(manager, crossing.case)
    focal.refused(crossing.arrived, "acknowledge", "wrong_state")
    manager.record(crossing.case, "needs_assessment", level="high", health="Needs dialysis twice a week.")
    manager.take(crossing.sent, "supply_info")
    assert "supply_info" not in open_tasks(manager, crossing.case)
    scene.post()
    both_are(scene, crossing, "sent", "TH")
    assert focal.look(crossing.arrived)["clock"]["task"] == "answer_referral"
    focal.take(crossing.arrived, "acknowledge")
    scene.post()
    both_are(scene, crossing, "acknowledged", "TH")
    telling.in_order(
        telling.told(scene, scene["th.auditor"], crossing.case),
        "th.manager step send",
        "partner MM partner return_for_info",
        "th.manager step supply_info",
        "partner MM partner acknowledge",
    )
    proved(scene, crossing)


def test_a_question_after_acknowledging_and_one_about_the_plan(scene: Scene) -> None:
    crossing = acknowledged(scene)
    manager, focal = scene["th.manager"], scene["mm.focal"]
    focal.take(crossing.arrived, "return_for_info", given={"reason": "identity_unclear"})
    scene.post()
    manager.take(crossing.sent, "supply_info")
    scene.post()
    both_are(scene, crossing, "acknowledged", "TH")
    proved(scene, crossing)


def test_a_question_about_the_plan_comes_back_to_the_plan(scene: Scene) -> None:
    crossing = traced(scene)
    manager, focal = scene["th.manager"], scene["mm.focal"]
    manager.record(crossing.case, "pre_return_risk")
    manager.take(crossing.sent, "propose_plan", filled())
    scene.post()
    focal.take(crossing.arrived, "return_for_info", given={"reason": "plan_incomplete"})
    scene.post()
    manager.record(crossing.case, "consent_withdrawal", purposes=["statistics"])
    manager.take(crossing.sent, "supply_info", note="The clinic is named now.")
    scene.post()
    both_are(scene, crossing, "plan_proposed", "TH")
    focal.take(crossing.arrived, "accept", filled())
    scene.post()
    both_are(scene, crossing, "accepted", "TH")
    proved(scene, crossing)
