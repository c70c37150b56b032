"""Stopping, resuming and extending clocks as arithmetic, who may state a cause, and the rungs of the ladder."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.load import load_policies
from policies.model import Basis, Calendar, Clock, Policies
from tests.workflows.situations import case
from workflows import clocks
from workflows.clocks import Ticking
from workflows.consequences import FOUND, SEARCH, TELL_PARTNER
from workflows.deadlines import moved_on, rings_at
from workflows.death import death
from workflows.effects import FreezeClocks, ThawClocks
from workflows.recording import follows

MANY = settings(max_examples=150, deadline=None)
DAY = timedelta(days=1)
TODAY = date(2026, 11, 26)
RULES = load_policies()
UNITS = st.sampled_from(["hours", "days", "working_days", "months"])
STARTS = st.datetimes(datetime(2024, 1, 1), datetime(2030, 12, 31)).map(lambda moment: moment.replace(tzinfo=UTC))  # noqa: DTZ001
CALENDARS = st.sampled_from(
    [RULES.calendar(*pair) for pair in (("TH", None), ("TH", "MM"), ("MM", "TH"), ("VN", "CN"), ("LA", "KH"))]
)
SPANS = st.timedeltas(timedelta(0), timedelta(days=60))
MANAGER = frozenset({"case_manager"})


def clock(value: int, unit: str) -> Clock:
    return Clock(value=value, unit=unit, basis=Basis.DEFAULT, note="an example")


def days_left(now: datetime, due: datetime, unit: str, calendar: Calendar) -> timedelta:
    """The time that is left as the clock counts it: days off do not count where only working days do."""
    if unit != "working_days" or due <= now:
        return due - now
    left, day, last = timedelta(), now.astimezone(calendar.zone).date(), due.astimezone(calendar.zone).date()
    while day <= last:
        if calendar.works(day):
            begin = datetime(day.year, day.month, day.day, tzinfo=calendar.zone)
            left += min(due, begin + DAY) - max(now, begin)
        day += DAY
    return left


@MANY
@given(STARTS, st.integers(1, 40), UNITS, CALENDARS, SPANS, SPANS)
def test_a_stopped_clock_has_the_time_it_had_left(
    start: datetime, value: int, unit: str, calendar: Calendar, runs: timedelta, stands: timedelta
) -> None:
    due = rings_at(start, clock(value, unit), calendar)
    stopped = min(start + runs, due)
    resumed = stopped + stands
    again = moved_on(due, unit, stopped, resumed, calendar)
    assert again >= due, "never due earlier than without the stop"
    before, after = (days_left(at, end, unit, calendar) for at, end in ((stopped, due), (resumed, again)))
    assert after == before, "what is left neither grows nor shrinks"
    # A clock that had nothing left rings when it runs again, whatever day that is.
    if unit == "working_days" and stopped < due:
        assert calendar.works(again.astimezone(calendar.zone).date())
    assert moved_on(due, unit, stopped, stopped, calendar) == due


@MANY
@given(STARTS, st.integers(1, 20), UNITS, CALENDARS, SPANS, SPANS)
def test_what_was_late_stays_late_by_as_much(
    start: datetime, value: int, unit: str, calendar: Calendar, late: timedelta, stands: timedelta
) -> None:
    due = rings_at(start, clock(value, unit), calendar)
    stopped = due + late
    again = moved_on(due, unit, stopped, stopped + stands, calendar)
    assert stopped + stands - again == late


@MANY
@given(STARTS, st.integers(1, 30), UNITS, CALENDARS, st.lists(st.tuples(SPANS, SPANS), max_size=4))
def test_many_stops_give_no_more_than_they_lasted(
    start: datetime, value: int, unit: str, calendar: Calendar, stops: list[tuple[timedelta, timedelta]]
) -> None:
    due = first = rings_at(start, clock(value, unit), calendar)
    now, stood = start, timedelta()
    for runs, stands in stops:
        begin = now + runs
        if begin > due:
            break
        now, stood = begin + stands, stood + stands
        later = moved_on(due, unit, begin, now, calendar)
        assert later >= due
        due = later
        left = [days_left(moment, end, unit, calendar) for moment, end in ((start, first), (now, due))]
        assert left[1] <= left[0]
    if unit != "working_days":
        assert due - first <= stood


@MANY
@given(STARTS, st.integers(1, 30), UNITS, CALENDARS, SPANS, SPANS)
def test_a_longer_stop_is_never_due_earlier(
    start: datetime, value: int, unit: str, calendar: Calendar, stands: timedelta, more: timedelta
) -> None:
    due = rings_at(start, clock(value, unit), calendar)
    shorter = moved_on(due, unit, start, start + stands, calendar)
    assert shorter <= moved_on(due, unit, start, start + stands + more, calendar)


def at(day: int, hour: int = 3) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=UTC)


def ticking(name: str = "assess", **changes: object) -> Ticking:
    return replace(Ticking(name, at(2), at(20)), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("told", "cause", "roles", "codes"),
    [
        (ticking(), "person_unwell", MANAGER, ()),
        (ticking(), "person_missing", MANAGER, ("cause_not_theirs",)),
        (ticking(), "force_majeure", MANAGER, ("cause_not_theirs",)),
        (ticking(), "force_majeure", frozenset({"supervisor"}), ()),
        (ticking(), "gossip", MANAGER, ("cause_not_theirs",)),
        (ticking(ours=False), "person_unwell", MANAGER, ("clock_never_stops",)),
        (ticking("receipt"), "person_unwell", MANAGER, ("clock_never_stops",)),
        (ticking("child_protection"), "person_unwell", MANAGER, ("clock_never_stops",)),
        (ticking("reconsideration"), "person_unwell", MANAGER, ("clock_never_stops",)),
        (ticking(due_at=at(3)), "person_unwell", MANAGER, ("clock_ran_out",)),
        (ticking(stopped_at=at(4)), "person_unwell", MANAGER, ("clock_stands_already",)),
        (ticking(stops=2), "person_unwell", MANAGER, ("clock_stopped_too_often",)),
        (ticking("receipt", due_at=at(3), stops=9), "person_missing", MANAGER,
         ("clock_never_stops", "clock_ran_out", "clock_stopped_too_often", "cause_not_theirs")),
    ],
)
def test_who_may_stop_which_clock(
    policies: Policies, told: Ticking, cause: str, roles: frozenset[str], codes: tuple[str, ...]
) -> None:
    assert tuple(each.code for each in clocks.against_stopping(told, cause, roles, at(10), policies)) == codes


def test_a_clock_runs_again_by_hand_unless_the_whole_case_stands(policies: Policies) -> None:
    here = case()
    assert [each.code for each in clocks.against_resuming(ticking(), here)] == ["clock_runs"]
    assert clocks.against_resuming(ticking(stopped_at=at(4)), here) == ()
    (frozen,) = clocks.against_resuming(ticking(stopped_at=at(4)), replace(here, missing=True))
    assert frozen.code == "case_is_frozen"


def test_extensions_end_at_their_limit(policies: Policies) -> None:
    calendar = policies.calendar("TH", "MM")
    began = date(2026, 11, 2)
    tracing, more = ticking("tracing"), policies.clock("tracing_extension", "TH", "MM", on=began)
    until = clocks.extended(tracing, more, calendar, policies)
    assert until is not None
    assert until.astimezone(calendar.zone).date() == date(2026, 12, 5), "15 days from the old end"
    say = ("person_asked", MANAGER, at(10), until, policies)
    assert clocks.against_extending(tracing, *say) == ()
    (once,) = clocks.against_extending(replace(tracing, extensions=1), *say)
    assert once.code == "extended_already"
    codes = [each.code for each in clocks.against_extending(tracing, *say[:3], tracing.due_at, policies)]
    assert codes == ["limit_reached"]
    # Temporary protection is extended by its own step, which asks for the number of the leave.
    kept = ticking("temporary_protection", due_at=at(3))
    assert not clocks.extends(policies, kept.clock)
    limit = clocks.extended(kept, policies.clock("temporary_protection_limit", "TH", on=began), calendar, policies)
    (own_step,) = clocks.against_extending(kept, "person_asked", MANAGER, at(2), limit, policies)
    assert own_step.code == "clock_has_no_extension"
    (none,) = clocks.against_extending(ticking(), "person_asked", MANAGER, at(2), None, policies)
    assert none.code == "clock_has_no_extension"


def test_every_stop_by_hand_has_an_end(policies: Policies) -> None:
    calendar = policies.calendar("TH")
    for code, cause in policies.clocks.stops.items():
        ends = clocks.stop_ends(policies, code, at(10), calendar)
        assert (ends is None) == (not cause.roles), "only what a record began waits for a record"
    ends = clocks.stop_ends(policies, "person_asked", at(10), calendar)
    assert ends == datetime(2026, 11, 24, 16, 59, 59, tzinfo=UTC)


def test_a_missing_person_freezes_the_clocks_of_the_case(policies: Policies) -> None:
    # With nothing on record that runs out.
    here = replace(case(), consents=(), travel_document=None, placement=None)
    gone, dead = replace(here, missing=True), replace(here, missing=True, deceased=True)
    freeze, thaw = FreezeClocks("person_missing"), ThawClocks("person_missing")
    assert follows("circumstances", here, gone, on=TODAY) == (*SEARCH, freeze), "and is searched for, whoever says so"
    assert follows("circumstances", gone, gone, on=TODAY) == ()
    assert follows("circumstances", gone, here, on=TODAY) == (*FOUND, thaw)
    ended = follows("circumstances", gone, dead, on=TODAY)
    assert ended == (*death(gone, dead), thaw), "what a death ends has ended before anything runs again"
    assert follows("circumstances", here, here, on=TODAY) == ()
    claimant, sought = replace(here, asylum_claim=True), replace(gone, asylum_claim=True)
    assert TELL_PARTNER not in follows("circumstances", claimant, sought, on=TODAY), "nobody abroad is told of them"
    assert TELL_PARTNER not in follows("missing_report", claimant, sought, on=TODAY)


def test_the_ladder_climbs_in_working_days_and_at_night_only_where_it_must(policies: Policies) -> None:
    calendar = policies.calendar("TH")
    friday = datetime(2026, 11, 20, 16, 59, 59, tzinfo=UTC)
    told = {code: policies.clocks.rungs[code] for code in policies.clocks.case_ladder}

    def rung(code: str, name: str) -> datetime:
        return clocks.rung_rings(policies, told[code], name, friday, calendar)

    assert rung("reminder", "care_plan") == friday
    assert rung("supervisor", "care_plan").astimezone(calendar.zone).date() == date(2026, 11, 23), "not on Saturday"
    assert rung("supervisor", "child_protection") == friday + timedelta(hours=2), "a child does not wait for Monday"
    for name in ("care_plan", "child_protection"):
        climbing = [rung(code, name) for code in policies.clocks.case_ladder]
        assert climbing == sorted(climbing)
    for corridor in (policies.default_corridor, *policies.corridors.values()):
        assert set(corridor.escalation) <= set(policies.clocks.rungs)
