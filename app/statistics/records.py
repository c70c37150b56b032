"""The people of several tables as records of all that any of those tables reads of them.

A record is a case, with the copy of the referral that brought the person where there is one. What is read from the same
columns belongs together and is one attribute (together.py): a country and the way between two countries, an age and its
coarser bands. Which columns that are is read from the expressions, so that a population says it in one place.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, exists, not_
from sqlalchemy.orm import Session
from sqlalchemy.sql import visitors

from app.statistics.counting import Wanted, conditions, earlier, parts, shown_as, year_column
from app.statistics.linked import YES, People, Place
from app.statistics.periods import Period
from app.statistics.populations import CASE, COPY, Counted
from app.statistics.queries import rows_read
from policies.model import Policies
from policies.populations import POPULATIONS

__all__ = ["Read", "Shape", "read"]

# What one row of a family is about; a case and its copy are one record.
_CASE, _COPY, _CLAIM = "case", "copy", "claim"


@dataclass(frozen=True, slots=True)
class Shape:
    """How a table reads records: where each dimension stands, and in each way in, what has to say yes."""

    reads: tuple[Place, ...]
    lets_in: tuple[frozenset[Place], ...]


@dataclass(frozen=True, slots=True)
class Read:
    """How many people there are of each kind, and how each table reads them, in the order in which they were asked."""

    people: Counter[People]
    shapes: tuple[Shape, ...]


# Of each part of a table what it reads of a row; and what that comes to: dimensions, conditions, and whether it is in.
_Said = tuple[tuple[Any, ...] | None, ...]
_Values = tuple[list[str], list[str], bool]


@dataclass(slots=True)
class _Family:
    """All that is read of one kind of rows."""

    tables: Any = None
    expressions: dict[str, ColumnElement[Any]] = field(default_factory=dict)
    wanted: list[ColumnElement[bool]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Part:
    """One population of a table: the names of its dimensions' expressions and of its conditions'."""

    family: str
    dimensions: tuple[str, ...]
    conditions: tuple[str, ...]


def read(session: Session, policies: Policies, tables: Sequence[tuple[Wanted, Period]], country: str) -> Read:
    """Read everybody who is in one of the tables.

    tables: what each counts, over which period (of one year, quarter or day). country: whose records. The session has
    to reach every row that is counted.
    """
    return _Reading(session, policies, tables, country).run()


class _Reading:
    def __init__(
        self, session: Session, policies: Policies, tables: Sequence[tuple[Wanted, Period]], country: str
    ) -> None:
        self._session, self._policies, self._tables, self._country = session, policies, tables, country
        self._dialect = session.get_bind().dialect
        self._families: dict[str, _Family] = defaultdict(_Family)
        self._columns: dict[str, frozenset[str]] = {}
        self._parts = [tuple(self._parts_of(wanted, period)) for wanted, period in tables]

    def run(self) -> Read:
        """Select each family once, join cases and copies, and sort what was read into attributes."""
        attributes, shapes = self._sorted()
        # Few combinations are read of a table, and of an attribute: each is worked out and kept once.
        known: list[dict[_Said, _Values]] = [{} for _ in self._tables]
        once: dict[tuple[str, ...], tuple[str, ...]] = {}
        reads = [[self._reading(part) for part in found] for found in self._parts]
        people: Counter[People] = Counter()
        for rows in self._joined():
            values = []
            for at, parts_of in enumerate(reads):
                said = tuple([None if family not in rows else get(rows[family]) for family, get in parts_of])
                found = known[at].get(said)
                if found is None:
                    found = known[at][said] = self._values(at, said)
                values.append(found)
            inside = frozenset(at for at, (_, _, holds) in enumerate(values) if holds)
            if not inside:
                continue
            record: list[tuple[str, ...]] = []
            for each in attributes:
                read_of = tuple(
                    [(values[at][0] if kind == "dimension" else values[at][1])[place] for kind, at, place in each]
                )
                record.append(once.setdefault(read_of, read_of))
            people[People(tuple(record), inside)] += 1
        return Read(people, shapes)

    def _reading(self, part: _Part) -> tuple[str, Callable[[tuple[Any, ...]], tuple[Any, ...]]]:
        """What a part reads of a row of its family: its dimensions, then its conditions."""
        words = list(self._families[part.family].expressions)
        places = [words.index(each) for each in (*part.dimensions, *part.conditions)]
        # Once more the last one: of one place alone an item is got, and no tuple.
        return part.family, itemgetter(*places, places[-1])

    def _parts_of(self, wanted: Wanted, period: Period) -> Iterator[_Part]:
        for counted in parts(self._policies, wanted.counts, self._dialect.name):
            about_claims = POPULATIONS[wanted.counts].unit == "claim"
            name = _CLAIM if about_claims else _COPY if counted.scope == "referral" else _CASE
            family = self._families[name]
            family.tables = counted.tables
            columns = dict(counted.columns)
            if "year" in wanted.dimensions:
                columns["year"] = year_column(self._policies, counted, wanted, period, self._country)
            let_in = list(conditions(self._policies, counted, wanted, period, self._country))
            family.wanted.append(and_(*let_in))
            # Only that country's rows are read: it tells nobody apart.
            here = self._words(counted.country == self._country)
            said = [self._name(family, each) for each in let_in if self._words(each) != here]
            if counted.again is not None and not period.stands:
                said.append(self._name(family, self._first(counted, wanted, period), own=True))
            yield _Part(name, tuple(self._name(family, columns[each]) for each in wanted.dimensions), tuple(said))

    def _first(self, counted: Counted, wanted: Wanted, period: Period) -> ColumnElement[bool]:
        """That nobody's earlier case is in the same table."""
        assert counted.again is not None
        other = counted.again()
        before = earlier(self._policies, counted, other, wanted, period, self._country, None)
        twice = exists().select_from(other.tables).where(*before)
        return not_(and_(CASE.c.previous_case_id.is_not(None), twice))

    def _name(self, family: _Family, expression: ColumnElement[Any], *, own: bool = False) -> str:
        """The expression's words, which are its name. ``own``: it hangs together with nothing else."""
        words = self._words(expression)
        family.expressions[words] = expression
        self._columns[words] = frozenset({words}) if own else frozenset(_read_from(expression)) or frozenset({words})
        return words

    def _words(self, expression: ColumnElement[Any]) -> str:
        return str(expression.compile(dialect=self._dialect, compile_kwargs={"literal_binds": True}))

    def _sorted(self) -> tuple[list[list[tuple[str, int, int]]], tuple[Shape, ...]]:
        """What hangs together, since it is read from the same columns; and how each table reads that."""
        items: list[tuple[tuple[str, int, int], set[str]]] = []
        for at, found in enumerate(self._parts):
            for place in range(len(self._tables[at][0].dimensions)):
                from_each = [self._columns[each.dimensions[place]] for each in found]
                items.append((("dimension", at, place), set().union(*from_each)))
            place = 0
            for part in found:
                for words in part.conditions:
                    items.append((("condition", at, place), set(self._columns[words])))
                    place += 1
        groups: list[tuple[set[str], list[tuple[str, int, int]]]] = []
        for item, columns in items:
            near = [group for group in groups if group[0] & columns]
            groups = [group for group in groups if not group[0] & columns]
            groups.append(
                (columns.union(*(group[0] for group in near)), [each for group in near for each in group[1]] + [item])
            )
        attributes = [group[1] for group in groups]
        place_of = {item: (at, place) for at, each in enumerate(attributes) for place, item in enumerate(each)}
        shapes = tuple(
            Shape(
                tuple(place_of["dimension", at, place] for place in range(len(self._tables[at][0].dimensions))),
                tuple(self._ways(at, found, place_of)),
            )
            for at, found in enumerate(self._parts)
        )
        return attributes, shapes

    @staticmethod
    def _ways(
        at: int, found: tuple[_Part, ...], place_of: Mapping[tuple[str, int, int], Place]
    ) -> Iterator[frozenset[Place]]:
        first = 0
        for part in found:
            yield frozenset(place_of["condition", at, first + place] for place in range(len(part.conditions)))
            first += len(part.conditions)

    def _values(self, at: int, rows: _Said) -> _Values:
        """What a table reads of a record: its dimensions, which of its conditions hold, and whether it is in.

        rows: of each of its parts what it reads (see `_reading`), None where the record has no such row.
        """
        holds = False
        chosen: tuple[Any, ...] | None = None
        said: list[str] = []
        kinds = [POPULATIONS[self._tables[at][0].counts].dimensions[each] for each in self._tables[at][0].dimensions]
        for part, row in zip(self._parts[at], rows, strict=True):
            # A row may say of a condition neither yes nor no.
            true = [bool(row is not None and row[len(kinds) + place]) for place in range(len(part.conditions))]
            said += ["" if row is None else YES if each else "no" for each in true]
            if row is not None and (chosen is None or (all(true) and not holds)):
                chosen = row
            holds = holds or all(true)
        if chosen is None:
            return [""] * len(kinds), said, False
        return [shown_as(self._policies, kind, chosen[place]) for place, kind in enumerate(kinds)], said, holds

    def _joined(self) -> Iterator[dict[str, tuple[Any, ...]]]:
        """Every case with its copy, every further copy, every claim."""
        cases = {case_id: row for case_id, row in self._rows(_CASE)}
        copies: dict[str | None, list[tuple[Any, ...]]] = defaultdict(list)
        for case_id, row in self._rows(_COPY):
            copies[case_id].append(row)
        for case_id, row in cases.items():
            yield {_CASE: row, **({_COPY: copies[case_id].pop()} if copies.get(case_id) else {})}
        for left in copies.values():
            for row in left:
                yield {_COPY: row}
        for _, row in self._rows(_CLAIM):
            yield {_CLAIM: row}

    def _rows(self, name: str) -> Iterator[tuple[str | None, tuple[Any, ...]]]:
        family = self._families.get(name)
        if family is None:
            return
        words = list(family.expressions)
        labelled = [family.expressions[each].label(f"e{number}") for number, each in enumerate(words)]
        about = COPY.c.case_id if name == _COPY else CASE.c.id
        for row in rows_read(self._session, about, labelled, family.tables, family.wanted):
            yield row[0], tuple(row[1:])


def _read_from(expression: ColumnElement[Any]) -> Iterable[str]:
    """The columns that an expression reads."""
    for each in visitors.iterate(expression):
        table = getattr(each, "table", None)
        if isinstance(table, Table):
            yield f"{table.name}.{each.name}"  # type: ignore[attr-defined]
        elif getattr(each, "is_literal", False):
            yield str(each)
