"""Somebody who was returned and is found again gets a case of their own, tied to the return that failed."""

from __future__ import annotations

from tests.journeys import telling
from tests.journeys.hands import filled
from tests.journeys.paths import both_are, cross, open_case, proved, scheduled, settle
from tests.journeys.scene import Scene


def test_a_person_who_was_returned_is_found_again(scene: Scene) -> None:
    crossing = scheduled(scene)
    cross(scene, crossing)
    settle(scene, crossing)
    both_are(scene, crossing, "in_reintegration", "MM")
    manager, social = scene["th.manager"], scene["th.social"]
    manager.record(crossing.case, "remedies_notice")
    manager.take(crossing.case, "close", filled(reason="handed_over"))
    before = manager.look(crossing.case)
    scene.days(90)

    again = open_case(social, previous_case_id=crossing.case.id, identity={"other_names": ["Mya"]})
    found = social.look(again)
    assert found["previous_case_id"] == crossing.case.id
    assert found["facts"]["follows_failed_return"] is True
    assert (found["identification"], found["care"]) == ("reported", "intake")

    # The old case stays closed; who planned the return that failed has to look at why.
    after = manager.look(crossing.case)
    assert (after["care"], after["version"]) == ("closed", before["version"])
    (task,) = after["tasks"]
    assert (task["kind"], task["role"]) == ("person_came_back", "case_manager")
    listed = manager.get("/tasks?role=case_manager")["items"]
    assert [each["kind"] for each in listed if each["case_id"] == crossing.case.id] == ["person_came_back"]
    telling.in_order(
        telling.told(scene, scene["th.auditor"], crossing.case), "th.manager step close", "th.social linked new_case"
    )

    # A new case is a new question: suspicion comes first, and a return needs everything once more.
    manager.cannot_see(again)
    missing = ("wrong_state", "screening_is_recorded", "an_indicator_has_reasons", "interview_was_safe")
    social.refused(again, "presume", *missing)
    social.take(again, "start_screening")
    social.take(again, "presume", filled())
    assert social.look(again)["identification"] == "presumed"
    proved(scene, crossing)


def test_a_second_case_makes_no_adult_of_a_child(scene: Scene) -> None:
    social = scene["th.social"]
    earlier = open_case(social, child=True, age_band="15-17", identity={})
    body = {"source": "ngo", "child": False, "age_band": "18+", "previous_case_id": earlier.id}
    (wrong,) = social.post("/cases", body, 422)["errors"]
    assert wrong["field"] == "child" and "age assessment" in wrong["rule"] and "UNICEF-AGE" in wrong["rule"]
    again = social.post("/cases", body | {"child": True}, 201)
    assert (again["facts"]["child"], again["facts"]["age_band"]) == (True, "18+"), "in doubt, until it is assessed"


def test_nobody_ties_a_case_to_one_they_cannot_see(scene: Scene) -> None:
    theirs = open_case(scene["th.police"])
    body = {"source": "ngo", "child": False, "age_band": "18+", "previous_case_id": theirs.id}
    said = scene["th.social"].post("/cases", body, 422)
    assert said["errors"][0]["field"] == "previous_case_id"
    unknown = scene["th.social"].post("/cases", body | {"previous_case_id": "0" * 36}, 422)
    assert unknown == said
