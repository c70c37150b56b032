"""What a table may tell beside those of the same people that are public already (together.py; docs/decisions/0071)."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from sqlalchemy import Row

from app.access import rows
from app.access.desk import Desk
from app.kit.errors import Conflict
from app.kit.words import mark
from app.statistics import queries
from app.statistics.counting import Cells, count, wanted
from app.statistics.hiding import Figure, Key, TellsTooMuch, hidden
from app.statistics.later import Release
from app.statistics.linked import Known, People
from app.statistics.periods import Period, period_of
from app.statistics.records import Read, Shape, read
from app.statistics.schemas import TableOut
from app.statistics.together import Beside
from policies.reports import Report

__all__ = ["Neighbours", "as_text", "neighbours", "told_by"]


@dataclass(frozen=True, slots=True)
class _Public:
    """A table of a period with all its releases, the oldest first."""

    report: Report
    period: Period
    releases: tuple[Release, ...]
    counted: Cells

    @property
    def told(self) -> frozenset[Figure]:
        return _all_told(self.releases)[0]

    @property
    def hid(self) -> frozenset[Figure]:
        return _all_told(self.releases)[1]

    @property
    def smallest(self) -> int:
        return self.report.smallest_cell.public


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The public tables that have people in common with a new one, and those people; nothing in it needs a database."""

    tables: tuple[_Public, ...]
    people: Mapping[People, int]
    shapes: tuple[Shape, ...]

    def hidden(
        self, report: Report, cells: Cells, alone: frozenset[Figure], before: Sequence[Release]
    ) -> frozenset[Figure]:
        """What is not told of the new table; it takes from a moment to minutes, by the number of people.

        cells: the whole table as it is counted now; alone: what it hides if it is looked at by itself; before: its own
        earlier releases. Raises Conflict (release_tells) where the tables together would tell of a few people.
        """
        if not self.tables:
            return alone
        smallest = report.smallest_cell.public
        told, hid = _all_told(before)
        if alone & told:
            raise _tells(self.tables[0])
        known = [
            Known(shape.reads, shape.lets_in, each.told, each.hid - each.told, each.counted, each.smallest)
            for shape, each in zip(self.shapes, self.tables, strict=False)
        ]
        known.append(Known(self.shapes[-1].reads, self.shapes[-1].lets_in, told, hid - told, cells, smallest))
        both = Beside(self.people, known)
        try:
            few = both.drifted()
            if few - alone:
                alone = hidden(cells, smallest, stay=few | alone)
                if before:
                    raise TellsTooMuch("a correction beside another table hides what its earlier releases hid")
            return both.run(alone)
        except TellsTooMuch as reason:
            raise _tells(self.tables[0]) from reason


def neighbours(desk: Desk, report: Report, period: Period) -> Neighbours:
    """Read the people of a table and of all that are public beside it.

    Raises Conflict (release_other_shape) where a public one is declared in another way now, so that nobody can reckon
    with it.
    """
    others = [each for each in _public(desk) if (each.report.name, each.period.text) != (report.name, period.text)]
    if not others:
        return Neighbours((), {}, ())
    asked = [*((wanted(each.report), each.period) for each in others), (wanted(report), period)]
    with rows.as_the_house(desk.session, desk.actor.country):
        found = read(desk.session, desk.policies, asked, desk.actor.country)
    near = [*_near(found, len(others)), len(others)]
    return Neighbours(
        tuple(others[at] for at in near[:-1]), _of(found, near), tuple(found.shapes[at] for at in near)
    )


def told_by(table: TableOut) -> Release:
    """What a stored table told, and what it hid."""
    size, names = len(table.dimensions), table.dimensions
    every: dict[Figure, int | None] = {tuple(each.key[name] for name in names): each.count for each in table.cells}
    for margin in table.margins:
        at = names.index(margin.dimension)
        every[tuple(margin.value if each == at else None for each in range(size))] = margin.count
    every[(None,) * size] = table.total
    return Release(
        {name: number for name, number in every.items() if number is not None},
        frozenset(name for name, number in every.items() if number is None),
    )


def as_text(cells: Mapping[Key, int]) -> str:
    """Cells as they are kept beside a release: for the house, which has to reckon with what it hid."""
    return json.dumps([[list(key), number] for key, number in sorted(cells.items())], separators=(",", ":"))


def _public(desk: Desk) -> list[_Public]:
    """Every table that is public in the country."""
    found: dict[tuple[str, str], list[Row[Any]]] = defaultdict(list)
    for row in queries.released_tables(desk):
        found[row.report, row.period].append(row)
    return [_declared(desk, name, period, releases) for (name, period), releases in sorted(found.items())]


def _declared(desk: Desk, name: str, text: str, releases: Sequence[Row[Any]]) -> _Public:
    report = desk.policies.reports.get(name)
    tables = [TableOut.model_validate_json(bytes(each.content)) for each in releases]
    if report is None or any(each.dimensions != list(report.dimensions) for each in tables):
        raise Conflict(
            mark("A public table is declared in another way now, and nobody can reckon what it tells beside this one."),
            code="release_other_shape",
            extra={"report": name, "period": text},
        )
    period = period_of(report, text)
    kept = releases[-1].counted
    if kept is None:
        # Released before what is hidden was kept: as it is counted today.
        with rows.as_the_house(desk.session, desk.actor.country):
            counted = count(desk.session, desk.policies, wanted(report), period, country=desk.actor.country)
    else:
        counted = {tuple(key): number for key, number in json.loads(kept)}
    return _Public(report, period, tuple(map(told_by, tables)), counted)


def _near(found: Read, new: int) -> list[int]:
    """The tables that have people in common with the new one, or with one that has."""
    near, grown = {new}, True
    sets = {each.tables for each in found.people}
    while grown:
        more = set().union(*(each for each in sets if each & near)) - near
        near |= more
        grown = bool(more)
    return sorted(near - {new})


def _of(found: Read, tables: Iterable[int]) -> Counter[People]:
    """The people of these tables, which are numbered anew in this order."""
    places = {at: number for number, at in enumerate(tables)}
    people: Counter[People] = Counter()
    for each, number in found.people.items():
        inside = frozenset(places[at] for at in each.tables if at in places)
        if inside:
            people[People(each.record, inside)] += number
    return people


def _all_told(releases: Iterable[Release]) -> tuple[frozenset[Figure], frozenset[Figure]]:
    """What is known to be told of a table, and what to be hidden, by all its releases."""
    told = frozenset(chain.from_iterable(each.told for each in releases))
    return told, frozenset(chain.from_iterable(each.hid for each in releases))


def _tells(other: _Public) -> Conflict:
    return Conflict(
        mark("Beside a table of the same people that is public already, this one would tell of a few people."),
        code="release_tells",
        extra={"beside": f"{other.report.name} {other.period.text}", "sources": ["CTDC-K11"]},
    )
