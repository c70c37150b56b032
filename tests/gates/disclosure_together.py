"""G25, tables of the same people: whoever holds all of them tries to find out what one of them does not tell.

Random people, told apart by three or four attributes, and two to four tables of them that become public one after the
other: some of all, some of a part. The attacker knows every figure that is told in any of them, which ones are hidden,
that a listed cell has somebody in it and one that is not listed has nobody, who can be in which table, and that it is
the same people. For each hidden figure it asks whether other people are possible with whom all that is told would be
the same, and a small figure has reached the limit or a large one is another number (integer programming over every
combination of attributes, HiGHS). Where there are none, it has found the figure out.

    python -m tests.gates.disclosure_together --long       # 500 systems of tables
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Final

import numpy
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix

from app.statistics.hiding import Figure, Key, TellsTooMuch, figures, hidden
from app.statistics.linked import YES, Known, People, Record
from app.statistics.together import hidden_beside

__all__ = ["MUTANTS", "Found", "attack_all"]

LIMITS: Final = (5, 11)
Person = tuple[str, ...]
Hider = Callable[[Mapping[People, int], Sequence[Known], frozenset[Figure]], frozenset[Figure]]


@dataclass(frozen=True)
class Found:
    """What the attacks came to. ``stood``: tables that were refused; ``alone``: told if each were the only one."""

    systems: int
    hid: int
    recovered: int
    told: int
    alone: int
    stood: int


@dataclass(frozen=True)
class Table:
    """Who is in it (attribute -> values), and by what it tells them apart."""

    reads: tuple[int, ...]
    within: Mapping[int, frozenset[str]]

    def holds(self, person: Person) -> bool:
        """Whether somebody is in it."""
        return all(person[at] in values for at, values in self.within.items())

    def cell(self, person: Person) -> Key:
        """Where they stand in it."""
        return tuple(person[at] for at in self.reads)

    def count(self, people: Mapping[Person, int]) -> dict[Key, int]:
        """Its cells."""
        cells: Counter[Key] = Counter()
        for person, number in people.items():
            if self.holds(person):
                cells[self.cell(person)] += number
        return dict(cells)


def invented(dice: random.Random) -> tuple[list[list[str]], Counter[Person], list[Table]]:
    """Attributes with their values, people, and the tables in the order in which they become public."""
    values = [[f"{at}{each}" for each in range(dice.randint(2, 4))] for at in range(dice.choice((3, 3, 4)))]
    weights = [[dice.choice((1, 2, 5, 12)) for _ in each] for each in values]
    people: Counter[Person] = Counter()
    for _ in range(dice.choice((40, 80, 150, 400, 1200))):
        people[tuple(dice.choices(each, weight)[0] for each, weight in zip(values, weights, strict=True))] += 1
    tables = []
    for _ in range(dice.randint(2, 4)):
        reads = tuple(sorted(dice.sample(range(len(values)), dice.choice((1, 2, 2, 3)))))
        within: dict[int, frozenset[str]] = {}
        if dice.random() < 0.5:
            at = dice.randrange(len(values))
            within[at] = frozenset(dice.sample(values[at], dice.randint(1, len(values[at]) - 1)))
        tables.append(Table(reads, within))
    return values, people, tables


def made_public(
    people: Counter[Person], tables: Sequence[Table], limit: int, hider: Hider
) -> tuple[list[tuple[Table, dict[Key, int], frozenset[Figure]]], int]:
    """The tables with what each of them hides, and how many were refused."""
    public: list[tuple[Table, dict[Key, int], frozenset[Figure]]] = []
    stood = 0
    for table in tables:
        cells = table.count(people)
        if not cells:
            continue
        alone = hidden(cells, limit)
        every = [*public, (table, cells, alone)]
        kinds: Counter[People] = Counter()
        for person, number in people.items():
            inside = frozenset(at for at, (each, _, _) in enumerate(every) if each.holds(person))
            kinds[People(_record(person, [each for each, _, _ in every]), inside)] += number
        known = [_known(at, each, counted, hide, limit) for at, (each, counted, hide) in enumerate(public)]
        known.append(_known(len(public), table, cells, None, limit))
        try:
            hide = hider(kinds, known, alone) if public else alone
        except TellsTooMuch:
            stood += 1
            continue
        public.append((table, cells, hide))
    return public, stood


def _record(person: Person, tables: Sequence[Table]) -> Record:
    """What is recorded of somebody: each attribute, and for each table whether it lets them in."""
    return tuple(
        (value, *(YES if value in each.within.get(at, {value}) else "no" for each in tables))
        for at, value in enumerate(person)
    )


def _known(at: int, table: Table, counted: Mapping[Key, int], hide: frozenset[Figure] | None, limit: int) -> Known:
    """A table as the program knows it; with None for ``hide`` the new one."""
    told = frozenset() if hide is None else frozenset(figures(counted).keys() - hide)
    reads = tuple((place, 0) for place in table.reads)
    lets_in = (frozenset((attribute, 1 + at) for attribute in table.within),)
    return Known(reads, lets_in, told, hide or frozenset(), counted, limit)


class Attack:
    """What somebody knows who holds all tables, as equations over how many people there are of each combination."""

    def __init__(
        self, values: Sequence[Sequence[str]], public: Sequence[tuple[Table, Mapping[Key, int], frozenset[Figure]]],
        limit: int,
    ) -> None:
        self._kinds = list(product(*values))
        self._limit = limit
        self._hidden: list[tuple[int, Figure, int, Any]] = []
        rows: list[Any] = []
        least: list[float] = []
        most: list[float] = []
        self._none = numpy.zeros(len(self._kinds), dtype=bool)
        total = max(sum(cells.values()) for _, cells, _ in public)
        for at, (table, cells, hide) in enumerate(public):
            for place, kind in enumerate(self._kinds):
                if table.holds(kind) and table.cell(kind) not in cells:
                    self._none[place] = True
            for name, count in figures(cells).items():
                row = numpy.array([table.holds(kind) and _in(name, table.cell(kind)) for kind in self._kinds], float)
                if name in hide:
                    self._hidden.append((at, name, count, row))
                    rows.append(row)
                    least.append(1.0)
                    most.append(numpy.inf)
                else:
                    rows.append(row)
                    least.append(count)
                    most.append(count)
        self._top = total + 30 * limit
        self._rules = LinearConstraint(csr_matrix(numpy.array(rows)), numpy.array(least), numpy.array(most))

    @property
    def hidden(self) -> int:
        """How many figures it tries to find out."""
        return len(self._hidden)

    def found_out(self) -> list[tuple[int, Figure]]:
        """The hidden figures of which no other number remains."""
        left = list(self._hidden)
        if not left:
            return []
        small = sum((row for _, _, count, row in left if count < self._limit), numpy.zeros(len(self._kinds)))
        large = sum((row for _, _, count, row in left if count >= self._limit), numpy.zeros(len(self._kinds)))
        for aim in (-small, -large, large, small - large):
            left = self._remaining(left, self._solve(aim))
        found = []
        while left:
            at, name, count, row = left.pop(0)
            if count < self._limit:
                world = self._solve(0 * row, (row, self._limit, numpy.inf))
            else:
                world = self._solve(0 * row, (row, count + 1, numpy.inf))
                if world is None:
                    world = self._solve(0 * row, (row, 0, count - 1))
            if world is None:
                found.append((at, name))
            else:
                left = self._remaining(left, world)
        return found

    def _remaining(self, left: list[tuple[int, Figure, int, Any]], world: Any) -> list[tuple[int, Figure, int, Any]]:
        if world is None:
            return left
        kept = []
        for at, name, count, row in left:
            there = round(float(row @ world))
            if not (there >= self._limit if count < self._limit else there != count):
                kept.append((at, name, count, row))
        return kept

    def _solve(self, aim: Any, more: tuple[Any, float, float] | None = None) -> Any:
        rules = [self._rules]
        if more is not None:
            rules.append(LinearConstraint(more[0].reshape(1, -1), more[1], more[2]))
        most = numpy.where(self._none, 0.0, float(self._top))
        solved = milp(
            aim, integrality=numpy.ones(len(self._kinds)), bounds=Bounds(0, most), constraints=rules,
            options={"mip_rel_gap": 0.5},
        )  # fmt: skip
        assert solved.status in (0, 2) or solved.x is not None, solved.message
        return None if solved.x is None else numpy.rint(solved.x)


def _in(name: Figure, cell: Key) -> bool:
    return all(value is None or value == mine for value, mine in zip(name, cell, strict=True))


def attack_all(
    count: int, hider: Hider = hidden_beside, seed: int = 12,
    progress: Callable[[int, Found], None] | None = None,
) -> Found:  # fmt: skip
    """Attack ``count`` systems of tables of the same people."""
    dice = random.Random(seed)
    hid = broken = told = alone = stood = 0
    for number in range(count):
        values, people, tables = invented(dice)
        limit = dice.choice(LIMITS)
        public, refused = made_public(people, tables, limit, hider)
        stood += refused
        for _, cells, hide in public:
            hid += len(hide)
            told += len(figures(cells)) - len(hide)
        alone += sum(
            len(figures(cells)) - len(hidden(cells, limit)) for each in tables if (cells := each.count(people))
        )
        if public:
            # What is hidden here and told there of the very same people is no secret of anybody.
            broken += sum(not _public(public, at, name) for at, name in Attack(values, public, limit).found_out())
        if progress:
            progress(number + 1, Found(number + 1, hid, broken, told, alone, stood))
    return Found(count, hid, broken, told, alone, stood)


def _public(
    public: Sequence[tuple[Table, Mapping[Key, int], frozenset[Figure]]], at: int, name: Figure
) -> bool:
    """Whether a later table tells a large figure of the very same people, said in the same words."""
    table, cells, _ = public[at]
    mine = (_said(table, name), table.within)
    return any(
        (_said(other, told), other.within) == mine
        for other, counted, hide in public for told in figures(counted).keys() - hide
    )  # fmt: skip


def _said(table: Table, name: Figure) -> frozenset[tuple[int, str]]:
    return frozenset((at, value) for at, value in zip(table.reads, name, strict=True) if value is not None)


def each_alone(people: Mapping[People, int], tables: Sequence[Known], start: Iterable[Figure]) -> frozenset[Figure]:
    """The mutant: each table is hidden as if it were the only one."""
    return frozenset(start)


MUTANTS: Final[Mapping[str, Hider]] = {"each_alone": each_alone}


def main() -> int:
    """Attack as many systems as asked; 1 when a hidden figure was found out, or the mutant was not caught."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--long", action="store_true", help="500 systems instead of 60")
    asked.add_argument("--count", type=int)
    asked.add_argument("--seed", type=int, default=12)
    said = asked.parse_args()
    count = said.count or (500 if said.long else 60)
    begun = time.process_time()

    def tell(done: int, found: Found) -> None:
        if done % 25 == 0:
            print(f"{done} of {count}: {found}, {time.process_time() - begun:.0f} s", file=sys.stderr, flush=True)

    found = attack_all(count, seed=said.seed, progress=tell)
    caught = {name: attack_all(60, hider, seed=said.seed).recovered for name, hider in MUTANTS.items()}
    print(
        f"GATE g25 together recovered={found.recovered} limit=0 systems={found.systems} hidden={found.hid}"
        f" told={found.told} alone={found.alone} stood={found.stood} mutants={caught}"
        f" seconds={time.process_time() - begun:.0f}"
    )
    return 0 if found.recovered == 0 and found.hid and found.told and all(caught.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
