"""Two people at once: exactly one wins, the other learns who was first; a retry repeats the answer, never the act."""

from __future__ import annotations

import uuid

from tests.factories.together import together
from tests.journeys import proof, telling
from tests.journeys.hands import Paper, filled
from tests.journeys.paths import both_are, offered, open_case, protect, proved, scheduled
from tests.journeys.scene import Scene


def test_a_stale_version_is_told_who_changed_what(scene: Scene) -> None:
    case = open_case(scene["th.social"])
    protect(scene, case)
    manager, social = scene["th.manager"], scene["th.social"]
    old = manager.record_body(case, "wish", {})
    social.record(case, "needs_assessment", level="high")
    social.take(case, "open_decision")
    answer = manager.knock(f"{case.path}/records/wish", old)
    said = answer.json()
    assert (answer.status_code, said["code"]) == (409, "stale_version")
    assert said["version"] == social.look(case)["version"] == old["seen_version"] + 2
    assert [(change["what"], change["by"]) for change in said["changes"]] == [
        ("needs_assessment", social.id), ("open_decision", social.id),
    ]  # fmt: skip
    assert manager.knock(f"{case.path}/records/wish", {**old, "seen_version": None}).status_code == 428
    manager.record(case, "wish")
    lines = telling.told(scene, scene["th.auditor"], case)
    assert lines.count("th.manager record wish") == 1


def test_two_press_the_same_button(scene: Scene) -> None:
    crossing = offered(scene)
    scene.hire(mm_deputy=("mm-dor", "national_focal_point"))
    focal, other = scene["mm.focal"], scene["mm.deputy"]
    for hand in (focal, other):
        hand.look(crossing.arrived)
    path = f"{crossing.arrived.path}/steps"
    body = focal.step_body(crossing.arrived, "acknowledge")
    decline = {**body, "given": {"reason": "no_capacity"}}
    answers = together(
        lambda: focal.knock(f"{path}/acknowledge", body), lambda: other.knock(f"{path}/decline", decline)
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    (winner,) = [answer.json() for answer in answers if answer.status_code == 200]
    (loser,) = [answer.json() for answer in answers if answer.status_code == 409]
    assert loser["code"] == "stale_version" and len(loser["changes"]) == 1
    scene.post()
    both_are(scene, crossing, {"acknowledge": "acknowledged", "decline": "declined"}[winner["step"]], "TH")
    lines = telling.told(scene, focal, crossing.arrived)
    assert len([line for line in lines if line.startswith(("mm.focal step", "mm.deputy step"))]) == 1
    proved(scene, crossing)


def test_a_double_press_of_one_hand_is_one_act(scene: Scene) -> None:
    crossing = scheduled(scene)
    bridge = scene["th.bridge"]
    path = f"{crossing.sent.path}/steps/sign_handover"
    body = bridge.step_body(crossing.sent, "sign_handover", filled())
    key = uuid.uuid4().hex
    answers = together(lambda: bridge.knock(path, body, key=key), lambda: bridge.knock(path, body, key=key))
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].content == answers[1].content
    assert sorted(answer.headers.get("Idempotency-Replayed", "no") for answer in answers) == ["no", "true"]
    scene.post()
    both_are(scene, crossing, "handed_over", "TH")
    handovers = [
        each for each in proof.letters(scene.house, crossing.shared_id)
        if each.type == "sign_handover" and each.direction == "out"
    ]  # fmt: skip
    assert len(handovers) == 1
    # Two keys are two acts: the second one finds the world changed.
    answer = bridge.knock(path, body)
    assert (answer.status_code, answer.json()["code"]) == (409, "stale_version")
    proved(scene, crossing)


def test_a_retry_repeats_the_answer_and_another_body_is_refused(scene: Scene) -> None:
    social = scene["th.social"]
    key = uuid.uuid4().hex
    body = {"source": "hotline", "child": False, "age_band": "18+", "nationality": "MM", "note": "Called at night."}
    first = social.knock("/cases", body, key=key)
    again = social.knock("/cases", body, key=key)
    assert (first.status_code, again.status_code) == (201, 201) and first.content == again.content
    assert (first.headers.get("Idempotency-Replayed"), again.headers["Idempotency-Replayed"]) == (None, "true")
    other = social.knock("/cases", {**body, "source": "police"}, key=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    case = Paper("cases", first.json()["id"])
    assert telling.told(scene, scene["th.auditor"], case) == ["th.social opened open"]

    # A refusal is no answer to be kept: the same key works once what was missing is there.
    key = uuid.uuid4().hex
    path, taken = f"{case.path}/steps/presume", filled()
    refused = social.knock(path, social.step_body(case, "presume", taken), key=key)
    assert refused.status_code == 409
    social.take(case, "start_screening")
    assert social.knock(path, social.step_body(case, "presume", taken), key=uuid.uuid4().hex).status_code == 200
    proof.chains_hold(scene.house)
