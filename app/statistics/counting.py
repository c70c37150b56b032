"""One SELECT ... GROUP BY for each declared table, exactly; who may see which figure is decided elsewhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, String, and_, case, exists, func, literal, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql import visitors

from app.statistics.periods import Period
from app.statistics.populations import CASE, READ_FROM, Counted
from policies.model import Policies
from policies.populations import COUNTRY, OFFICE, POPULATIONS, SPELLED, YEAR
from policies.reports import Report

__all__ = [
    "Cells", "Wanted", "Within", "conditions", "count", "earlier", "parts", "people", "query", "shown_as", "wanted",
    "year_column",
]  # fmt: skip

# The values of the dimensions, in the order of the table -> how many; never 0.
Cells = dict[tuple[str, ...], int]
# Whose condition -> the condition; "case" or "referral", as `Counted.scope`. "facts": the same as "case", said of the
# facts alone, where that can be said.
Within = Mapping[str, ColumnElement[bool]]
UNKNOWN: Final = "unknown"
# What a list calls what it does not know, where that is not "unknown".
_UNKNOWN_IN: Final = {"sex": "U"}
# Lists of which a copy may have no code at all, because there is nothing to say.
_NOTHING: Final = ""


class Wanted:
    """What a table counts: a population, by these dimensions, within these filters, by this date."""

    def __init__(
        self, counts: str, dimensions: Iterable[str], date: str, filters: Mapping[str, Iterable[str]] | None = None
    ) -> None:
        self.counts = counts
        self.dimensions = tuple(dimensions)
        self.date = date
        self.filters = {name: tuple(values) for name, values in (filters or {}).items()}


def wanted(report: Report) -> Wanted:
    """The same of a declared table; its channel is one more filter."""
    filters = dict(report.filters)
    if report.channel:
        filters[POPULATIONS[report.counts].channel] = report.channel
    return Wanted(report.counts, report.dimensions, report.as_of.date, filters)


def count(
    session: Session, policies: Policies, table: Wanted, period: Period, *, country: str | None = None,
    within: Within | None = None,
) -> Cells:
    """Count a table over a period.

    country: only what this country holds. within: further conditions, such as a reader's scope; what stands in tables
    for which it says nothing is left out. A value that no list knows counts as unknown.
    """
    dialect = session.get_bind().dialect.name
    kinds = [POPULATIONS[table.counts].dimensions[name] for name in table.dimensions]
    found: Counter[tuple[str, ...]] = Counter()
    for sign, statement in _statements(policies, table, period, dialect, country, within):
        for row in session.execute(statement):
            values = zip(kinds, row[:-1], strict=True)
            found[tuple(shown_as(policies, kind, value) for kind, value in values)] += sign * row[-1]
    return dict(sorted((+found).items()))


def parts(policies: Policies, counts: str, dialect: str) -> tuple[Counted, ...]:
    """A population, and those of it who stand in other tables; each is counted by itself."""
    first = READ_FROM[counts](policies, dialect)
    return (first,) if first.besides is None else (first, first.besides())


def query(
    policies: Policies, table: Wanted, period: Period, dialect: str, *, country: str | None = None
) -> Select[Any]:
    """The first SELECT of a table: its dimensions and a count."""
    return next(statement for _, statement in _statements(policies, table, period, dialect, country, None))


def _statements(
    policies: Policies, table: Wanted, period: Period, dialect: str, country: str | None, within: Within | None
) -> Iterator[tuple[int, Select[Any]]]:
    """What is added up: everybody, and taken away again those who are there by an earlier case already.

    Those are few and found by an index; to look for an earlier case of everybody would cost more than all the rest.
    """
    for counted in parts(policies, table.counts, dialect):
        if within is not None and counted.scope not in within:
            continue
        yield 1, _select(policies, counted, table, period, country, within)
        if counted.again is not None and not period.stands:
            other = counted.again()
            before = earlier(policies, counted, other, table, period, country, within)
            twice = exists().select_from(other.tables).where(*before)
            again = and_(CASE.c.previous_case_id.is_not(None), twice)
            yield -1, _select(policies, counted, table, period, country, within, again)


def _select(
    policies: Policies, counted: Counted, table: Wanted, period: Period, country: str | None, within: Within | None,
    more: ColumnElement[bool] | None = None,
) -> Select[Any]:
    columns = dict(counted.columns)
    if "year" in table.dimensions:
        columns["year"] = year_column(policies, counted, table, period, country)
    keys = [columns[name].label(name) for name in table.dimensions]
    limits = [*conditions(policies, counted, table, period, country)]
    whole = more is not None or any(_reads(each, counted.joined) for each in (*keys, *limits))
    if within is not None:
        # Of cases one need not look at each to leave out the few that stand behind a wall.
        lean = not whole and counted.scope == "case" and "facts" in within
        whole = whole or (counted.scope == "case" and not lean)
        limits.append(within["facts" if lean else counted.scope])
    if more is not None:
        limits.append(more)
    inner = select(*keys).select_from(counted.tables if whole else counted.alone).where(*limits)
    # Grouped by names, so that an expression with values in it is written once.
    people = inner.subquery("counted")
    return select(*people.c, func.count()).group_by(*people.c)


def earlier(
    policies: Policies, counted: Counted, other: Counted, table: Wanted, period: Period, country: str | None,
    within: Within | None,
) -> Iterable[ColumnElement[bool]]:
    """That the person's earlier case is in the very same table: the same year, and within the same reach."""
    yield from conditions(policies, other, table, period, country)
    if len(period.years) > 1:
        # Years side by side are each what that year is alone: their difference would tell who came again.
        years = [year_column(policies, each, table, period, country) for each in (counted, other)]
        yield years[0] == years[1]
    if within is not None:
        # A case elsewhere is counted there, and takes nobody out of a table that does not have it.
        yield CASE.c.previous_case_id.in_(select(CASE.c.id).where(within[counted.scope]).correlate(None))


def _reads(expression: ColumnElement[Any], table: Any) -> bool:
    return any(getattr(each, "table", None) is table for each in visitors.iterate(expression))


def conditions(
    policies: Policies, counted: Counted, table: Wanted, period: Period, country: str | None
) -> Iterable[ColumnElement[bool]]:
    yield from counted.holds
    if country is not None:
        yield counted.country == country
    for name, values in table.filters.items():
        yield counted.columns[name].in_(values)
    if period.stands:
        assert counted.stands is not None
        begun, ended = counted.stands
        yield and_(begun <= period.last, or_(ended.is_(None), ended > period.last))
    else:
        first, last = _bounds(policies, counted, period.first, period.last, country)
        on = counted.dates[table.date]
        yield and_(on >= first, on < last if counted.moments else on <= last)


def _bounds(
    policies: Policies, counted: Counted, first: date, last: date, country: str | None
) -> tuple[date | datetime, date | datetime]:
    """Days as they are; of moments those at which the days begin in the country, the last one excluded."""
    if not counted.moments:
        return first, last
    zone = policies.zone(country or "")
    return (
        datetime.combine(first, time(), zone), datetime.combine(last + timedelta(days=1), time(), zone)
    )  # fmt: skip


def year_column(
    policies: Policies, counted: Counted, table: Wanted, period: Period, country: str | None
) -> ColumnElement[Any]:
    """The year of a date; of one year alone there is nothing to tell apart."""
    *earlier, newest = period.years
    rows = []
    for number in earlier:
        _, end = _bounds(policies, counted, date(number, 1, 1), date(number, 12, 31), country)
        on = counted.dates[table.date]
        rows.append((on < end if counted.moments else on <= end, literal(str(number), String)))
    return case(*rows, else_=literal(str(newest), String)) if rows else literal(str(newest), String)


def shown_as(policies: Policies, kind: str, value: Any) -> str:
    """A value as it is shown: its code, or that it is not known."""
    if value is None:
        return UNKNOWN
    text = str(value)
    if text == _NOTHING or kind in (COUNTRY, OFFICE, YEAR) or kind in SPELLED:
        return text
    return text if policies.knows(kind, text) else _UNKNOWN_IN.get(kind, UNKNOWN)


def people(
    session: Session, policies: Policies, table: Wanted, period: Period, *, country: str
) -> list[tuple[str, ...]]:
    """The values of each person whom a table counts, one row for one person, in no order that tells who is who.

    Of somebody with several cases in the period the earliest counts. Only of populations that count persons.
    """
    dialect = session.get_bind().dialect.name
    counted = READ_FROM[table.counts](policies, dialect)
    keys = [counted.columns[name].label(name) for name in table.dimensions]
    rows = session.execute(
        select(CASE.c.person_id, *keys)
        .select_from(counted.tables)
        .where(*conditions(policies, counted, table, period, country))
        .order_by(counted.dates[table.date], CASE.c.id)
    )
    kinds = [POPULATIONS[table.counts].dimensions[name] for name in table.dimensions]
    found: dict[str, tuple[str, ...]] = {}
    for row in rows:
        if row.person_id not in found:
            told = zip(kinds, row[1:], strict=True)
            found[row.person_id] = tuple(shown_as(policies, kind, value) for kind, value in told)
    return sorted(found.values())
