"""When the next meeting of two countries is due: by the rhythm of their agreement, from the last one that was held."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select

from app.access.desk import Desk
from app.access.rows import as_the_house
from app.casework.conferring import CASE_WORKER_VISIT, TABLE, last_held
from app.casework.held import REFERRAL
from policies.corridor import Meeting
from workflows.corridor_agenda import LEAD, next_day
from workflows.corridor_meeting import OPEN

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
    since = last or _first_referral(desk, other)
    if rule.every_months is None or since is None:
        stands = PLANNED if _is_open(desk, other, rule.kind) else QUIET
        return Standing(other, rule, last, None, None, stands)
    lead = desk.policies.clocks.leads[LEAD]
    begin, end = next_day(since, rule.every_months, desk.policies.zone(desk.actor.country), lead)
    if _is_open(desk, other, rule.kind):
        stands = PLANNED
    else:
        stands = QUIET if desk.today < begin else DUE if desk.today <= end else LATE
    return Standing(other, rule, last, begin, end, stands)


def _is_open(desk: Desk, other: str, kind: str) -> bool:
    query = select(TABLE.c.id).where(
        TABLE.c.country == desk.actor.country, TABLE.c.other_country == other, TABLE.c.kind == kind,
        TABLE.c.state.in_(sorted(OPEN)),
    )  # fmt: skip
    return desk.session.execute(query.limit(1)).first() is not None


def _first_referral(desk: Desk, other: str) -> date | None:
    """The day on which the first referral of the two countries was opened here: since then there is what to discuss."""
    query: Any = select(func.min(REFERRAL.c.opened_at)).where(
        REFERRAL.c.country == desk.actor.country, REFERRAL.c.other_country == other
    )
    with as_the_house(desk.session, desk.actor.country):
        first = desk.session.execute(query).scalar_one_or_none()
    return None if first is None else desk.policies.day(desk.actor.country, first)
