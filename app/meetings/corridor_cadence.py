"""When the next meeting of two countries is due: by the rhythm of their agreement, from the last one that was held."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from app.access.desk import Desk
from app.casework.conferring import CASE_WORKER_VISIT, last_held
from app.meetings import corridor_queries
from policies.corridor import Meeting
from workflows.corridor_agenda import LEAD, next_day

__all__ = ["DUE", "LATE", "PLANNED", "QUIET", "Standing", "kinds_with", "partners", "standing"]

PLANNED, QUIET, DUE, LATE = "planned", "quiet", "due", "late"


@dataclass(frozen=True, slots=True)
class Standing:
    """A standing meeting with a country: its rule, the last one, and from when to when the next one is convened."""

    country: str
    rule: Meeting
    last_on: date | None
    convene_from: date | None
    next_by: date | None
    stands: str


def partners(desk: Desk) -> tuple[str, ...]:
    """The countries with which an agreement of its own is on file."""
    here = desk.actor.country
    found = (each.other(here) for each in desk.policies.corridors.values() if here in each.countries)
    return tuple(sorted(found))


def kinds_with(desk: Desk, other: str) -> tuple[Meeting, ...]:
    """The standing meetings about referrals that the agreement with a country knows."""
    every = desk.policies.corridor(desk.actor.country, other).meetings
    return tuple(each for each in every if each.kind != CASE_WORKER_VISIT)


def standing(desk: Desk) -> Iterator[Standing]:
    """Every standing meeting of the desk's country. The first one is counted from the first referral of the two."""
    for other in partners(desk):
        for rule in kinds_with(desk, other):
            yield _standing(desk, other, rule)


def _standing(desk: Desk, other: str, rule: Meeting) -> Standing:
    last = last_held(desk, other, rule.kind)
    since = last or _first_day(desk, other)
    if rule.every_months is None or since is None:
        stands = PLANNED if corridor_queries.is_open(desk, other, rule.kind) else QUIET
        return Standing(other, rule, last, None, None, stands)
    lead = desk.policies.clocks.leads[LEAD]
    begin, end = next_day(since, rule.every_months, desk.policies.zone(desk.actor.country), lead)
    if corridor_queries.is_open(desk, other, rule.kind):
        stands = PLANNED
    else:
        stands = QUIET if desk.today < begin else DUE if desk.today <= end else LATE
    return Standing(other, rule, last, begin, end, stands)


def _first_day(desk: Desk, other: str) -> date | None:
    first = corridor_queries.first_referral(desk, other)
    return None if first is None else desk.policies.day(desk.actor.country, first)
