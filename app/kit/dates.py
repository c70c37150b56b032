"""Days, moments and spans as the reader of the page writes them: names of months by Babel, eras and digits our own."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import cache
from typing import Final

from babel import Locale, UnknownLocaleError

from app.kit.reader import reader
from app.kit.words import Word, plural, say

__all__ = ["ago", "clock_time", "day", "day_in_both_eras", "moment", "shown_year", "year_in_both_eras"]

BUDDHIST_AHEAD: Final = 543
# How a day is put together; what stands nowhere here is written as in English. Digits are Latin everywhere.
_SHAPES: Final = {
    "my": "{year} {month} {day}",
    "vi": "{day} {month}, {year}",
    "zh_Hans": "{year}年{number}月{day}日",
}
_SHAPE: Final = "{day} {month} {year}"
_ENGLISH: Final = "en"
# Where the short name of a month is not one people read: the whole name.
_WHOLE_NAMES: Final = frozenset({"my", "km"})


def day(on: date) -> Word:
    """A day: 25 Nov 2026, 25 พ.ย. 2569. Of a moment: the day it falls on in the reader's time zone."""
    if isinstance(on, datetime):
        on = on.astimezone(reader().zone).date()
    return _day(on, str(shown_year(on)))


def day_in_both_eras(on: date) -> str:
    """A day with its year in both eras where the reader counts in the Buddhist one, for papers: 9 มี.ค. 2549 (2006)."""
    return _day(on, year_in_both_eras(on))


def year_in_both_eras(on: date) -> str:
    """The year of a day: 2549 (2006) for who counts in the Buddhist era, 2006 for others."""
    return f"{shown_year(on)} ({on.year})" if reader().buddhist else str(on.year)


def shown_year(on: date) -> int:
    """The year of a day in the reader's calendar."""
    return on.year + BUDDHIST_AHEAD if reader().buddhist else on.year


def moment(at: datetime) -> str:
    """A moment in the reader's time zone: 25 Nov 2026, 16:10."""
    local = at.astimezone(reader().zone)
    on = day(local.date())
    return Word.of(f"{on}, {local:%H:%M}", f"{on.english}, {local:%H:%M}")


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


def _day(on: date, year: str) -> Word:
    """The day with ``year`` as the reader writes it, and in English for sentences that stay English."""
    language = reader().language
    here = _put_together(on, language, year)
    return Word.of(here, here if language == _ENGLISH else _put_together(on, _ENGLISH, str(on.year)))


def _put_together(on: date, language: str, year: str) -> str:
    month = _months(language)[on.month - 1]
    return _SHAPES.get(language, _SHAPE).format(day=on.day, month=month, number=on.month, year=year)


@cache
def _months(language: str) -> tuple[str, ...]:
    """The names of the twelve months, as they stand in a date."""
    try:
        names = Locale.parse(language).months["format"]
    except (UnknownLocaleError, ValueError):
        names = Locale.parse(_ENGLISH).months["format"]
    width = names["wide" if language in _WHOLE_NAMES else "abbreviated"]
    return tuple(str(width[month]) for month in range(1, 13))


def _span(span: timedelta) -> str:
    """A length of time in its largest whole unit, from minutes to days."""
    if span >= timedelta(days=1):
        return plural("%(count)s day", "%(count)s days", span.days)
    hours = int(span.total_seconds() // 3600)
    if hours:
        return plural("%(count)s hour", "%(count)s hours", hours)
    return plural("%(count)s minute", "%(count)s minutes", int(span.total_seconds() // 60))
