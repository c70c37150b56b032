"""When a clock rings: pure date arithmetic over working days of the countries concerned."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection, Container
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from policies.model import Calendar, Clock, Policies

# Saturday and Sunday (ISO), where no calendar says otherwise.
WEEKEND = (6, 7)
LAST_SECOND = time(23, 59, 59)
DAY = timedelta(days=1)


def due_at(
    start: datetime,
    clock: Clock,
    holidays: Container[date] = (),
    zone: tzinfo = UTC,
    weekend: Collection[int] = WEEKEND,
) -> datetime:
    """The moment a clock started at ``start`` (aware) rings.

    holidays: days nobody works in any of the countries concerned; they and the weekend (ISO days) do not count for
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
        day = _working_days_later(day, clock.value, holidays, weekend)
    return end_of(day, zone)


def rings_at(start: datetime, clock: Clock, calendar: Calendar) -> datetime:
    """The same by the calendar of the countries concerned: the one answer that guards, tasks and figures share."""
    return due_at(start, clock, calendar, calendar.zone, weekend=())


def ends_on(policies: Policies, name: str, country: str, since: date) -> date:
    """The last day of the clock ``name`` of a country that counts from the day ``since`` on, as it held on that day."""
    calendar = policies.calendar(country)
    start = datetime.combine(since, time(), tzinfo=calendar.zone)
    end = rings_at(start, policies.clock(name, country, on=since), calendar)
    return end.astimezone(calendar.zone).date()


def moved_on(due: datetime, unit: str, stopped: datetime, resumed: datetime, calendar: Calendar) -> datetime:
    """When a clock is due that stood still between two moments and counts in ``unit``: it has the time it had left.

    To the second, so that stopping gives no time that was not there and takes none. Of a clock in working days only
    time on working days counts, before and after. One that was late already stays late by as much.
    """
    if resumed <= stopped:
        return due
    if unit != "working_days" or due <= stopped:
        return due + (resumed - stopped)
    return max(due, _worked_off(resumed, _working_time(stopped, due, calendar), calendar))


def _working_time(begin: datetime, end: datetime, calendar: Calendar) -> timedelta:
    """How much of the time between two moments lies on working days."""
    found, day, last = timedelta(), begin.astimezone(calendar.zone).date(), end.astimezone(calendar.zone).date()
    while day <= last:
        if calendar.works(day):
            midnight = _begin_of(day, calendar.zone)
            found += min(end, midnight + DAY) - max(begin, midnight)
        day += DAY
    return found


def _worked_off(begin: datetime, left: timedelta, calendar: Calendar) -> datetime:
    """The moment by which that much time on working days has passed since ``begin``."""
    day = begin.astimezone(calendar.zone).date()
    while True:
        midnight = _begin_of(day, calendar.zone)
        start = max(begin, midnight)
        if calendar.works(day):
            today = midnight + DAY - start
            if left < today:
                return start + left
            left -= today
        day += DAY


def _begin_of(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def _working_days_later(day: date, count: int, holidays: Container[date], weekend: Collection[int]) -> date:
    left = count
    while left > 0:
        day += timedelta(days=1)
        if day.isoweekday() not in weekend and day not in holidays:
            left -= 1
    return day


def end_of(day: date, zone: tzinfo) -> datetime:
    """The last second of a calendar day in a zone, in UTC."""
    return datetime.combine(day, LAST_SECOND, tzinfo=zone).astimezone(UTC)


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
