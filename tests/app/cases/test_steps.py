"""Steps through the door: moved, refused with every reason, forbidden, stale, unknown; nothing changed by a refusal."""

from __future__ import annotations

from typing import Any

from tests.factories import cases
from tests.factories.forms import form
from tests.factories.staff import add_user
from tests.factories.towns import Town


def step(town: Town, who: str, case_id: str, name: str, **body: Any) -> Any:
    body.setdefault("seen_version", cases.version_of(town.house, case_id))
    return town.post(town.th[who], f"/cases/{case_id}/steps/{name}", body)


def entries(town: Town, case_id: str, who: str = "data_protection_officer") -> list[Any]:
    found: list[Any] = town.get(town.th[who], f"/cases/{case_id}/timeline").json()["items"]
    return found


def test_a_step_moves_the_case_and_answers_with_what_is_next(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "screening")
    answer = step(town, "social_worker", case_id, "presume", record=form(town.house, "screening"), note="Clear signs.")
    case = answer.json()
    assert (answer.status_code, case["identification"]) == (200, "presumed")
    assert answer.headers["etag"] == f'"{case["version"]}"' and case["version"] == 3
    assert {"admit", "open_decision"} <= {each["step"] for each in case["next_steps"]}
    assert case["facts"]["screening"]["indicators"] == 1
    last = entries(town, case_id)[-1]
    assert (last["kind"], last["step"], last["details"]["to"]) == ("step", "presume", "presumed")
    assert last["has_note"] and last["note"] is None, "a data protection officer does not read narratives"
    assert entries(town, case_id, "social_worker")[-1]["note"] == "Clear signs."


def test_the_version_may_stand_in_the_header(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th)
    path = f"/cases/{case_id}/steps/start_screening"
    assert town.post(town.th["social_worker"], path, {}, If_Match='"1"').status_code == 200


def test_a_wrong_step_names_every_reason_and_changes_nothing_but_the_timeline(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "sheltered")
    before = cases.facts_of(town.house, case_id)
    answer = step(town, "social_worker", case_id, "plan_return", record=form(town.house, "wish", voluntary=False))
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (409, "step_refused")
    codes = [refusal["code"] for refusal in problem["refusals"]]
    assert codes == ["wrong_state", "identification_is_positive", "return_is_wished_for", "case_manager_is_named"]
    for refusal in problem["refusals"]:
        assert refusal["missing"] and refusal["why"] and refusal["mend"]
        assert all(source["id"] and source["title"] and source["asks"] for source in refusal["sources"])
        assert refusal["sources"]
    assert cases.facts_of(town.house, case_id) == before
    assert town.get(town.th["social_worker"], f"/cases/{case_id}/records").json()["items"][-1]["kind"] != "wish"
    last = entries(town, case_id)[-1]
    assert (last["kind"], last["step"]) == ("attempt", "plan_return")
    assert [each["code"] for each in last["details"]["refusals"]] == codes
    assert last["actor"]["id"] == town.th["social_worker"].id


def test_a_step_of_another_role_is_forbidden_and_kept_as_an_attempt(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "deciding")
    before = cases.version_of(town.house, case_id)
    answer = step(town, "social_worker", case_id, "identify", record=form(town.house, "identification_decision"))
    assert (answer.status_code, answer.json()["code"]) == (403, "permission_missing")
    assert "legal_officer" in answer.json()["roles"]
    assert cases.version_of(town.house, case_id) == before
    last = entries(town, case_id)[-1]
    assert (last["kind"], last["step"]) == ("attempt", "identify")
    assert last["details"]["refusals"] == [{"code": "permission_missing", "sources": []}]


def test_a_permission_that_ends_before_this_case_is_forbidden_too(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "presumed")
    officer = add_user(town.house, "th-shelter-tak", "shelter_manager", "health_officer")
    town.th["two"] = officer
    answer = step(town, "two", case_id, "assist_outside")
    assert answer.status_code == 409, "the shelter manager in them may admit"
    answer = step(town, "two", case_id, "open_decision")
    assert answer.status_code == 403


def test_a_stale_version_says_who_changed_what(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "presumed")
    seen = cases.version_of(town.house, case_id)
    record_id = cases.add(town.house, town.th["legal_officer"], case_id, "legal_status")
    answer = step(town, "social_worker", case_id, "admit", seen_version=seen, record=form(town.house, "placement"))
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (409, "stale_version")
    assert (problem["seen"], problem["version"]) == (seen, seen + 1)
    (change,) = problem["changes"]
    assert (change["what"], change["by"]) == ("legal_status", town.th["legal_officer"].id)
    assert record_id and cases.facts_of(town.house, case_id).care == "intake"


def test_an_unknown_step_is_not_found_and_lists_nothing(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th)
    unknown = step(town, "social_worker", case_id, "sell")
    foreign = step(town, "social_worker", case_id, "acknowledge")
    assert unknown.status_code == foreign.status_code == 404
    assert unknown.text == town.get(town.th["social_worker"], "/cases/nothing").text
    assert [entry["kind"] for entry in entries(town, case_id)] == ["opened"]


def test_nobody_takes_the_steps_that_only_a_receipt_proves(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "planning_return")
    answer = step(town, "case_manager", case_id, "record_handover")
    assert "only_by_proof" in [each["code"] for each in answer.json()["refusals"]]


def test_a_form_that_does_not_fit_is_named_field_by_field(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "screening")
    bad = form(town.house, "screening", pack="", suspected_exploitation="Everything", told="x")
    answer = step(town, "social_worker", case_id, "presume", record=bad)
    named = {each["field"] for each in answer.json()["errors"]}
    assert named == {"record.pack", "record.suspected_exploitation", "record.told"}
    assert "Everything" not in answer.text
    assert step(town, "social_worker", case_id, "start_screening", record={}).status_code == 422
    assert step(town, "social_worker", case_id, "presume", given={"reason": "x"}).status_code == 422
