"""When a clock may stand still, run again or run longer, when each rung of the ladder rings: pure, facts in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from policies.model import Basis, Calendar, Clock, Policies, Rung
from workflows.deadlines import rings_at
from workflows.facts import CaseFacts
from workflows.verdict import Refusal

MISSING = "person_missing"
SOURCES = ("WM-CLOCKS",)
STOPPERS = ("case_manager", "supervisor", "national_focal_point")


@dataclass(frozen=True, slots=True)
class Ticking:
    """What rules know of one clock: its name, when it began and is due, since when it stands, what was done to it.

    ours: False where it only watches the time of another country.
    """

    clock: str
    opened_at: datetime
    due_at: datetime
    stopped_at: datetime | None = None
    stops: int = 0
    extensions: int = 0
    ours: bool = True


def frozen_by(case: CaseFacts | None) -> str | None:
    """The cause for which all clocks of a case stand still now, or None."""
    return MISSING if case is not None and case.missing and not case.deceased else None


def can_stand_still(policies: Policies, clock: str, ours: bool = True) -> bool:
    """Whether any cause stops this clock: never the person's own times, the custody, or another country's time."""
    return ours and clock not in policies.clocks.never


def against_stopping(
    ticking: Ticking, cause: str, roles: frozenset[str], now: datetime, policies: Policies
) -> tuple[Refusal, ...]:
    """Every reason against stopping the clock by hand for ``cause``; empty = allowed."""
    rules, reasons = policies.clocks, []
    if not can_stand_still(policies, ticking.clock, ticking.ours):
        reasons.append(_no(
            "clock_never_stops", "This clock never stands still.",
            "It is the person's own time, another country's, or a time in which nobody may be left alone.",
            "Do what the duty asks for, or mark why it is late in a note.",
        ))  # fmt: skip
    if ticking.stopped_at is not None:
        reasons.append(_no(
            "clock_stands_already", "The clock stands still already.", "A clock has one cause at a time.",
            "Let it run again first.",
        ))  # fmt: skip
    elif now > ticking.due_at:
        reasons.append(_no(
            "clock_ran_out", "The time is over already.", "Stopping a clock gives back no time that has passed.",
            "Do what the duty asks for; whoever answers for it has been told.",
        ))  # fmt: skip
    if ticking.stops >= rules.most_stops:
        reasons.append(_no(
            "clock_stopped_too_often", f"The clock has been stopped {ticking.stops} times.",
            "A duty that is put off again and again is a duty nobody does.", "Raise it at the next meeting.",
        ))  # fmt: skip
    if not may_state(policies, cause, roles):
        reasons.append(_no(
            "cause_not_theirs", "This cause is not yours to state.",
            "Some causes are stated by a record, others only by who answers for the office.",
            "Choose another cause, or ask somebody who may state it.",
        ))  # fmt: skip
    return tuple(reasons)


def against_resuming(ticking: Ticking, case: CaseFacts | None) -> tuple[Refusal, ...]:
    """Every reason against letting the clock run again by hand."""
    if ticking.stopped_at is None:
        return (_no("clock_runs", "The clock is running.", "Only a clock that stands still can be started again.",
                    "Nothing has to be done."),)  # fmt: skip
    if frozen_by(case) is not None:
        return (_no("case_is_frozen", "The person is missing, so all clocks of the case stand still.",
                    "Nobody can do for a missing person what these duties ask for.",
                    "Record in the circumstances that the person is back."),)  # fmt: skip
    return ()


def against_extending(ticking: Ticking, now: datetime, until: datetime | None, policies: Policies) -> tuple[Refusal, ...]:
    """Every reason against the one extension that policy may grant; ``until``: what `extended` answers."""
    rule = policies.clocks.extensions.get(ticking.clock)
    if rule is None or until is None:
        return (_no("clock_has_no_extension", "No rule lets this clock run longer.",
                    "A deadline that can always be moved is none.", "Do what the duty asks for, or stop the clock."),)  # fmt: skip
    reasons = []
    if ticking.extensions >= rule.times:
        reasons.append(_no("extended_already", "The time was extended already.", "It can be done once, then others are told.",
                           "Raise it at the next meeting.", rule.sources))  # fmt: skip
    if ticking.stopped_at is not None:
        reasons.append(_no("clock_stands_already", "The clock stands still already.", "A clock has one cause at a time.",
                           "Let it run again first."))  # fmt: skip
    elif now > ticking.due_at:
        reasons.append(_no("clock_ran_out", "The time is over already.", "More time is asked for before the end.",
                           "Do what the duty asks for; whoever answers for it has been told."))  # fmt: skip
    if until <= ticking.due_at:
        reasons.append(_no("limit_reached", "The longest time is reached.", "The law or the agreement sets a limit.",
                           "Do what the duty asks for.", rule.sources))  # fmt: skip
    return tuple(reasons)


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


def _no(code: str, sentence: str, why: str, mend: str, sources: tuple[str, ...] = SOURCES) -> Refusal:
    return Refusal(code, sentence, why, mend, STOPPERS, sources or SOURCES)
