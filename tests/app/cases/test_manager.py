"""Naming the case manager: an active colleague of this country who works on cases."""

from __future__ import annotations

from typing import Any

from tests.factories import cases
from tests.factories.staff import Worker, add_user, disable
from tests.factories.towns import Town


def name(town: Town, case_id: str, user_id: str, who: str = "supervisor", **more: Any) -> Any:
    body = {"user_id": user_id, "seen_version": cases.version_of(town.house, case_id), **more}
    return town.post(town.th[who], f"/cases/{case_id}/case-manager", body)


def test_the_manager_joins_the_team_and_the_history_tells(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th)
    fresh = add_user(town.house, "th-shelter-phitsanulok", "case_manager")
    assert town.get(fresh, f"/cases/{case_id}").status_code == 404
    answer = name(town, case_id, fresh.id)
    assert (answer.status_code, answer.json()["case_manager"]) == (200, fresh.id)
    page = town.get(fresh, f"/cases/{case_id}").json()
    assert (fresh.id, "case_manager") in {(member["user_id"], member["role"]) for member in page["team"]}
    last = town.get(fresh, f"/cases/{case_id}/timeline").json()["items"][-1]
    assert (last["kind"], last["details"]) == ("assigned", {"user": fresh.id})


def test_who_cannot_manage_a_case_gets_the_same_answer(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th)
    gone = add_user(town.house, "th-shelter-tak", "case_manager")
    disable(town.house, gone)
    wrong: list[str] = [
        case_id,
        "x\x00y",
        gone.id,
        town.mm["case_manager"].id,
        town.th["analyst"].id,
        town.th["administrator"].id,
    ]
    answers = {name(town, case_id, user_id).text for user_id in wrong}
    assert len(answers) == 1 and '"field":"user_id"' in answers.pop()
    assert cases.facts_of(town.house, case_id).case_manager is None


def test_assigning_is_versioned_and_not_for_everybody(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th)
    manager: Worker = town.th["case_manager"]
    assert name(town, case_id, manager.id, seen_version=9).json()["code"] == "stale_version"
    assert name(town, case_id, manager.id, "social_worker").json()["permission"] == "case:assign"
    assert name(town, case_id, manager.id, "case_manager").status_code == 200
