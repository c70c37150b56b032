"""At the bridge: a person may say no on the day, and a person may not come; nobody is ever between two hands."""

from __future__ import annotations

from tests.journeys import proof, telling
from tests.journeys.hands import filled
from tests.journeys.paths import both_are, cross, meet_again, open_tasks, proved, scheduled
from tests.journeys.scene import Scene


def test_a_person_does_not_agree_at_the_bridge_and_crosses_later(scene: Scene) -> None:
    crossing = scheduled(scene)
    bridge, manager, case = scene["th.bridge"], scene["th.manager"], crossing.case
    unwilling = filled(person_agrees=False)
    (no,) = bridge.refused(crossing.sent, "sign_handover", "person_reconfirmed_today", record=unwilling)
    assert "normal outcome" in no["why"]
    yesterday = filled(reconfirmed_on=scene.day(-1))
    bridge.refused(crossing.sent, "sign_handover", "person_reconfirmed_today", record=yesterday)
    bridge.take(crossing.sent, "postpone", given={"reason": "person_did_not_agree"})
    scene.post()
    both_are(scene, crossing, "postponed", "TH")
    assert manager.look(case)["care"] == "planning_return"
    assert scene["mm.bridge"].get("/referrals?box=arriving")["items"] == []

    # Saying no costs nothing: the bed, the plan and the consents are as they were, and the wish is asked anew.
    manager.refused(case, "depart", "handover_is_scheduled")
    scene.days(10)
    manager.record(case, "wish", words="Now that I have spoken with my aunt.")
    bridge.refused(crossing.sent, "reschedule", "day_is_ahead", record=filled(on=scene.day(-1)))
    meet_again(scene, crossing)
    cross(scene, crossing)
    both_are(scene, crossing, "received", "MM")
    assert manager.look(case)["care"] == "handed_over"
    proof.handover_and_receipt(scene.house, crossing.shared_id, "TH", "MM")
    telling.in_order(
        telling.told(scene, scene["th.auditor"], case),
        "th.manager step depart",
        "th.bridge attempt sign_handover: person_reconfirmed_today",
        "th.bridge step postpone",
        "system step turn_back",
        "th.manager attempt depart: handover_is_scheduled",
        "th.manager record wish",
        "th.bridge step reschedule",
        "partner MM partner confirm_handover",
        "th.manager step depart",
        "th.bridge step sign_handover",
        "partner MM partner sign_receipt",
        "system step record_handover",
    )
    proved(scene, crossing)


def test_nobody_came(scene: Scene) -> None:
    crossing = scheduled(scene)
    bridge, far_bridge, manager = scene["th.bridge"], scene["mm.bridge"], scene["th.manager"]
    bridge.take(crossing.sent, "sign_handover", filled())
    scene.post()
    both_are(scene, crossing, "handed_over", "TH")

    # The far side does not sign for somebody who is not there, and the near side cannot take it back alone.
    far_bridge.refused(crossing.arrived, "sign_receipt", "person_is_here", record=filled(person_present=False))
    bridge.refused(crossing.sent, "postpone", "wrong_state", given={"reason": "person_did_not_come"})
    far_bridge.take(crossing.arrived, "report_not_received", given={"reason": "person_did_not_come"})
    scene.post()
    both_are(scene, crossing, "postponed", "TH")
    assert manager.look(crossing.case)["care"] == "planning_return"
    assert "schedule_handover" in open_tasks(manager, crossing.case)
    handover = next(
        each
        for each in proof.letters(scene.house, crossing.shared_id)
        if each.type == "sign_handover" and each.direction == "out"
    )
    assert proof.receipts_hold(scene.house, handover.id)["decided"]["outcome"]["step"] == "report_not_received"

    # The person is found again and crosses with a handover of their own day.
    scene.days(2)
    meet_again(scene, crossing)
    cross(scene, crossing)
    both_are(scene, crossing, "received", "MM")
    proof.handover_and_receipt(scene.house, crossing.shared_id, "TH", "MM")
    telling.in_order(
        telling.told(scene, scene["mm.focal"], crossing.arrived),
        "partner TH partner sign_handover",
        "mm.bridge attempt sign_receipt: person_is_here",
        "mm.bridge step report_not_received",
        "partner TH partner reschedule",
        "mm.bridge step confirm_handover",
        "partner TH partner sign_handover",
        "mm.bridge step sign_receipt",
    )
    proved(scene, crossing)


def test_a_receipt_that_is_late_is_an_event_and_a_reminder(scene: Scene) -> None:
    crossing = scheduled(scene)
    scene["th.bridge"].take(crossing.sent, "sign_handover", filled())
    scene.post()
    scene.days(2)
    assert scene.ring() > 0
    for name, paper in (("th.focal", crossing.sent), ("mm.focal", crossing.arrived)):
        late = [entry for entry in telling.entries(scene[name], paper) if entry["kind"] == "deadline"]
        assert {entry["step"] for entry in late} & {"sign_receipt", "await_receipt"}
        assert all(entry["details"]["rung"] == "reminder" for entry in late)
    both_are(scene, crossing, "handed_over", "TH")
