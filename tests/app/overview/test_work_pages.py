"""My work: what waits for whom, where its rows lead, what is late and why, and what is new."""

from __future__ import annotations

import gzip
import re
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from app.casework.held import CASE
from app.casework.tasks import TABLE
from app.worklist.work_queries import Group
from policies.load import load_policies
from tests.app.access.world import one_engine
from tests.factories import cases, referrals, walls
from tests.factories.pages import browser_at
from tests.factories.staff import add_user
from tests.factories.towns import Town
from tests.inspect import reading, writing

NAMES = ("Thandar", "Aung", "+95 9 000 000")


def reference(town: Town, case_id: str) -> str:
    with reading(town.house.db) as session:
        return str(session.execute(select(CASE.c.reference).where(CASE.c.id == case_id)).scalar_one())


def part(html: str, name: str) -> str:
    """The section of the page called ``name``, "" if it has none."""
    return html.partition(f'aria-labelledby="part-{name}"')[2].partition("</section>")[0]


def links(html: str) -> list[str]:
    return re.findall(r'class="work-what"><a href="([^"]+)"', html)


def due(town: Town, case_id: str, kind: str, days: float) -> str:
    """Have a task of a case fall due ``days`` from now; its id."""
    at = town.clock.now() + timedelta(days=days)
    with writing(town.house.db) as session:
        session.execute(update(TABLE).where(TABLE.c.case_id == case_id, TABLE.c.kind == kind).values(due_at=at))
        mine = select(TABLE.c.id).where(TABLE.c.case_id == case_id, TABLE.c.kind == kind)
        return str(session.execute(mine).scalar_one())


def test_each_task_stands_in_one_part_and_leads_to_its_step(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "presumed")
    code = reference(town, case_id)
    due(town, case_id, "read_rights", -3)
    due(town, case_id, "assess_needs", 2)
    page = browser_at(town, town.th["social_worker"]).get("/")
    assert page.status_code == 200
    assert links(part(page.text, "late")) == [f"/cases/{code}/records/new/rights_notice"]
    assert "3 days ago" in part(page.text, "late") and "with you" in part(page.text, "late")
    assert links(part(page.text, "soon")) == [f"/cases/{code}/records/new/needs_assessment"]
    others = part(page.text, "others")
    assert links(others) and set(links(others)) == {f"/cases/{code}"}
    assert "Legal officer" in others and "Mark as done" not in others
    for name in NAMES:
        assert name not in page.text
    assert len(gzip.compress(page.content)) <= 8 * 1024


def test_what_is_of_no_team_of_ones_own_is_nobodys_row(town: Town) -> None:
    cases.bring_case(town.house, town.th, "presumed")
    colleague = add_user(town.house, "th-shelter-tak", "social_worker")
    page = browser_at(town, colleague).get("/")
    assert "Nothing of yours is late." in page.text and "No step due this week." in page.text
    assert links(page.text) == []


def test_a_screening_waits_for_whoever_can_do_it_where_nobody_holds_its_role(town: Town) -> None:
    away = add_user(town.house, "th-shelter-phitsanulok", "social_worker")
    case_id = cases.open_case(town.house, away)
    cases.take(town.house, away, case_id, "start_screening")
    page = browser_at(town, away).get("/")
    there = [f"/cases/{reference(town, case_id)}"]
    assert links(part(page.text, "soon")) == there, "two ways out of it: the person there chooses"
    here = cases.open_case(town.house, town.th["social_worker"])
    cases.take(town.house, town.th["social_worker"], here, "start_screening")
    page = browser_at(town, town.th["social_worker"]).get("/")
    assert part(page.text, "soon") == "" and "First responder" in part(page.text, "others")


def test_a_task_done_by_hand_is_marked_once(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "presumed")
    task = due(town, case_id, "end_of_reflection", -1)
    browser = browser_at(town, town.th["case_manager"])
    assert f"/tasks/done?task_id={task}" in part(browser.get("/").text, "late")
    browser.get(f"/tasks/done?task_id={task}")
    sent = browser.form("/tasks/done").fields | {"note": "Talked it over with her."}
    for _ in range(2):
        assert browser.post("/tasks/done", sent).headers["location"] == "/"
    assert f"task_id={task}" not in browser.get("/").text
    assert browser.get(f"/tasks/done?task_id={task}").status_code == 404
    told = town.get(town.th["case_manager"], f"/cases/{case_id}/timeline?limit=100").json()["items"]
    assert [entry["note"] for entry in told if entry["kind"] == "task"] == ["Talked it over with her."]


def test_a_task_that_ends_by_itself_or_is_anothers_has_no_such_page(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "presumed")
    ending, rights = (due(town, case_id, kind, -1) for kind in ("end_of_reflection", "read_rights"))
    seen = set()
    for who, task in (("social_worker", ending), ("social_worker", rights), ("case_manager", "x"), ("analyst", ending)):
        answer = browser_at(town, town.th[who]).get(f"/tasks/done?task_id={task}")
        seen.add((answer.status_code, "There is nothing here that you can see." in answer.text))
    assert seen == {(404, True)}


def test_a_supervisor_sees_what_is_late_by_stage_and_why(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "sheltered")
    code = reference(town, case_id)
    for kind in ("assess_needs", "decide_identification", "end_of_reflection"):
        due(town, case_id, kind, -2)
    pair = referrals.bring_referral(town.house, town.th, town.mm, "sent")
    due(town, pair.case_id, "await_answer", -1)
    browser = browser_at(town, town.th["supervisor"])
    home = browser.get("/")
    assert '<a href="/tasks/late?stage=shelter">Shelter</a></div><div class="work-number">3</div>' in home.text
    page = browser.get("/tasks/late")
    assert page.text.count("Why it waits:") == len(links(page.text)) >= 4
    assert "It waits for the other country." in page.text and "It ends when somebody marks it as done." in page.text
    shelter = browser.get("/tasks/late?stage=shelter").text
    assert set(links(shelter)) == {f"/cases/{code}"} and "It waits for the other country." not in shelter
    assert browser.get("/tasks/late?stage=nowhere").status_code == 404
    assert browser_at(town, town.th["social_worker"]).get("/tasks/late").status_code == 404
    for name in NAMES:
        assert name not in page.text


def test_home_is_by_role(town: Town) -> None:
    homes = {
        "social_worker": None, "supervisor": None, "national_focal_point": None, "border_focal_point": "/referrals",
        "analyst": "/reports", "administrator": "/admin", "auditor": "/reports",
    }  # fmt: skip
    for who, home in homes.items():
        browser = browser_at(town, town.th[who])
        answer = browser.get("/")
        assert answer.headers.get("location") == home, who
        browser.get("/tasks")
        assert browser.last.status_code == (200 if who in ("border_focal_point",) or home is None else 404), who
    assert '<li><a href="/tasks"' in browser_at(town, town.th["border_focal_point"]).get("/me").text


def test_notices_stand_in_words_and_are_read_once(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "sheltered")
    helper = add_user(town.house, "th-shelter-phitsanulok", "social_worker")
    walls.open_in_emergency(town, helper, case_id)
    browser = browser_at(town, town.th["supervisor"])
    home = browser.get("/")
    assert "A case was opened in an emergency." in home.text and "Emergency access to review" in home.text
    assert re.search(rf'<a href="/reports/emergency/[0-9a-f-]+">{reference(town, case_id)}</a>', home.text)
    assert browser.send("/notices/read").headers["location"] == "/"
    assert "A case was opened in an emergency." not in browser.get("/").text
    every = browser.get("/notices")
    assert "A case was opened in an emergency." in every.text and "0 are unread." in every.text


@one_engine
def test_a_part_goes_on_over_pages(town: Town) -> None:
    for _ in range(27):
        due(town, cases.bring_case(town.house, town.th, "presumed"), "read_rights", -1)
    browser = browser_at(town, town.th["social_worker"])
    home = browser.get("/")
    assert len(links(part(home.text, "late"))) == 25 and '<span class="count">27</span>' in home.text
    assert len(gzip.compress(home.content)) <= 8 * 1024
    first = browser.get("/tasks/list?group=late")
    more = re.findall(r'href="(/tasks/list\?group=late&amp;cursor=[^"]+)"', first.text)[0].replace("&amp;", "&")
    assert (len(links(first.text)), len(links(browser.get(more).text))) == (25, 2)
    assert browser.get("/tasks/list?group=none").status_code == 404


def test_a_row_says_what_in_forty_letters() -> None:
    kinds: Any = load_policies().codes["task_kind"].codes
    assert [code for code, kind in kinds.items() if len(kind.label) > 40] == []
    assert set(Group) == {"late", "soon", "others", "new"}
