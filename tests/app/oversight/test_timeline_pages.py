"""The timeline as a page: entries in words, looks grouped, silence, what was due, and who sees which of it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import delete

from app.casework.kinds import KINDS
from app.casework.phrases import EVENTS, LOOKS, RECORDS, STEPS, phrase_of
from app.casework.timeline import HISTORY
from app.oversight.grouping import grouped
from app.oversight.story import CHIPS
from app.referrals.codes import COMPARE
from app.worker import Worker
from tests.app.access.world import one_engine
from tests.factories import cases, referrals
from tests.factories.forms import form
from tests.factories.pages import browser_at
from tests.factories.towns import Town
from tests.gates.town_forms import reference_of
from tests.inspect import tampering
from workflows.engine import MACHINES

APP = Path(__file__).resolve().parents[3] / "app"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def called(name: str) -> Iterator[list[ast.expr]]:
    """The arguments of every call of ``name`` in the program."""
    for file in APP.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == name:
                yield node.args


def test_every_step_record_and_event_of_the_program_has_its_words() -> None:
    # A code that is compared moves nothing, and a wrong one is counted as a refused attempt.
    assert set(STEPS) == {step.name for spec in MACHINES.values() for step in spec.steps} | {COMPARE}
    assert set(RECORDS) == set(KINDS)
    written = {
        (told[0].value, told[1].value if isinstance(told[1], ast.Constant) else "*")
        for told in called("Event")
        if told and isinstance(told[0], ast.Constant) and told[0].value not in ("step", "record", "partner")
    }
    # Named by a variable where it is written: the two ways a referral is opened, what the emergency room calls it, and
    # whether two people's records are joined or taken apart.
    written = {each for each in written if each not in {("opened", "*"), ("person", "*")}}
    assert written <= set(EVENTS), "a new event needs its words"
    for kind, step in written:
        assert phrase_of(kind, step)
    with pytest.raises(KeyError):
        phrase_of("unheard", "of")


def test_every_look_at_a_case_or_referral_has_its_words() -> None:
    noted = {
        action.value
        for _, action, subject, *_ in called("looked")
        if isinstance(action, ast.Constant) and getattr(subject, "value", "") in ("case", "referral")
    }
    # Of lists and searches no single case can tell.
    of_none = {
        "cases_counted", "cases_listed", "duplicates_searched", "identity_searched", "reference_not_seen",
        "referrals_listed",
    }  # fmt: skip
    assert noted - of_none <= set(LOOKS), "a new look needs its words"


def look(minutes: int, who: str = "a", action: str = "case_opened") -> Any:
    return SimpleNamespace(at=NOON + timedelta(minutes=minutes), actor_id=who, action=action)


@pytest.mark.parametrize(
    ("looks", "runs"),
    [
        ([], []),
        ([look(0)], [("a", 0, 0, 1)]),
        ([look(0), look(30), look(90)], [("a", 0, 90, 3)]),
        ([look(0), look(61)], [("a", 61, 61, 1), ("a", 0, 0, 1)]),
        # What another person looks at meanwhile does not part a run.
        ([look(0), look(10, "b"), look(20)], [("a", 0, 20, 2), ("b", 10, 10, 1)]),
    ],
)
def test_looks_that_lie_together_are_one(looks: list[Any], runs: list[tuple[str, int, int, int]]) -> None:
    found = grouped(reversed(looks), timedelta(minutes=60))
    minutes = [
        (run.actor_id, *(int((at - NOON).total_seconds() // 60) for at in (run.first, run.last)), run.times)
        for run in found
    ]
    assert minutes == runs


def test_the_supervisor_reads_the_whole_story_in_words(town: Town) -> None:
    worker = town.th["social_worker"]
    case_id = cases.bring_case(town.house, town.th, "sheltered")
    line = f"/cases/{reference_of(town, case_id)}/timeline"
    for _ in range(3):
        town.get(worker, f"/cases/{case_id}")
    town.post(worker, f"/cases/{case_id}/steps/plan_return", {"seen_version": cases.version_of(town.house, case_id)})
    wish = cases.add(town.house, worker, case_id, "wish")
    town.clock.advance(timedelta(days=12))
    Worker(town.house).ring()
    late = (town.clock.now() - timedelta(days=2)).isoformat()
    body = {"record": form(town.house, "wish", wish="stay"), "corrects": wish, "happened_at": late}
    body["seen_version"] = cases.version_of(town.house, case_id)
    assert town.post(worker, f"/cases/{case_id}/records/wish", body).status_code == 201

    browser = browser_at(town, town.th["supervisor"])
    page = browser.get(line).text
    for words in (
        "Admitted to a safe place", "Presumed to be trafficked", "entries verified", "No activity for 12 days",
        "late entry, +2 days", "Tried and refused: Plan the return", "3 times, ", "case page", "Was due here",
        "Still open, ", "Corrects an earlier entry", "Corrected later: see the new entry", f"#r-{wish}",
    ):  # fmt: skip
        assert words in page, words
    assert "<title>Work</title>" in page and page.count("<h1>") == 1 and "&lt;" not in page
    assert page.index("Was due here") > page.index("late entry"), "newest first: what was due stands before it"
    counts = {chip.name: browser.get(f"{line}?kind={chip.name}").text.count('class="line-item') for chip in CHIPS}
    assert counts["records"] and counts["steps"] and counts["late"] and counts["looks"] and counts["refused"] == 1
    assert browser.get(f"{line}?kind=nonsense").status_code == 404
    at = (town.clock.now() - timedelta(days=12)).isoformat().replace("+", "%2B")
    assert "late entry" not in browser.get(f"{line}?at={at}").text


def test_looks_and_refusals_are_for_those_who_watch_and_notes_for_those_who_work(town: Town) -> None:
    case_id = cases.open_case(town.house, town.th["social_worker"], note="Her own words.")
    cases.join(town.house, case_id, town.th["social_worker"])
    line = f"/cases/{reference_of(town, case_id)}/timeline"
    seen = {"seen_version": cases.version_of(town.house, case_id)}
    assert town.post(town.th["social_worker"], f"/cases/{case_id}/steps/admit", seen).status_code == 409
    worker = browser_at(town, town.th["social_worker"])
    page = worker.get(line).text
    assert "Her own words." in page and "Tried and refused" not in page and "Looked" not in page
    assert worker.get(f"{line}?kind=looks").status_code == worker.get(f"{line}?kind=refused").status_code == 404
    auditor = browser_at(town, town.th["auditor"]).get(line).text
    assert "Her own words." not in auditor and "Tried and refused" in auditor and "Looked" in auditor


def test_both_countries_stand_in_one_line_and_pages_follow_each_other(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "received")
    line = f"/cases/{reference_of(town, pair.case_id)}/timeline"
    browser = browser_at(town, town.th["auditor"])
    first = browser.get(line).text
    assert "Return plan accepted" in first and "sent by the other country" in first and ">MM</span>" in first
    seen, pages = first.count(" id="), 1
    while "Show earlier entries" in browser.last.text:
        more = browser.last.text.partition('class="button button-second" href="')[2].partition('"')[0]
        assert browser.get(more.replace("&amp;", "&")).status_code == 200
        seen, pages = seen + browser.last.text.count(" id="), pages + 1
    assert pages > 1 and "Case opened" in browser.last.text


def test_a_broken_history_says_so_on_top(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "screening")
    with tampering(town.house.db) as session:
        session.execute(delete(HISTORY).where(HISTORY.c.subject_id == case_id, HISTORY.c.seq == 1))
    page = browser_at(town, town.th["supervisor"]).get(f"/cases/{reference_of(town, case_id)}/timeline").text
    assert "The history is not whole" in page and "entry 1 is missing" in page
    proof = browser_at(town, town.th["supervisor"]).get("/reports/verify?run=1").text
    assert "Do not change anything" in proof


def test_unknown_and_invisible_cases_are_the_same_page(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "screening")
    reference = reference_of(town, case_id)
    stranger = browser_at(town, town.mm["supervisor"])
    hidden, unknown = (stranger.get(f"/cases/{each}/timeline") for each in (reference, "TH-2017-7F3K2QXB"))
    for answer in (hidden, unknown):
        assert answer.status_code == 404
    said = [answer.text.partition('name="csrf"')[0] + answer.text.partition("<main")[2] for answer in (hidden, unknown)]
    assert said[0] == said[1]
    assert [entry.subject_id for entry in town.looks("refused")] == ["-", "-"], "another country's case stays unnamed"
    own = browser_at(town, town.th["first_responder"]).get(f"/cases/{reference}/timeline")
    assert own.status_code == 404 and case_id in {entry.subject_id for entry in town.looks("refused")}


@one_engine
def test_books_of_looks_and_refusals_are_within_reach_only(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "screening")
    reference = reference_of(town, case_id)
    town.get(town.th["social_worker"], f"/cases/{case_id}")
    seen = {"seen_version": cases.version_of(town.house, case_id)}
    assert town.post(town.th["social_worker"], f"/cases/{case_id}/steps/admit", seen).status_code == 409
    supervisor = browser_at(town, town.th["supervisor"])
    assert reference in supervisor.get("/reports/looks").text
    attempts = supervisor.get("/reports/attempts").text
    assert reference in attempts and "Admit to a safe place" in attempts
    assert reference not in browser_at(town, town.mm["auditor"]).get("/reports/looks").text
    for path in ("/reports/looks", "/reports/attempts", "/reports/verify"):
        assert browser_at(town, town.th["social_worker"]).get(path).status_code == 403, path
