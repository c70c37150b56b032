"""Deputies reach what is their colleague's own or assigned, in their own roles, for a time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from app.kit.paging import ask
from app.worklist.work_queries import Group, rows
from tests.factories import cases
from tests.factories.pages import browser_at
from tests.factories.staff import Worker, add_user, desk_of
from tests.factories.towns import Town

MINE = (Group.LATE, Group.SOON)


def name(town: Town, absent: Worker, standing: Worker, who: str = "supervisor", days: int = 7, **more: Any) -> Any:
    town.step_up(town.th[who])
    until = (town.clock.now() + timedelta(days=days)).isoformat()
    body = {"user_id": absent.id, "deputy_id": standing.id, "until": until, **more}
    return town.post(town.th[who], "/deputies", body)


def test_a_deputy_reaches_the_cases_of_the_absent_for_the_time(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "recovering")
    absent, standing = town.th["social_worker"], add_user(town.house, "th-shelter-tak", "social_worker")
    assert town.get(standing, f"/cases/{case_id}").status_code == 404
    made = name(town, absent, standing)
    assert made.status_code == 201, made.text
    assert town.get(standing, f"/cases/{case_id}").status_code == 200
    assert {row["id"] for row in town.get(standing, "/cases").json()["items"]} == {case_id}
    body = {"reason": "The hospital asks for her name."}
    assert town.post(standing, f"/cases/{case_id}/identity/reveal", body).status_code == 200
    assert {row["id"] for row in town.get(standing, "/deputies").json()["items"]} == {made.json()["id"]}
    assert town.post(town.th["supervisor"], f"/deputies/{made.json()['id']}/end").status_code == 200
    assert town.get(standing, f"/cases/{case_id}").status_code == 404
    assert town.post(town.th["supervisor"], f"/deputies/{made.json()['id']}/end").json()["code"] == "deputy_over"
    assert name(town, absent, standing, days=2).status_code == 201
    assert town.get(standing, f"/cases/{case_id}").status_code == 200
    town.clock.advance(timedelta(days=2))
    assert town.get(standing, f"/cases/{case_id}").status_code == 404


def test_what_waits_for_the_absent_alone_waits_for_the_deputy(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "recovering")
    absent, standing = town.th["social_worker"], add_user(town.house, "th-shelter-tak", "social_worker")
    due = town.clock.now().date().isoformat()
    said = {"about": "own_call", "what": "Ring the court.", "part": "social_worker", "due": due, "colleague": absent.id}
    body = {"record": said, "seen_version": cases.version_of(town.house, case_id)}
    assert town.post(town.th["case_manager"], f"/cases/{case_id}/records/own_task", body).status_code == 201
    assert name(town, absent, standing).status_code == 201

    def waits(worker: Worker) -> bool:
        with desk_of(town.house, worker) as desk:
            return "own_call" in {each.kind for group in MINE for each in rows(desk, group, ask(50, None, (int,)))[0]}

    assert waits(absent) and waits(standing)
    assert not waits(town.th["case_manager"])
    town.clock.advance(timedelta(days=7))
    assert waits(absent) and not waits(standing)


def test_a_deputy_acts_only_in_their_own_roles(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "recovering")
    absent = town.th["case_manager"]
    standing = add_user(town.house, "th-shelter-tak", "case_manager")
    assert name(town, absent, standing).status_code == 201
    blocked = add_user(town.house, "th-shelter-tak", "health_officer")
    assert name(town, absent, blocked).status_code == 422, "no role in common"
    page = town.get(standing, f"/cases/{case_id}").json()
    assert "plan_return" in {step["step"] for step in page["next_steps"]}


def test_who_may_name_whom(town: Town) -> None:
    absent, standing = town.th["social_worker"], add_user(town.house, "th-shelter-tak", "social_worker")
    elsewhere = add_user(town.house, "th-ngo", "social_worker")
    boss = town.th["supervisor"]
    refused = [
        name(town, absent, absent), name(town, absent, elsewhere), name(town, absent, town.mm["social_worker"]),
        name(town, town.mm["social_worker"], standing), name(town, absent, standing, days=0),
        name(town, absent, standing, days=200), name(town, boss, boss),
    ]  # fmt: skip
    assert {answer.status_code for answer in refused} == {422}
    other = add_user(town.house, "th-shelter-tak", "supervisor")
    assert name(town, other, boss).status_code == 422, "nobody widens their own reach"
    until = "2026-12-01T00:00:00Z"
    body = {"user_id": absent.id, "deputy_id": standing.id, "until": until}
    assert town.post(town.th["case_manager"], "/deputies", body).json()["code"] == "permission_missing"
    town.clock.advance(timedelta(minutes=10))
    assert town.post(boss, "/deputies", body).json()["code"] == "step_up_needed"
    made = name(town, absent, standing)
    assert town.post(town.mm["administrator"], f"/deputies/{made.json()['id']}/end").status_code == 404
    assert town.get(town.th["health_officer"], "/deputies").json()["items"] == []


def test_who_stands_in_and_goes_away_leaves_no_case_to_a_third_but_a_word_to_whoever_named_them(town: Town) -> None:
    """A file opens to whom somebody chose for it (decision 0048); whoever chose hears that it waits for nobody."""
    case_id = cases.bring_case(town.house, town.th, "recovering")
    second, third = (add_user(town.house, "th-shelter-tak", "social_worker") for _ in range(2))
    supervisor = town.th["supervisor"]

    def told() -> list[dict[str, str]]:
        items = town.get(supervisor, "/notices").json()["items"]
        return [each["detail"] for each in items if each["kind"] == "deputy_away"]

    first = name(town, town.th["social_worker"], second, days=20).json()
    assert told() == []
    assert name(town, second, third, days=3).status_code == 201
    assert [(each["user"], each["deputy"]) for each in told()] == [(town.th["social_worker"].id, second.id)]
    assert town.get(third, f"/cases/{case_id}").status_code == 404, "nobody chose the third for this file"
    assert name(town, town.th["social_worker"], third, days=3).status_code == 201
    assert town.get(third, f"/cases/{case_id}").status_code == 200
    # The other way round: named while they are away already, or will be.
    assert town.post(supervisor, f"/deputies/{first['id']}/end").status_code == 200
    later = (town.clock.now() + timedelta(days=30)).isoformat()
    assert name(town, town.th["social_worker"], second, days=40, since=later).status_code == 201
    assert len(told()) == 1, "back by then"
    assert name(town, town.th["social_worker"], second, days=5).status_code == 201
    assert len(told()) == 2
    page = browser_at(town, supervisor).get("/notices").text
    assert "is away themselves" in page
