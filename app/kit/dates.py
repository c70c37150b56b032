"""Days, moments and spans as the reader of the page writes them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from app.kit.reader import reader
from app.kit.words import plural, say

__all__ = ["ago", "clock_time", "day", "moment", "shown_year"]


def day(on: date) -> str:
    """A day: 25 Nov 2026."""
    return f"{on.day} {on:%b} {shown_year(on)}"


def shown_year(on: date) -> int:
    """The year of a day in the reader's calendar."""
    return on.year + 543 if reader().buddhist else on.year


def moment(at: datetime) -> str:
    """A moment in the reader's time zone: 25 Nov 2026, 16:10."""
    local = at.astimezone(reader().zone)
    return f"{day(local.date())}, {local:%H:%M}"


def clock_time(at: datetime) -> str:
    """The time of day in the reader's time zone: 16:10."""
    return f"{at.astimezone(reader().zone):%H:%M}"


def ago(at: datetime) -> str:
    """How far a moment lies from the moment of the page: in 2 days, 3 hours ago, now."""
    now = reader().now
    if now is None:
        return moment(at)
    span = abs(at - now)
    if span < timedelta(minutes=1):
        return say("now")
    words = _span(span)
    return say("in %(span)s", span=words) if at > now else say("%(span)s ago", span=words)


def _span(span: timedelta) -> str:
    """A length of time in its largest whole unit, from minutes to days."""
    if span >= timedelta(days=1):
        return plural("%(count)s day", "%(count)s days", span.days)
    hours = int(span.total_seconds() // 3600)
    if hours:
        return plural("%(count)s hour", "%(count)s hours", hours)
    return plural("%(count)s minute", "%(count)s minutes", int(span.total_seconds() // 60))
