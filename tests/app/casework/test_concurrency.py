"""Thirty-two hands on one case: each round has exactly one winner, nothing is lost, and history counts the wins."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import func, select, update

from app.access.desk import House
from app.casework import held as holding
from app.casework import move, recording
from app.casework.held import CASE
from app.casework.move import Command, StepRefused, perform
from app.casework.records import rows_of
from app.casework.timeline import HISTORY
from app.kit.errors import Busy, StaleVersion
from app.oversight.verify import verify_all
from tests.factories import cases
from tests.factories.forms import form
from tests.factories.houses import make_house, put_offices
from tests.factories.staff import Staff, desk_of, hire_staff
from tests.inspect import reading

THREADS = 32
# Each round is a race of all of them; on PostgreSQL one costs four times as much processor.
ROUNDS = {"sqlite": 50, "postgresql": 20}
# Somebody who did not win is told that the case has changed meanwhile, or finds the step taken already.
LOST = (StaleVersion, StepRefused)

Act = Callable[[House, Staff, str, int], None]


def add_wish(house: House, staff: Staff, case_id: str, seen: int) -> None:
    with desk_of(house, staff["social_worker"]) as desk:
        recording.add_record(desk, case_id, "wish", form(house, "wish"), seen)


def move_place(house: House, staff: Staff, case_id: str, seen: int) -> None:
    with desk_of(house, staff["case_manager"]) as desk:
        perform(desk, Command("care", "move_placement", case_id, seen, record=form(house, "placement")))


def name_manager(house: House, staff: Staff, case_id: str, seen: int) -> None:
    with desk_of(house, staff["supervisor"]) as desk:
        recording.assign(desk, case_id, staff["case_manager"].id, seen)


# Record against step against assignment: what competes on a working day.
ACTS: tuple[Act, ...] = (add_wish, move_place, name_manager, add_wish)


@dataclass
class Race:
    """What came of some rounds on one case."""

    winners: list[int]
    versions: int
    entries: int
    records: int
    sound: bool


@pytest.fixture
def house(database: Any, clock: Any, keys: Any, signing: Any) -> Iterator[House]:
    """A house with offices over the database of each engine."""
    made = make_house(database, clock, keys, signing)
    put_offices(made)
    yield made


def race(house: House, rounds: int) -> Race:
    """Let all threads start each round at once with the same seen version."""
    staff = hire_staff(house)
    case_id = cases.bring_case(house, staff, "recovering")
    before = count(house, case_id)
    winners = []
    barrier = threading.Barrier(THREADS)

    def compete(number: int, seen: int) -> bool:
        barrier.wait(timeout=60)
        for _ in range(20):
            try:
                ACTS[number % len(ACTS)](house, staff, case_id, seen)
                return True
            except LOST:
                return False
            except Busy:
                continue  # the database had no room; the same try again, as a client would
        raise AssertionError("the database never had room")

    with ThreadPoolExecutor(THREADS) as pool:
        for _ in range(rounds):
            seen = cases.version_of(house, case_id)
            winners.append(sum(pool.map(compete, range(THREADS), [seen] * THREADS)))
    after = count(house, case_id)
    with reading(house.db) as session:
        sound = verify_all(session).sound
    return Race(winners, *(then - now for then, now in zip(after, before, strict=True)), sound)


def count(house: House, case_id: str) -> tuple[int, int, int]:
    """Version of the case, changes in its history (refused attempts are none), records."""
    changes = select(func.count()).where(HISTORY.c.subject_id == case_id, HISTORY.c.kind != "attempt")
    with reading(house.db) as session:
        version = session.execute(select(CASE.c.version).where(CASE.c.id == case_id)).scalar_one()
        return version, session.execute(changes).scalar_one(), len(rows_of(session, case_id))


def one_winner_each(found: Race, rounds: int) -> None:
    """Raise AssertionError unless every round had one winner and left exactly one change behind."""
    assert found.winners == [1] * rounds
    assert found.versions == found.entries == rounds, "no update was lost, none was written twice"
    assert found.records <= rounds
    assert found.sound


def test_each_round_has_exactly_one_winner(house: House) -> None:
    rounds = ROUNDS[house.db.dialect]
    one_winner_each(race(house, rounds), rounds)


def test_without_the_version_check_the_gate_turns_red(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mutant: nobody compares versions any more."""

    def swap_whatever_is_there(desk: Any, table: Any, held: Any, version: int, values: dict[str, Any]) -> None:
        desk.session.execute(update(table).where(table.c.id == held.id).values(values))

    for module in (move, recording):
        monkeypatch.setattr(module, "must_be_current", lambda desk, held, seen: None)
    monkeypatch.setattr(holding, "_swap", swap_whatever_is_there)
    with pytest.raises(AssertionError):
        one_winner_each(race(house, 2), 2)


def test_who_waited_for_a_case_reads_what_was_written_meanwhile(house: House) -> None:
    """A consent that was withdrawn while a step waited for the case is withdrawn for that step."""
    staff = hire_staff(house)
    case_id = cases.bring_case(house, staff, "recovering")
    held, found = threading.Event(), {}

    def waits() -> None:
        held.wait(10)
        with desk_of(house, staff["case_manager"]) as desk:
            found["facts"] = holding.hold_case(desk, case_id).case_facts

    later = threading.Thread(target=waits)
    later.start()
    with desk_of(house, staff["social_worker"]) as desk:
        seen = holding.hold_case(desk, case_id).version
        held.set()
        later.join(0.5)
        assert later.is_alive(), "the case is locked"
        recording.add_record(desk, case_id, "wish", form(house, "wish", wish="stay"), seen)
    later.join(10)
    assert found["facts"].wish.wish == "stay"
