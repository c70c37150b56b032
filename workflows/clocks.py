"""When a clock may stand still, run again or run longer, when each rung of the ladder rings: pure, facts in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from policies.model import Basis, Calendar, Clock, Policies, Rung
from workflows.deadlines import rings_at
from workflows.facts import CaseFacts
from workflows.verdict import Refusal

MISSING = "person_missing"
SOURCES = ("WM-CLOCKS",)
STOPPERS = ("case_manager", "supervisor", "national_focal_point")

NEVER_STOPS = Refusal(
    "clock_never_stops",
    "This clock never stands still.",
    "It is the person's own time, another country's, or a time in which nobody may be left alone.",
    "Do what the duty asks for, or say in a note why it is late.",
    STOPPERS,
    SOURCES,
)
DAY_COMES = Refusal(
    "day_comes",
    "This duty has a day that no cause moves.",
    "A court, an authority or the end of a paper sets it, and it comes whether or not anybody can act.",
    "Do what the duty asks for; where another day was given, record that day.",
    STOPPERS,
    SOURCES,
)
STANDS_ALREADY = Refusal(
    "clock_stands_already",
    "The clock stands still already.",
    "A clock has one cause at a time.",
    "Let it run again first.",
    STOPPERS,
    SOURCES,
)
RAN_OUT = Refusal(
    "clock_ran_out",
    "The time is over already.",
    "Nothing gives back time that has passed.",
    "Do what the duty asks for; those who answer for it have been told.",
    STOPPERS,
    SOURCES,
)
STOPPED_TOO_OFTEN = Refusal(
    "clock_stopped_too_often",
    "The clock has been stopped as often as the rules allow.",
    "What is put off again and again is done by nobody.",
    "Raise it at the next meeting about the case.",
    STOPPERS,
    SOURCES,
)
CAUSE_NOT_THEIRS = Refusal(
    "cause_not_theirs",
    "This cause is not yours to state.",
    "Some causes are stated by a record, others only by those who answer for the office.",
    "Choose another cause, or ask somebody who may state it.",
    STOPPERS,
    SOURCES,
)
RUNS_ALREADY = Refusal(
    "clock_runs",
    "The clock is running.",
    "Only a clock that stands still can run again.",
    "Nothing has to be done.",
    STOPPERS,
    SOURCES,
)
CASE_IS_FROZEN = Refusal(
    "case_is_frozen",
    "The person is missing, so all clocks of the case stand still.",
    "Nobody can do for a missing person what these duties ask for.",
    "Record in the circumstances that the person is back.",
    STOPPERS,
    SOURCES,
)
NO_EXTENSION = Refusal(
    "clock_has_no_extension",
    "No rule lets this clock run longer.",
    "A deadline that can always be moved is none.",
    "Do what the duty asks for, or stop the clock.",
    STOPPERS,
    SOURCES,
)
EXTENDED_ALREADY = Refusal(
    "extended_already",
    "The time was extended already.",
    "It can be done as often as the rule says, then others are told.",
    "Raise it at the next meeting about the case.",
    STOPPERS,
    SOURCES,
)
LIMIT_REACHED = Refusal(
    "limit_reached",
    "The longest time is reached.",
    "The law or the agreement sets a limit.",
    "Do what the duty asks for.",
    STOPPERS,
    SOURCES,
)


@dataclass(frozen=True, slots=True)
class Ticking:
    """What rules know of one clock: its name, when it began and is due, since when it stands, what was done to it.

    ours: False where it only watches the time of another country. fixed: its day is set by the world (workflows.dated).
    """

    clock: str
    opened_at: datetime
    due_at: datetime
    stopped_at: datetime | None = None
    stops: int = 0
    extensions: int = 0
    ours: bool = True
    fixed: bool = False


def frozen_by(case: CaseFacts | None) -> str | None:
    """The cause for which all clocks of a case stand still now, or None."""
    return MISSING if case is not None and case.missing and not case.deceased else None


def can_stand_still(policies: Policies, clock: str, ours: bool = True) -> bool:
    """Whether any cause stops this clock: never the person's own times, the custody, or another country's time."""
    return ours and clock not in policies.clocks.never


def extends(policies: Policies, clock: str) -> bool:
    """Whether some rule lets this clock run longer."""
    return clock in policies.clocks.extensions


def against_stopping(
    ticking: Ticking, cause: str, roles: frozenset[str], now: datetime, policies: Policies
) -> tuple[Refusal, ...]:
    """Every reason against stopping the clock by hand for ``cause``; empty = allowed."""
    reasons = []
    if not can_stand_still(policies, ticking.clock, ticking.ours):
        reasons.append(NEVER_STOPS)
    elif ticking.fixed:
        reasons.append(DAY_COMES)
    reasons += _not_running(ticking, now)
    if ticking.stops >= policies.clocks.most_stops:
        reasons.append(STOPPED_TOO_OFTEN)
    if not may_state(policies, cause, roles):
        reasons.append(CAUSE_NOT_THEIRS)
    return tuple(reasons)


def against_resuming(ticking: Ticking, case: CaseFacts | None) -> tuple[Refusal, ...]:
    """Every reason against letting the clock run again by hand."""
    if ticking.stopped_at is None:
        return (RUNS_ALREADY,)
    return () if frozen_by(case) is None else (CASE_IS_FROZEN,)


def against_extending(
    ticking: Ticking, cause: str, roles: frozenset[str], now: datetime, until: datetime | None, policies: Policies
) -> tuple[Refusal, ...]:
    """Every reason against extending the clock for ``cause``; ``until``: the new end, as `extended` answers."""
    rule = policies.clocks.extensions.get(ticking.clock)
    if rule is None or until is None:
        return (NO_EXTENSION,)
    reasons = []
    if not may_state(policies, cause, roles):
        reasons.append(CAUSE_NOT_THEIRS)
    if ticking.extensions >= rule.times:
        reasons.append(replace(EXTENDED_ALREADY, sources=rule.sources or SOURCES))
    elif until <= ticking.due_at:
        reasons.append(replace(LIMIT_REACHED, sources=rule.sources or SOURCES))
    return (*reasons, *_not_running(ticking, now))


def _not_running(ticking: Ticking, now: datetime) -> tuple[Refusal, ...]:
    if ticking.stopped_at is not None:
        return (STANDS_ALREADY,)
    return (RAN_OUT,) if now > ticking.due_at else ()


def may_change(
    ticking: Ticking, case: CaseFacts | None, roles: frozenset[str], now: datetime, policies: Policies
) -> bool:
    """Whether somebody with these roles can do anything with the clock now: stop it, let it run again or longer."""
    if ticking.stopped_at is not None:
        return not against_resuming(ticking, case)
    rule = policies.clocks.extensions.get(ticking.clock)
    theirs = [cause for cause in policies.clocks.stops if may_state(policies, cause, roles)]
    if rule is not None and theirs and ticking.extensions < rule.times and not _not_running(ticking, now):
        return True
    return any(not against_stopping(ticking, cause, roles, now, policies) for cause in theirs)


def extended(ticking: Ticking, more: Clock | None, calendar: Calendar, policies: Policies) -> datetime | None:
    """The new end of the clock where policy lets it run longer by the clock ``more``; None where it does not."""
    rule = policies.clocks.extensions.get(ticking.clock)
    if rule is None or more is None:
        return None
    return rings_at(ticking.due_at if rule.since == "due" else ticking.opened_at, more, calendar)


def stop_ends(policies: Policies, cause: str, now: datetime, calendar: Calendar) -> datetime | None:
    """When a clock stopped now for ``cause`` runs again by itself; None: when a record says so."""
    known = policies.clocks.stops.get(cause)
    if known is None or known.longest_days is None:
        return None
    return rings_at(now, _span(known.longest_days, "days"), calendar)


def rung_rings(policies: Policies, rung: Rung, clock: str, due: datetime, calendar: Calendar) -> datetime:
    """When a rung rings for a duty that was due at ``due`` by the clock named ``clock``."""
    if clock in policies.clocks.urgent:
        return due + timedelta(hours=rung.urgent_hours)
    return due if rung.after == 0 else rings_at(due, _span(rung.after, rung.unit), calendar)


def may_state(policies: Policies, cause: str, roles: frozenset[str]) -> bool:
    """Whether somebody with these roles may say that a clock stands still for ``cause``."""
    known = policies.clocks.stops.get(cause)
    return known is not None and bool(roles & set(known.roles))


def _span(value: int, unit: str) -> Clock:
    return Clock.model_validate({"value": value, "unit": unit, "basis": Basis.DEFAULT, "note": "a span of time"})
