"""Supervision over several rooms: who looked and who could, walls and their forms, load, what is late, the way in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from app.overview.access import lookers
from policies.load import load_policies
from tests.app.access.world import one_engine
from tests.factories import cases, referrals, walls
from tests.factories.pages import browser_at
from tests.factories.staff import add_user
from tests.factories.towns import Town
from tests.gates.town_forms import WHY, reference_of

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
WATCHING = load_policies().safeguards.watching


def look(minutes: int = 0, who: str = "a", action: str = "case_opened") -> Any:
    return SimpleNamespace(at=MONDAY + timedelta(minutes=minutes), actor_id=who, action=action)


def member(who: str, since: int = -60, until: int | None = None) -> Any:
    ends = None if until is None else MONDAY + timedelta(minutes=until)
    return SimpleNamespace(user_id=who, since=MONDAY + timedelta(minutes=since), until=ends)


@pytest.mark.parametrize(
    ("looks", "team", "marks"),
    [
        ([look()], [member("a")], ()),
        ([look()], [], ("outside_team",)),
        ([look(30)], [member("a", until=20)], ("outside_team",)),
        ([look(60 * 12)], [member("a")], ("outside_hours",)),
        ([look(60 * 24 * 5)], [member("a")], ("outside_hours",)),
        ([look(action="emergency_opened")], [member("a")], ("emergency",)),
        ([look(minute // 3) for minute in range(20)], [member("a")], ("quickly",)),
        ([look(minute) for minute in range(20)], [member("a")], ()),
    ],
)
def test_what_is_unusual_about_a_look_is_marked(looks: list[Any], team: list[Any], marks: tuple[str, ...]) -> None:
    (found,) = lookers(looks, team, set(), WATCHING, UTC)
    every = ("outside_team", "outside_hours", "quickly", "emergency")
    assert tuple(name for name in every if getattr(found, name)) == marks


def test_each_part_of_the_access_page_is_for_whom_it_is_for(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "sheltered")
    path = f"/cases/{reference_of(town, case_id)}/access"
    town.get(town.th["case_manager"], f"/cases/{case_id}")
    parts = {"looked": 'id="looked"', "could": "can see this, and why", "seal": "Seal the case", "tied": "I am tied"}
    wanted = {
        "supervisor": {"looked", "could", "seal", "tied"},
        "data_protection_officer": {"looked", "could", "tied"},
        "national_focal_point": {"could", "seal", "tied"},
        "auditor": {"looked"},
        "social_worker": {"tied"},
    }
    for role, seen in wanted.items():
        answer = browser_at(town, town.th[role]).get(path)
        assert answer.status_code == 200, role
        assert {name for name, words in parts.items() if words in answer.text} == seen, role
    supervisor = browser_at(town, town.th["supervisor"]).get(path).text
    assert "on the team" in supervisor and "answers for the whole country" in supervisor
    for role in ("analyst", "administrator", "border_focal_point"):
        browser = browser_at(town, town.th[role])
        refused = [browser.get(each).status_code for each in (path, "/cases/TH-2017-7F3K2QXB/access")]
        assert refused == [403, 403], "a role that opens no case learns nothing of which there are"


def test_a_seal_is_put_on_and_lifted_through_pages_by_two_persons(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "sheltered")
    path = f"/cases/{reference_of(town, case_id)}"
    first, worker = town.th["supervisor"], town.th["social_worker"]
    second = add_user(town.house, first.office, "supervisor")
    stale = browser_at(town, first).get(f"{path}/seal")
    assert stale.status_code == 303 and stale.headers["location"].startswith("/step-up"), "before anything is typed"
    browser = browser_at(town, first, fresh=True)
    browser.get(f"{path}/seal")
    wrong = browser.send(f"{path}/seal", names=[first.id], reason="A long enough reason.")
    assert wrong.status_code == 422 and "A long enough reason." in wrong.text
    assert browser.send(f"{path}/seal", names=[first.id, second.id, worker.id], reason=WHY).status_code == 303
    assert "Sealed. Only these people see it" in browser.follow().text
    assert browser_at(town, town.th["case_manager"]).get(f"{path}/access").status_code == 404
    other = browser_at(town, second, fresh=True)
    other.get("/reports/approvals")
    approval = other.last.text.partition('href="/reports/approvals/')[2].partition('"')[0]
    assert WHY in other.get(f"/reports/approvals/{approval}").text
    assert other.send(f"/reports/approvals/{approval}/agree").status_code == 303
    browser.get(f"{path}/seal")
    assert browser.send(f"{path}/seal/lift", reason=WHY).headers["location"] == f"{path}/access?done=lift"


def test_a_block_and_a_conflict_work_from_the_page(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "sheltered")
    path = f"/cases/{reference_of(town, case_id)}"
    browser = browser_at(town, town.th["supervisor"])
    browser.get(f"{path}/blocks")
    nobody = browser.send(f"{path}/blocks", against="user", user="", why="safety", reason=WHY)
    assert nobody.status_code == 422 and WHY in nobody.text
    kept = {"against": "user", "user": town.th["health_officer"].id, "why": "safety", "reason": WHY}
    assert browser.send(f"{path}/blocks", **kept).headers["location"] == f"{path}/access?done=block"
    assert town.get(town.th["health_officer"], f"/cases/{case_id}").status_code == 404
    browser.get(f"{path}/blocks")
    assert browser.send(f"{path}/blocks/lift", reason=WHY).status_code == 303
    assert town.get(town.th["health_officer"], f"/cases/{case_id}").status_code == 200
    worker = browser_at(town, town.th["social_worker"])
    worker.get(f"{path}/conflict")
    assert worker.send(f"{path}/conflict", note="").headers["location"] == "/"
    assert worker.get(f"{path}/access").status_code == 404


def test_the_load_is_by_name_and_what_is_late_says_why(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "acknowledged")
    case_id = cases.bring_case(town.house, town.th, "sheltered")
    town.clock.advance(timedelta(days=60))
    supervisor = browser_at(town, town.th["supervisor"])
    page = supervisor.get("/reports/team").text
    names = [town.th[role].login.title() for role in ("case_manager", "social_worker")]
    assert page.index(names[0]) < page.index(names[1])
    assert "1 open case has no case manager" in page and reference_of(town, case_id) in page
    late = supervisor.get("/reports/late").text
    assert "The time to reflect ends" not in late, "the person's own time is nobody's delay"
    assert reference_of(town, pair.case_id) in late and "Shelter" in late and "days late" in late
    assert "Waits for the form" in late or "is not " in late
    for path in ("/reports/team", "/reports/late"):
        assert browser_at(town, town.th["analyst"]).get(path).status_code == 403, path


@one_engine
def test_the_reports_page_leads_where_the_roles_do(town: Town) -> None:
    wanted = {
        "analyst": {"approvals", "board", "stages", "waiting", "tables"},
        "auditor": {"approvals", "board", "stages", "waiting", "tables", "looks", "attempts", "verify"},
        "social_worker": {"approvals", "late"},
    }
    every = (
        "emergency", "approvals", "late", "team", "board", "stages", "waiting", "tables", "looks", "attempts", "verify",
        "exports",
    )  # fmt: skip
    for role, seen in wanted.items():
        page = browser_at(town, town.th[role]).get("/reports").text
        assert {name for name in every if f'href="/reports/{name}"' in page} == seen, role
    case_id = cases.bring_case(town.house, town.th, "sheltered")
    walls.open_in_emergency(town, add_user(town.house, "th-shelter-phitsanulok", "social_worker"), case_id)
    assert "1 waits for you" in browser_at(town, town.th["supervisor"]).get("/reports").text
