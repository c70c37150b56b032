"""When a clock rings: every unit, month ends, the days off of two countries, never earlier for more."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.model import Basis, Clock, Policies
from tests.workflows.situations import ready, with_case
from workflows.deadlines import due_at
from workflows.guards.screening import window_end

QUICK = settings(max_examples=60, deadline=None)
# A Thai and a Myanmar day off, with a weekend between them (2026-04-10 is a Friday).
SONGKRAN = frozenset({date(2026, 4, 13), date(2026, 4, 14), date(2026, 4, 15)})
THINGYAN = frozenset({date(2026, 4, 13), date(2026, 4, 14), date(2026, 4, 15), date(2026, 4, 16), date(2026, 4, 17)})


def clock(value: int, unit: str) -> Clock:
    return Clock(value=value, unit=unit, basis=Basis.DEFAULT, note="an example")


def at(year: int, month: int, day: int, hour: int = 3) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


def end_of(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "value", "unit", "rings"),
    [
        (at(2026, 11, 23, 20), 24, "hours", at(2026, 11, 24, 20)),
        (at(2026, 11, 27, 20), 48, "hours", at(2026, 11, 29, 20)),  # hours run through the weekend
        (at(2026, 12, 31, 23), 2, "hours", at(2027, 1, 1, 1)),
        (at(2026, 11, 23), 1, "days", end_of(2026, 11, 24)),
        (at(2026, 12, 20), 30, "days", end_of(2027, 1, 19)),
        (at(2028, 2, 28), 1, "days", end_of(2028, 2, 29)),
        (at(2026, 11, 23), 5, "working_days", end_of(2026, 11, 30)),
        (at(2026, 11, 27), 1, "working_days", end_of(2026, 11, 30)),  # Friday to Monday
        (at(2026, 11, 28), 1, "working_days", end_of(2026, 11, 30)),  # Saturday to Monday
        (at(2026, 11, 29), 1, "working_days", end_of(2026, 11, 30)),  # Sunday to Monday
        (at(2026, 1, 31), 1, "months", end_of(2026, 2, 28)),
        (at(2028, 1, 31), 1, "months", end_of(2028, 2, 29)),
        (at(2026, 3, 31), 1, "months", end_of(2026, 4, 30)),
        (at(2026, 8, 31), 6, "months", end_of(2027, 2, 28)),
        (at(2026, 12, 15), 1, "months", end_of(2027, 1, 15)),
        (at(2026, 11, 30), 12, "months", end_of(2027, 11, 30)),
        (at(2028, 2, 29), 12, "months", end_of(2029, 2, 28)),
    ],
)
def test_each_unit(start: datetime, value: int, unit: str, rings: datetime) -> None:
    assert due_at(start, clock(value, unit)) == rings


def test_the_days_off_of_both_countries_do_not_count() -> None:
    friday = at(2026, 4, 10)
    three = clock(3, "working_days")
    assert due_at(friday, three) == end_of(2026, 4, 15)
    assert due_at(friday, three, SONGKRAN) == end_of(2026, 4, 20)
    assert due_at(friday, three, SONGKRAN | THINGYAN) == end_of(2026, 4, 22)
    # Only working days know of days off.
    assert due_at(friday, clock(3, "days"), SONGKRAN | THINGYAN) == end_of(2026, 4, 13)
    assert due_at(friday, clock(72, "hours"), SONGKRAN | THINGYAN) == at(2026, 4, 13)


UNITS = st.sampled_from(["hours", "days", "working_days", "months"])
STARTS = st.datetimes(datetime(2017, 1, 1), datetime(2035, 12, 31)).map(lambda moment: moment.replace(tzinfo=UTC))  # noqa: DTZ001
OFF = st.frozensets(st.dates(date(2017, 1, 1), date(2036, 12, 31)), max_size=20)


@QUICK
@given(STARTS, st.integers(1, 60), UNITS, OFF)
def test_a_clock_rings_after_it_began_and_always_the_same(
    start: datetime, value: int, unit: str, off: frozenset[date]
) -> None:
    rings = due_at(start, clock(value, unit), off)
    assert rings > start
    assert rings.tzinfo is UTC
    assert due_at(start, clock(value, unit), off) == rings


@QUICK
@given(STARTS, st.integers(1, 60), st.integers(0, 20), UNITS, OFF)
def test_more_time_never_rings_earlier(
    start: datetime, value: int, more: int, unit: str, off: frozenset[date]
) -> None:
    assert due_at(start, clock(value, unit), off) <= due_at(start, clock(value + more, unit), off)


@QUICK
@given(STARTS, st.timedeltas(timedelta(0), timedelta(days=40)), st.integers(1, 60), UNITS, OFF)
def test_a_later_start_never_rings_earlier(
    start: datetime, later: timedelta, value: int, unit: str, off: frozenset[date]
) -> None:
    assert due_at(start, clock(value, unit), off) <= due_at(start + later, clock(value, unit), off)


@QUICK
@given(STARTS, st.integers(1, 40), OFF, OFF)
def test_more_days_off_never_ring_earlier(
    start: datetime, value: int, off: frozenset[date], also_off: frozenset[date]
) -> None:
    wait = clock(value, "working_days")
    assert due_at(start, wait, off) <= due_at(start, wait, off | also_off)


@QUICK
@given(STARTS, st.integers(1, 40), OFF)
def test_a_working_day_clock_rings_on_a_working_day(start: datetime, value: int, off: frozenset[date]) -> None:
    day = due_at(start, clock(value, "working_days"), off).date()
    assert day.weekday() < 5
    assert day not in off
    between = [start.date() + timedelta(days=n) for n in range(1, (day - start.date()).days + 1)]
    assert sum(1 for each in between if each.weekday() < 5 and each not in off) == value


def test_the_window_of_reconsideration_uses_the_unit_of_the_policy(policies: Policies) -> None:
    situation = with_case(ready("identification", "ask_reconsideration"), negative_on=date(2026, 1, 31))
    assert situation.case is not None
    assert window_end(situation.case, policies) == "2026-03-02"
    months = [each.model_copy(update={"value": 2, "unit": "months"}) for each in _clocks(policies)]
    thailand = policies.countries["TH"]
    changed = thailand.model_copy(update={"clocks": {**thailand.clocks, "reconsideration": tuple(months)}})
    rules = policies.model_copy(update={"countries": {**policies.countries, "TH": changed}})
    assert window_end(situation.case, rules) == "2026-03-31"
    assert window_end(with_case(situation, negative_on=None).case or situation.case, policies) is None


def _clocks(policies: Policies) -> tuple[Clock, ...]:
    return policies.countries["TH"].clocks["reconsideration"]


def test_clocks_ring_at_the_end_of_the_day() -> None:
    assert due_at(at(2026, 11, 23, 23), clock(1, "days")).time() == time(23, 59, 59)
