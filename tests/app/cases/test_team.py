"""Putting a colleague on the team: need-to-know, one case at a time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.factories import cases
from tests.factories.staff import add_user, disable
from tests.factories.towns import Town


def join(town: Town, case_id: str, user_id: str, role: str, who: str = "supervisor", **more: Any) -> Any:
    body = {"user_id": user_id, "role": role, "seen_version": cases.version_of(town.house, case_id), **more}
    return town.post(town.th[who], f"/cases/{case_id}/team", body)


def test_a_panel_member_of_another_office_sees_the_case_only_once_on_the_team(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "deciding")
    member = add_user(town.house, "th-mdt", "legal_officer")
    assert town.get(member, f"/cases/{case_id}").status_code == 404
    answer = join(town, case_id, member.id, "legal_officer")
    assert answer.status_code == 200
    page = town.get(member, f"/cases/{case_id}").json()
    assert (member.id, "legal_officer") in {(each["user_id"], each["role"]) for each in page["team"]}
    assert "identify" in {step["step"] for step in page["next_steps"]}
    last = town.get(town.th["supervisor"], f"/cases/{case_id}/timeline").json()["items"][-1]
    assert (last["kind"], last["step"], last["details"]) == ("team", "legal_officer", {"user": member.id})


def test_joining_twice_changes_nothing_but_the_history(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th)
    member = add_user(town.house, "th-health-tak", "health_officer")
    for _ in range(2):
        assert join(town, case_id, member.id, "health_officer").status_code == 200
    team = town.get(member, f"/cases/{case_id}").json()["team"]
    assert [each["user_id"] for each in team].count(member.id) == 1


def test_who_cannot_work_here_gets_the_same_answer(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th)
    gone = add_user(town.house, "th-shelter-tak", "social_worker")
    disable(town.house, gone)
    wrong = [
        (case_id, "social_worker"),
        (gone.id, "social_worker"),
        (town.mm["social_worker"].id, "social_worker"),
        (town.th["administrator"].id, "administrator"),
        (town.th["health_officer"].id, "legal_officer"),
    ]
    answers = {join(town, case_id, user_id, role).text for user_id, role in wrong}
    assert len(answers) == 1 and '"field":"user_id"' in answers.pop()


def test_joining_is_versioned_and_not_for_everybody(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th)
    user_id = town.th["health_officer"].id
    assert join(town, case_id, user_id, "health_officer", seen_version=9).json()["code"] == "stale_version"
    refused = join(town, case_id, user_id, "health_officer", "social_worker")
    assert (refused.status_code, refused.json()["permission"]) == (403, "case:assign")
    body = {"user_id": user_id, "role": "health_officer", "seen_version": 1}
    assert town.post(town.mm["supervisor"], f"/cases/{case_id}/team", body).status_code == 404
    assert town.post(None, f"/cases/{case_id}/team", body).status_code == 401


def test_no_exception_is_granted_from_what_never_bends(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "presumed")

    def grant(guard: str) -> Any:
        body = {
            "record": {"guard": guard, "reason": "The agency comes tomorrow.", "until": "2026-12-01"},
            "seen_version": cases.version_of(town.house, case_id),
        }
        return town.post(town.th["supervisor"], f"/cases/{case_id}/records/override", body)

    hard = grant("place_is_not_custodial")
    assert hard.status_code == 409
    reason = hard.json()["refusals"][0]
    assert reason["code"] == "cannot_be_overridden"
    assert {"OHCHR-G6.1", "WM-OVERRIDE"} <= {source["id"] for source in reason["sources"]}
    assert "There is no guard" in grant("no_such_guard").json()["refusals"][0]["missing"]
    assert grant("support_agency_is_named").status_code == 201


def test_a_time_on_the_team_ends_by_itself_and_by_hand(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th)
    member = add_user(town.house, "th-mdt", "legal_officer")
    past = join(town, case_id, member.id, "legal_officer", until="2020-01-01T00:00:00Z")
    assert past.status_code == 422
    until = (town.clock.now() + timedelta(days=3)).isoformat()
    assert join(town, case_id, member.id, "legal_officer", until=until).status_code == 200
    team = town.get(member, f"/cases/{case_id}").json()["team"]
    assert next(each for each in team if each["user_id"] == member.id)["until"] is not None
    town.clock.advance(timedelta(days=3))
    assert town.get(member, f"/cases/{case_id}").status_code == 404
    assert join(town, case_id, member.id, "legal_officer").status_code == 200
    leave = {"user_id": member.id, "seen_version": cases.version_of(town.house, case_id)}
    assert town.post(town.th["supervisor"], f"/cases/{case_id}/team/leave", leave).status_code == 200
    assert town.get(member, f"/cases/{case_id}").status_code == 404
    leave["seen_version"] = cases.version_of(town.house, case_id)
    again = town.post(town.th["supervisor"], f"/cases/{case_id}/team/leave", leave)
    assert again.json()["code"] == "not_on_the_team"


def test_the_manager_is_replaced_before_they_leave(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th)
    cases.name_manager(town.house, case_id, town.th)
    leave = {"user_id": town.th["case_manager"].id, "seen_version": cases.version_of(town.house, case_id)}
    answer = town.post(town.th["supervisor"], f"/cases/{case_id}/team/leave", leave)
    assert (answer.status_code, answer.json()["code"]) == (409, "still_the_manager")
