"""What is due for deletion by the policies, in counts. Nothing is deleted here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from app.access.desk import Desk
from app.access.log import looked
from app.upkeep import queries
from policies.model import RetentionPeriod, RetentionRule

__all__ = ["Due", "Kept", "due"]

READ: Final = "upkeep:read"


@dataclass(frozen=True, slots=True)
class Due:
    """A period, and how much is past it. ``count``: None where it is not counted; ``few``: too few to be told."""

    period: RetentionPeriod
    count: int | None = None
    few: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """One kind of data: its rule, what is due of it, and what is due where the person was a child."""

    name: str
    rule: RetentionRule
    adults: Due
    children: Due | None


def due(desk: Desk) -> list[Kept]:
    """Every kind of data of the policies with what is due of it today in the country; the look is noted."""
    found = []
    for name, rule in desk.policies.retention.items():
        adults = _due(desk, name, rule.period(desk.today, country=desk.actor.country), child=False)
        own = rule.period(desk.today, child=True, country=desk.actor.country)
        children = _due(desk, name, own, child=True) if rule.child_periods else None
        found.append(Kept(name, rule, adults, children))
    looked(desk, "retention_read", "country", desk.actor.country, {"count": len(found)})
    return found


def _closed(desk: Desk, before: datetime, child: bool) -> int:
    return queries.closed_cases_before(desk, before, child=child, screened_out=False)


def _screened_out(desk: Desk, before: datetime, child: bool) -> int:
    return queries.closed_cases_before(desk, before, child=child, screened_out=True)


# Kind of data and what its time is counted from -> how what is due is counted. A birthday is sealed with the person's
# key, so what is counted from it is found case by case when it is deleted, and has no entry here.
_COUNTING: Final[dict[tuple[str, str], Callable[[Desk, datetime, bool], int]]] = {
    ("case_record", "closed"): _closed,
    ("identity", "closed"): _closed,
    ("referral_message", "closed"): _closed,
    ("screened_out", "closed"): _screened_out,
    ("access_log", "created"): lambda desk, before, _child: queries.looks_before(desk, before),
}


def _due(desk: Desk, name: str, period: RetentionPeriod, *, child: bool) -> Due:
    counting = _COUNTING.get((name, period.after))
    if counting is None or period.value is None:
        return Due(period)
    first = _years_before(desk.today, period.value) if period.unit == "years" else (
        desk.today - timedelta(days=period.value)
    )  # fmt: skip
    before = datetime.combine(first, time(), desk.policies.zone(desk.actor.country))
    count = counting(desk, before, child)
    smallest = desk.policies.smallest_cell
    return Due(period, None, few=True) if 0 < count < smallest else Due(period, count)


def _years_before(day: date, years: int) -> date:
    """The same day so many years earlier; the last of February where there is none."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)
