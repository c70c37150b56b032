"""A consent taken back stops all sharing at once and reaches the other country, whatever crosses it on the way."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.casework.tasks import TABLE
from tests.inspect import reading
from tests.journeys import custody, proof, telling
from tests.journeys.hands import filled
from tests.journeys.paths import acknowledged, both_are, cross, offered, open_tasks, proved, scheduled, states
from tests.journeys.scene import Scene


def test_consent_withdrawn_while_the_family_is_being_traced(scene: Scene) -> None:
    crossing = acknowledged(scene)
    manager, tracer, case = scene["th.manager"], scene["mm.social"], crossing.case
    manager.take(crossing.sent, "disclose_identity")
    scene.post()
    tracer.take(crossing.arrived, "start_tracing")
    scene.post()
    told_before = len(proof.letters(scene.house, crossing.shared_id))

    manager.record(case, "consent_withdrawal", purposes=["notify_origin", "contact_family", "return"])
    # At once, before anything has reached the other side.
    (gone,) = manager.refused(crossing.sent, "disclose_identity", "consent_for_notify_origin_of_identity")
    assert "withdrawn" in gone["missing"]
    scene.post()
    both_are(scene, crossing, "withdrawn", "TH")

    # It was asked, answered and receipted, and nothing about the person went along.
    later = proof.letters(scene.house, crossing.shared_id)[told_before:]
    asked = next(each for each in later if each.type == "request_end" and each.direction == "out")
    assert asked.body["given"] == {"reason": "consent_withdrawn"}
    assert {"stored", "decided"} <= proof.receipts_hold(scene.house, asked.id).keys()
    assert all(not each.body.get("about") for each in later)

    # There: nothing can be done with it any more. Here: help goes on as before.
    tracer.refused(
        crossing.arrived, "report_assessment", "wrong_state", "consent_for_contact_family", record=filled()
    )
    refused = scene["mm.focal"].knock(
        f"{crossing.arrived.path}/disclosed/reveal", {"reason": "Looking at it once more."}
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "referral_ended")
    assert {"answer_referral", "report_tracing"}.isdisjoint(_tasks_over_there(scene, crossing.shared_id))
    assert manager.look(case)["care"] == "planning_return"
    manager.take(case, "resume_recovery")
    assert manager.look(case)["care"] == "recovering"
    assert "disclose_identity" not in open_tasks(manager, case)

    telling.in_order(
        telling.told(scene, scene["th.auditor"], case),
        "th.manager record consent_withdrawal",
        "th.manager attempt disclose_identity: consent_for_notify_origin_of_identity",
        "system step request_end",
        "partner MM partner grant_end",
    )
    telling.in_order(
        telling.told(scene, scene["mm.focal"], crossing.arrived),
        "mm.social step start_tracing",
        "partner TH partner request_end",
        "system step grant_end",
        "mm.social attempt report_assessment: wrong_state consent_for_contact_family",
    )
    proved(scene, crossing)


@pytest.mark.parametrize("first", ["acknowledge", "withdrawal"])
def test_a_withdrawal_and_an_acknowledgement_cross(scene: Scene, first: str) -> None:
    crossing = offered(scene)

    def acknowledge() -> None:
        scene["mm.focal"].take(crossing.arrived, "acknowledge")

    def withdraw() -> None:
        scene["th.manager"].record(crossing.case, "consent_withdrawal", purposes=["notify_origin"])

    acts = (acknowledge, withdraw) if first == "acknowledge" else (withdraw, acknowledge)
    for act in acts:
        act()
    assert states(scene, crossing) == ("sent", "acknowledged")
    scene["th.manager"].may_not(crossing.sent, "acknowledge")
    scene.post()
    both_are(scene, crossing, "withdrawn", "TH")
    proved(scene, crossing)


def test_a_withdrawal_on_the_day_of_the_journey_turns_it_back(scene: Scene) -> None:
    crossing = scheduled(scene)
    scene["th.social"].record(crossing.case, "consent_withdrawal", purposes=["return"])
    scene["th.bridge"].refused(crossing.sent, "sign_handover", "consent_for_return", record=filled())
    scene.post()
    both_are(scene, crossing, "withdrawn", "TH")
    assert scene["th.manager"].look(crossing.case)["care"] == "planning_return"
    proved(scene, crossing)


def test_a_withdrawal_after_the_receipt_is_answered_already_received(scene: Scene) -> None:
    crossing = scheduled(scene)
    cross(scene, crossing)
    scene["th.manager"].record(crossing.case, "consent_withdrawal", purposes=["return"])
    scene.post()
    both_are(scene, crossing, "received", "MM")
    telling.in_order(
        telling.told(scene, scene["th.auditor"], crossing.case),
        "th.manager record consent_withdrawal",
        "system step request_end",
        "partner MM partner refuse_end",
    )
    proved(scene, crossing)


def _tasks_over_there(scene: Scene, shared_id: str) -> set[str]:
    """The kinds of the open tasks that hang on the receiving copy."""
    copy = custody.both_copies(scene.house, shared_id)["MM"]
    with reading(scene.house.db) as session:
        query = select(TABLE.c.kind).where(TABLE.c.referral_id == copy.id, TABLE.c.state == "open")
        return set(session.execute(query).scalars())
