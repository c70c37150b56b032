"""A crash between any two writes: the state is as before or as after, never in between.

Each change is run again and again, failing just before its first, second, third ... writing statement and before
its commit, until it goes through; after each failure every table must be exactly as it was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select

from app.access.desk import House
from app.casework.move import Command, perform
from app.kit.clock import SettableClock
from app.kit.crypto import KeyRing
from app.kit.db import Database
from app.kit.signing import SigningKeys
from app.models.base import Base
from app.worker import Worker as Postman
from tests.factories import cases, referrals
from tests.factories.forms import form
from tests.factories.houses import make_house, put_offices
from tests.factories.staff import desk_of, hire_staff
from tests.inspect import reading

MOST_STATEMENTS = 80
WRITING = ("INSERT", "UPDATE", "DELETE")


class PowerCut(BaseException):
    """What a crash looks like from inside: nothing that a program catches goes on after it."""


@contextmanager
def power_cut(house: House, before: int) -> Iterator[list[int]]:
    """Fail just before the writing statement number ``before`` (1 = the first), or before the commit after it."""
    count = [0]

    def on_statement(_c: Any, _cur: Any, statement: str, _p: Any, _ctx: Any, _many: Any) -> None:
        if statement.lstrip().upper().startswith(WRITING):
            count[0] += 1
            if count[0] == before:
                raise PowerCut(statement.split()[0])

    def on_commit(_c: Any) -> None:
        if count[0] == before - 1 and count[0] > 0:
            raise PowerCut("commit")

    event.listen(house.db.engine, "before_cursor_execute", on_statement)
    event.listen(house.db.engine, "commit", on_commit)
    try:
        yield count
    finally:
        event.remove(house.db.engine, "before_cursor_execute", on_statement)
        event.remove(house.db.engine, "commit", on_commit)


def picture(house: House) -> dict[str, str]:
    """Every table as one digest of all its rows."""
    found = {}
    with reading(house.db) as session:
        for table in Base.metadata.sorted_tables:
            rows = sorted(repr(tuple(row)) for row in session.execute(select(table)))
            found[table.name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found


def crash_everywhere(house: House, act: Callable[[], object]) -> int:
    """Crash ``act`` at every point in turn, then let it through; how many points there were."""
    before = picture(house)
    for point in range(1, MOST_STATEMENTS):
        with power_cut(house, point):
            try:
                act()
            except PowerCut:
                crashed = True
            else:
                crashed = False
        if not crashed:
            assert picture(house) != before, "the change went through and left nothing"
            return point - 1
        assert picture(house) == before, f"half a change was left by a crash at point {point}"
    raise AssertionError("the change never went through")


@pytest.fixture
def house(database: Database, clock: SettableClock, keys: KeyRing, signing: SigningKeys) -> House:
    made = make_house(database, clock, keys, signing)
    put_offices(made)
    return made


def test_a_case_step_is_all_or_nothing(house: House) -> None:
    staff = hire_staff(house)
    case_id = cases.bring_case(house, staff, "screening")
    screening = form(house, "screening")

    points = crash_everywhere(house, lambda: cases.take(house, staff["social_worker"], case_id, "presume", screening))
    assert points >= 6, "record, history, case, facts, tasks and the commit are each a place to fail"


def test_a_record_is_all_or_nothing(house: House) -> None:
    staff = hire_staff(house)
    case_id = cases.bring_case(house, staff, "presumed")
    assert crash_everywhere(house, lambda: cases.add(house, staff["social_worker"], case_id, "needs_assessment")) >= 4


def test_opening_a_case_is_all_or_nothing(house: House) -> None:
    staff = hire_staff(house)
    assert crash_everywhere(house, lambda: cases.open_case(house, staff["social_worker"])) >= 5


def test_sending_an_offer_is_all_or_nothing(house: House) -> None:
    here, _there = hire_staff(house), hire_staff(house, "MM")
    case_id = referrals.bring_case_for_referral(house, here)
    copy_id = referrals.draft(house, here, case_id)
    referrals.take(house, here["supervisor"], copy_id, "approve")

    def send() -> None:
        seen = referrals.row_of(house, copy_id).version
        with desk_of(house, here["case_manager"]) as desk:
            perform(desk, Command("referral", "send", copy_id, seen))

    assert crash_everywhere(house, send) >= 6


def test_a_blocked_attempt_is_kept_whole_or_not_at_all(house: House) -> None:
    staff = hire_staff(house)
    case_id = cases.bring_case(house, staff, "screening")
    before = picture(house)
    with power_cut(house, 1), pytest.raises(PowerCut):
        cases.take(house, staff["social_worker"], case_id, "presume")
    assert picture(house) == before


@pytest.mark.parametrize("point", range(1, 25))
def test_delivery_cut_anywhere_and_taken_up_again_ends_the_same(house: House, clock: SettableClock, point: int) -> None:
    """The worker dies at one point of delivering an offer; the next one finishes: once, in order, receipted."""
    here, there = hire_staff(house), hire_staff(house, "MM")
    case_id = referrals.bring_case_for_referral(house, here)
    copy_id = referrals.draft(house, here, case_id)
    referrals.take(house, here["supervisor"], copy_id, "approve")
    seen = referrals.row_of(house, copy_id).version
    with desk_of(house, here["case_manager"]) as desk:
        perform(desk, Command("referral", "send", copy_id, seen))
    with power_cut(house, point), suppress(PowerCut):
        Postman(house).drain()
    clock.advance(timedelta(minutes=5))  # a failed effect rests before it is tried again
    Postman(house).drain()
    pair = referrals.pair_of(house, copy_id)
    assert referrals.row_of(house, pair.arrived).state == referrals.row_of(house, copy_id).state == "sent"
    referrals.take(house, there["national_focal_point"], pair.arrived, "acknowledge")
    assert referrals.row_of(house, copy_id).state == "acknowledged"
