"""When a clock rings: pure date arithmetic over working days of the countries concerned."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from policies.model import Clock

WEEKEND = (5, 6)


def due_at(start: datetime, clock: Clock, holidays: Collection[date] = (), zone: tzinfo = UTC) -> datetime:
    """The moment a clock started at ``start`` (aware) rings.

    holidays: days nobody works in any of the countries concerned; they and weekends do not count for
    working days. zone: where the days are counted. Day-based clocks ring at the end of their last day there.
    """
    if clock.unit == "hours":
        return start + timedelta(hours=clock.value)
    day = start.astimezone(zone).date()
    if clock.unit == "days":
        day += timedelta(days=clock.value)
    elif clock.unit == "months":
        day = _months_later(day, clock.value)
    else:
        left = clock.value
        while left > 0:
            day += timedelta(days=1)
            if day.weekday() not in WEEKEND and day not in holidays:
                left -= 1
    return datetime.combine(day, time(23, 59, 59), tzinfo=zone).astimezone(UTC)


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
