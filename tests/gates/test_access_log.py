"""G19: whoever is shown a case or refused one stands in the book of looks, and where it cannot be written, no answer.

Generated from the routes of the running program: a new route is tried by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import pytest
from sqlalchemy import text

from app.access import log
from tests.factories import cases, referrals
from tests.factories.documents import put_document
from tests.factories.staff import Worker, add_user
from tests.factories.towns import API, Town, town
from tests.factories.walls import open_in_emergency
from tests.inspect import tampering

__all__ = ["town"]

# A part of a path that names one person's thing; any other part (a code, a machine) names nobody.
PERSONAL: Final = frozenset({"case_id", "referral_id", "record_id", "task_id", "emergency_id"})
# Shows ids of cases and is no look at one: a notice says only that there is something to look at.
NO_LOOK: Final = frozenset({"/notices"})
ASKING: Final = (
    "social_worker", "case_manager", "supervisor", "national_focal_point", "data_protection_officer", "analyst",
)  # fmt: skip
REASON: Final = {"reason": "The hospital asks for her name."}
CLOSE: Final = {
    "sqlite": (
        "CREATE TRIGGER closed_book BEFORE INSERT ON access_entry BEGIN SELECT RAISE(ABORT, 'closed'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION closed_book() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'closed'; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER closed_book BEFORE INSERT ON access_entry FOR EACH ROW EXECUTE FUNCTION closed_book()",
    ),
}
OPEN: Final = {
    "sqlite": ("DROP TRIGGER closed_book",),
    "postgresql": ("DROP TRIGGER closed_book ON access_entry", "DROP FUNCTION closed_book()"),
}


@dataclass(frozen=True)
class Scene:
    """One person's things by the name of the part of a path, what betrays them, and who asks."""

    named: dict[str, str]
    their_copy: str
    marks: tuple[str, ...]
    people: tuple[Worker, ...]

    def shown_in(self, answer: Any) -> bool:
        """Whether an answer says anything of the person's things."""
        return any(mark in answer.text for mark in self.marks)


def scene(town: Town) -> Scene:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "tracing")
    row, copy = referrals.case_row(town.house, pair.case_id), referrals.row_of(town.house, pair.sent_from)
    record = cases.add(town.house, town.th["social_worker"], pair.case_id, "circumstances")
    task = town.get(town.th["supervisor"], f"/tasks?case_id={pair.case_id}").json()["items"][0]["id"]
    document = put_document(town.house, town.th["social_worker"], pair.case_id)
    opener = add_user(town.house, "th-shelter-phitsanulok", "social_worker")
    emergency = open_in_emergency(town, opener, pair.case_id)
    return Scene(
        {"case_id": pair.case_id, "referral_id": pair.sent_from, "record_id": record, "task_id": task,
         "document_id": document, "emergency_id": emergency},
        pair.arrived,
        (pair.case_id, pair.sent_from, row.reference, copy.reference, record, emergency, pair.arrived, "Aung"),
        (*(town.th[role] for role in ASKING), town.mm["social_worker"], town.th["border_focal_point"]),
    )  # fmt: skip


def looking_routes(town: Town) -> Iterator[tuple[str, bool]]:
    """Every route below the API that only looks, and whether its path names one person's thing."""
    for route in town.app.state.routes:
        reveals = route.path.endswith("/reveal")
        if route.permission and route.path.startswith(API) and ("GET" in route.methods or reveals):
            parts = set(re.findall(r"\{(\w+)\}", route.path))
            yield route.path.removeprefix(API), bool(parts & PERSONAL)


def look(town: Town, about: Scene, worker: Worker, path: str) -> Any:
    """One look at a route as ``worker``; a part of the path that names nobody gets a word that fits no code."""
    # Of a referral the other country has a copy of its own; everything else is ours alone.
    named = about.named | ({"referral_id": about.their_copy} if worker.country == "MM" else {})
    where = re.sub(r"\{(\w+)\}", lambda part: named.get(part[1], "x"), path)
    return town.post(worker, where, REASON) if path.endswith("/reveal") else town.get(worker, where)


@dataclass
class Tally:
    """What a crawl has found."""

    views: int = 0
    refusals: int = 0
    faults: list[str] | None = None
    opened: dict[str, Worker] | None = None


def crawl(town: Town, about: Scene, people: tuple[Worker, ...]) -> Tally:
    """Look at everything as everybody; a fault is a view or a refusal without its row by that account."""
    tally = Tally(faults=[], opened={})
    assert tally.faults is not None and tally.opened is not None
    for path, personal in looking_routes(town):
        for worker in people:
            before = {row.id for row in town.looks()}
            answer = look(town, about, worker, path)
            actions = {row.action for row in town.looks() if row.id not in before and row.actor_id == worker.id}
            name = f"{path} as {sorted(worker.roles)[0]}: {answer.status_code}"
            if answer.status_code == 200 and (personal or about.shown_in(answer)) and path not in NO_LOOK:
                tally.views += 1
                tally.opened.setdefault(path, worker)
                if not actions - {"refused"}:
                    tally.faults.append(name)
            elif answer.status_code == 403 or (answer.status_code == 404 and personal):
                tally.refusals += 1
                if actions != {"refused"}:
                    tally.faults.append(name)
    return tally


@contextmanager
def closed_book(town: Town) -> Iterator[None]:
    """While it lasts, the database takes no row into the book of looks."""

    def run(statements: dict[str, tuple[str, ...]]) -> None:
        with tampering(town.house.db) as session:
            for statement in statements[town.house.db.dialect]:
                session.execute(text(statement))

    run(CLOSE)
    try:
        yield
    finally:
        run(OPEN)


def shown_without_log(town: Town, about: Scene, opened: dict[str, Worker]) -> list[str]:
    """The routes that answer anything but 5xx, or say anything of the person, while the book is closed."""
    with closed_book(town):
        answers = {path: look(town, about, worker, path) for path, worker in opened.items()}
        answers |= {
            f"{path} (refused)": look(town, about, town.mm["social_worker"], path)
            for path, personal in looking_routes(town)
            if personal
        }
    return [path for path, each in answers.items() if each.status_code < 500 or about.shown_in(each)]


def test_every_look_and_every_refusal_is_in_the_book_or_there_is_no_answer(town: Town) -> None:
    about = scene(town)
    tally = crawl(town, about, about.people)
    assert tally.opened is not None
    personal = {path for path, is_personal in looking_routes(town) if is_personal}
    print(f"GATE g19 without_row={len(tally.faults or ())} limit=0 views={tally.views} refusals={tally.refusals}")
    assert tally.faults == []
    assert len(personal) >= 15 and personal <= set(tally.opened), "a route nobody opened is a route nobody tested"
    assert {"/cases", "/referrals", "/tasks", "/emergency-access"} <= set(tally.opened), "lists show ids too"
    assert tally.refusals > 50
    lines = len(town.get(town.th["auditor"], f"/cases/{about.named['case_id']}/timeline?limit=100").json()["items"])
    leaks = shown_without_log(town, about, tally.opened)
    print(f"GATE g19 answered_without_log={len(leaks)} limit=0 n={len(tally.opened) + len(personal)}")
    assert leaks == []
    again = town.get(town.th["auditor"], f"/cases/{about.named['case_id']}/timeline?limit=100").json()["items"]
    assert len(again) == lines, "a reveal that could not be noted has left nothing behind"


def test_the_gate_bites_a_book_that_is_written_afterwards(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mutant: looks are put aside to be written some time later, as many programs do it."""
    about = scene(town)
    aside: list[Any] = []
    monkeypatch.setattr(log, "noted", lambda *row: aside.append(row))
    one = (town.th["social_worker"],)
    tally = crawl(town, about, one)
    assert tally.opened is not None and tally.faults is not None
    leaks = shown_without_log(town, about, tally.opened)
    print(f"GATE g19 mutant without_row={len(tally.faults)} answered_without_log={len(leaks)} n={len(aside)}")
    assert len(tally.faults) == tally.views + tally.refusals > 20
    assert {path for path in leaks if not path.endswith("(refused)")} == set(tally.opened)
