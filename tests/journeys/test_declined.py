"""A declined referral comes back with a coded reason, opens a task for the sender, and the case goes on."""

from __future__ import annotations

from tests.journeys import proof, telling
from tests.journeys.hands import filled
from tests.journeys.paths import both_are, offered, open_tasks, proved
from tests.journeys.scene import Scene


def test_a_declined_referral_leads_to_a_life_in_this_country(scene: Scene) -> None:
    crossing = offered(scene)
    manager, focal, case = scene["th.manager"], scene["mm.focal"], crossing.case
    assert "await_answer" in open_tasks(manager, case)

    # A reason is needed, and it is one of the list.
    for given in (None, {"reason": "we would rather not"}):
        body = focal.step_body(crossing.arrived, "decline", given=given)
        (error,) = focal.post(f"{crossing.arrived.path}/steps/decline", body, 422)["errors"]
        assert error["field"] == "given.reason" and "not_our_national" in error["rule"]
    scene["mm.social"].may_not(crossing.arrived, "decline")
    focal.take(crossing.arrived, "decline", given={"reason": "not_our_national"}, note="Not in our registers.")
    scene.post()
    both_are(scene, crossing, "declined", "TH")
    assert focal.get("/referrals?box=inbox")["items"] == []

    offer = next(each for each in proof.letters(scene.house, crossing.shared_id) if each.type == "send")
    decided = proof.receipts_hold(scene.house, offer.id)["decided"]["outcome"]
    assert (decided["step"], decided["reason"]) == ("decline", "not_our_national")
    assert open_tasks(manager, case) >= {"after_decline"}
    assert "await_answer" not in open_tasks(manager, case)
    _the_reason_is_told(scene, crossing.sent.id)

    manager.refused(crossing.sent, "supply_info", "wrong_state")
    manager.take(case, "include_locally", filled(wish="stay"))
    manager.record(case, "remedies_notice")
    manager.refused(case, "close", "monitoring_is_done", record=filled(reason="included_locally"))
    manager.record(case, "monitoring_visit")
    manager.take(case, "close", filled(reason="included_locally"))
    assert manager.look(case)["care"] == "closed"
    telling.in_order(
        telling.told(scene, scene["th.auditor"], case),
        "th.manager step send",
        "partner MM partner decline",
        "th.manager attempt supply_info: wrong_state",
        "th.manager step include_locally",
        "th.manager step close",
    )
    proved(scene, crossing)


def test_after_a_decline_the_same_country_can_be_asked_again(scene: Scene) -> None:
    crossing = offered(scene)
    manager, focal = scene["th.manager"], scene["mm.focal"]
    body = {"to_country": "MM", "border_point": "mae-sot-myawaddy"}
    twice = manager.knock(f"{crossing.case.path}/referrals", body)
    assert [reason["code"] for reason in twice.json()["refusals"]] == ["referral_is_open"]
    focal.take(crossing.arrived, "decline", given={"reason": "insufficient_data"})
    scene.post()
    manager.post(f"{crossing.case.path}/referrals", body, 201)
    proved(scene, crossing)


def _the_reason_is_told(scene: Scene, sent_id: str) -> None:
    entries = scene["th.focal"].get(f"/referrals/{sent_id}/timeline")["items"]
    (declined,) = [entry for entry in entries if entry["step"] == "decline"]
    assert declined["details"]["given"] == {"reason": "not_our_national"}
