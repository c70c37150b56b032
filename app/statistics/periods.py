"""The periods of tables: a year, several years side by side, a quarter, or one day."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from app.kit.errors import Invalid
from app.kit.words import mark
from policies.reports import Report

__all__ = ["MOST_YEARS", "Period", "period_of", "year", "year_of"]

FIRST, LAST, MOST_YEARS = 1990, 2100, 10
_YEAR: Final = re.compile(r"(\d{4})")
_YEARS: Final = re.compile(r"(\d{4})\.\.(\d{4})")
_QUARTER: Final = re.compile(r"(\d{4})-Q([1-4])")
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_SHAPES: Final = {"year": "2017", "quarter": "2017-Q3", "day": "2017-06-30"}


@dataclass(frozen=True, slots=True)
class Period:
    """From ``first`` to ``last``, both counted. ``stands``: who was there on that one day, whenever they came."""

    text: str
    first: date
    last: date
    stands: bool = False

    @property
    def years(self) -> range:
        """The years it touches."""
        return range(self.first.year, self.last.year + 1)

    @property
    def ends_a_year(self) -> bool:
        """Whether it ends with a year; of two days near each other the difference is who came or left."""
        return (self.last.month, self.last.day) == (12, 31)


def year(number: int) -> Period:
    """One whole year."""
    return Period(str(number), date(number, 1, 1), date(number, 12, 31))


def period_of(report: Report, text: str) -> Period:
    """The period that ``text`` names, in the way the report counts.

    2017, 2015..2018 (at most ten years, where the table tells years apart), 2017-Q3 or 2017-06-30; Invalid (422) for
    anything else, saying which shape this report wants.
    """
    by = report.as_of.by
    if by == "year" and (found := _YEAR.fullmatch(text)):
        number = int(found[1])
        if FIRST <= number <= LAST:
            return year(number)
    if report.spans_years and (found := _YEARS.fullmatch(text)):
        first, last = int(found[1]), int(found[2])
        if FIRST <= first < last <= LAST and last - first < MOST_YEARS:
            return Period(text, date(first, 1, 1), date(last, 12, 31))
    if by == "quarter" and (found := _QUARTER.fullmatch(text)):
        number, quarter = int(found[1]), int(found[2])
        if FIRST <= number <= LAST:
            begin = date(number, 3 * quarter - 2, 1)
            after = date(number + quarter // 4, 3 * (quarter % 4) + 1, 1)
            return Period(text, begin, after - timedelta(days=1))
    if by == "day" and _DAY.fullmatch(text):
        try:
            day = date.fromisoformat(text)
        except ValueError:
            day = date.min
        if FIRST <= day.year <= LAST:
            return Period(text, day, day, stands=True)
    raise _no_such_period(_SHAPES[by] + (" or 2015..2018" if report.spans_years else ""))


def year_of(text: str) -> Period:
    """One year by itself, for what has no other period; Invalid (422) for anything else."""
    if _YEAR.fullmatch(text) and FIRST <= int(text) <= LAST:
        return year(int(text))
    raise _no_such_period(_SHAPES["year"])


def _no_such_period(shape: str) -> Invalid:
    return Invalid(
        mark("This table has no such period."),
        extra={"errors": [{"field": "period", "rule": f"such as {shape}"}]},
    )
