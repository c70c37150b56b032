"""Naming the case manager: an active colleague of this country who works on cases."""

from __future__ import annotations

import re
from typing import Any

from tests.app.overview.test_work_pages import reference
from tests.factories import cases, walls
from tests.factories.pages import browser_at
from tests.factories.staff import Worker, add_user, disable
from tests.factories.towns import Town


def name(town: Town, case_id: str, user_id: str, who: str = "supervisor", **more: Any) -> Any:
    body = {"user_id": user_id, "seen_version": cases.version_of(town.house, case_id), **more}
    return town.post(town.th[who], f"/cases/{case_id}/case-manager", body)


def members(town: Town, reader: Worker, case_id: str) -> set[tuple[str, str]]:
    """Who is on the team of a case, in which part, as ``reader`` sees it."""
    page = town.get(reader, f"/cases/{case_id}").json()
    return {(member["user_id"], member["role"]) for member in page["team"]}


def test_the_manager_joins_the_team_and_the_history_tells(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th)
    fresh = add_user(town.house, "th-shelter-tak", "case_manager")
    assert (fresh.id, "case_manager") not in members(town, town.th["social_worker"], case_id)
    answer = name(town, case_id, fresh.id)
    assert (answer.status_code, answer.json()["case_manager"]) == (200, fresh.id)
    assert (fresh.id, "case_manager") in members(town, fresh, case_id)
    last = town.get(fresh, f"/cases/{case_id}/timeline").json()["items"][-1]
    assert (last["kind"], last["details"]) == ("assigned", {"user": fresh.id})


def test_a_colleague_of_another_office_takes_a_case_over_by_a_transfer_alone(town: Town) -> None:
    """The whole file goes nowhere without the word of that office and the consent of the person (0032, 0041)."""
    case_id = cases.bring_case(town.house, town.th)
    elsewhere = add_user(town.house, "th-shelter-phitsanulok", "case_manager")
    answer = name(town, case_id, elsewhere.id)
    assert (answer.status_code, answer.json()["code"]) == (409, "other_office"), answer.text
    assert "Ask that office to take the case over" in answer.json()["detail"]
    assert town.get(elsewhere, f"/cases/{case_id}").status_code == 404
    assert cases.facts_of(town.house, case_id).case_manager is None
    # Not as a guest on the team either: who is there to help does not thereby carry the case.
    body = {"user_id": elsewhere.id, "role": "case_manager", "seen_version": cases.version_of(town.house, case_id)}
    assert town.post(town.th["supervisor"], f"/cases/{case_id}/team", body).status_code == 200
    assert name(town, case_id, elsewhere.id).json()["code"] == "other_office"


def test_whom_a_wall_keeps_away_carries_no_case(town: Town) -> None:
    """A case whose manager cannot open it is nobody's; who is kept away is told by the answer, and by nothing else."""
    case_id = cases.bring_case(town.house, town.th)
    kept_away = add_user(town.house, "th-shelter-tak", "case_manager")
    walls.block(town.house, case_id, "user", kept_away.id)
    answer = name(town, case_id, kept_away.id)
    assert (answer.status_code, answer.json()["code"]) == (409, "kept_away"), answer.text
    assert cases.facts_of(town.house, case_id).case_manager is None


def test_the_page_offers_whoever_works_where_the_case_is(town: Town) -> None:
    """Also to somebody of the country's office, whose own colleagues cannot carry it."""
    case_id = cases.bring_case(town.house, town.th)
    here = add_user(town.house, "th-shelter-tak", "case_manager")
    there = add_user(town.house, "th-shelter-phitsanulok", "case_manager")
    national = add_user(town.house, "th-mdt", "national_focal_point")
    for reader in (town.th["supervisor"], national):
        browser = browser_at(town, reader)
        path = f"/cases/{reference(town, case_id)}/people"
        page = browser.get(path).text
        chosen = re.findall(r'name="manager"[^>]*value="([^"]+)"|<option value="([^"]+)"', page)
        offered = {each for pair in chosen for each in pair}
        assert here.id in offered and there.id not in offered
        refused = browser.send(f"{path}/manager", manager=there.id)
        assert refused.status_code in {400, 409, 422} and "Ask that office to take the case over" in refused.text
    done = browser.send(f"{path}/manager", manager=here.id)
    assert done.status_code == 303
    assert cases.facts_of(town.house, case_id).case_manager == here.id


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
