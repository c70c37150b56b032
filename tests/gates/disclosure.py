"""G25, the part about figures: whoever adds up what is told tries to find out what is not.

Random tables of one to four dimensions with their margins, sparse as real ones are; of half of them a later release
follows, and of half of those a third one. The attacker reads the document as it is published, with its rates, and knows
which figures are hidden, that they are whole numbers of at least 1, below which limit none is told, and how tables are
added up. For each hidden figure it asks whether another table of whole numbers agrees with all that it knows, in which
a small figure has reached the limit and a large one is another number (integer programming, HiGHS). Where there is
none, it has found the figure out. It takes any two releases from each other, and of releases that only grew it solves
for all of them at once.

    python -m tests.gates.disclosure --long       # 500 tables
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from itertools import pairwise
from types import SimpleNamespace
from typing import Any, Final

import numpy
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix

from app.statistics.hiding import Figure, Key, TellsTooMuch, figures, hidden
from app.statistics.later import Release, hidden_later
from app.statistics.periods import year
from app.statistics.schemas import TableOut
from app.statistics.service import drawn_up
from policies.load import load_policies
from policies.reports import PopulationFigure

__all__ = ["Found", "attack_all", "between", "random_cells"]

LIMITS: Final = (5, 11)
PEOPLE: Final = 400_000
YEAR: Final = 2020
Hider = Callable[[Mapping[Key, int], int], frozenset[Figure]]
Follower = Callable[..., frozenset[Figure]]
Printer = Callable[[Mapping[Key, int], frozenset[Figure], int], TableOut]
# One release: what was counted, and the figures that its document does not tell.
Told = tuple[Mapping[Key, int], frozenset[Figure]]


@dataclass(frozen=True)
class Found:
    """What an attack came to: hidden figures, those found out, and how many figures were told at all.

    ``later``: releases that followed another; ``stood``: those that were refused, so that the earlier one stands.
    """

    tables: int
    hid: int
    recovered: int
    told: int
    later: int
    stood: int


def random_cells(dice: random.Random) -> dict[Key, int]:
    """A table as they are: a few large figures, many small ones, most combinations empty."""
    size = dice.choice((1, 2, 2, 3, 3, 4))
    widths = [dice.randint(1 if size > 2 else 2, {1: 14, 2: 9, 3: 6, 4: 4}[size]) for _ in range(size)]
    filled, large = dice.uniform(0.15, 0.9), dice.uniform(0.1, 0.7)
    cells: dict[Key, int] = {}

    def fill(key: Key, left: list[int]) -> None:
        if left:
            for each in range(left[0]):
                fill((*key, f"{len(key)}{each}"), left[1:])
        elif dice.random() < filled:
            cells[key] = dice.randint(11, 200) if dice.random() < large else dice.randint(1, 14)

    fill((), widths)
    return cells or {tuple(f"{at}0" for at in range(size)): dice.randint(1, 30)}


def printed(cells: Mapping[Key, int], hide: frozenset[Figure], limit: int) -> TableOut:
    """The document that is published, with rates."""
    size = len(next(iter(cells)))
    policies, report = _declared(size, limit)
    desk: Any = SimpleNamespace(
        policies=policies, actor=SimpleNamespace(country="TH"), now=datetime(YEAR + 1, 1, 2, tzinfo=UTC)
    )
    return drawn_up(desk, report, year(YEAR), dict(cells), hide, limit)


@cache
def _declared(size: int, limit: int) -> tuple[Any, Any]:
    policies = load_policies()
    people = (PopulationFigure(year=YEAR, people=PEOPLE, says="invented"),)
    report = policies.reports["sdg-16-2-2"].model_copy(update={"dimensions": tuple(f"d{at}" for at in range(size))})
    return policies.model_copy(update={"population": {"TH": people}}), report


def unread(document: TableOut) -> frozenset[Figure]:
    """The figures of a document that it gives neither as a number nor by a rate."""
    names, size = document.dimensions, len(document.dimensions)
    said: list[tuple[Figure, int | None, float | None]] = [
        (tuple(each.key[name] for name in names), each.count, each.rate) for each in document.cells
    ]
    for each in document.margins:
        at = names.index(each.dimension)
        said.append((tuple(each.value if n == at else None for n in range(size)), each.count, each.rate))
    said.append(((None,) * size, document.total, document.total_rate))
    return frozenset(name for name, count, rate in said if count is None and rate is None)


@dataclass
class Attack:
    """What somebody knows who holds these releases. ``grew``: that from one to the next nobody was taken away."""

    releases: Sequence[Told]
    limit: int
    grew: bool = False
    unknown: list[tuple[int, Figure]] = field(default_factory=list)
    truth: Any = None
    least: Any = None
    most: Any = None
    rules: list[LinearConstraint] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Write down everything that is known, as equations over what is not."""
        every = [figures(cells) for cells, _ in self.releases]
        self.unknown = [(at, name) for at, (_, hide) in enumerate(self.releases) for name in sorted(hide, key=str)]
        place = {name: at for at, name in enumerate(self.unknown)}
        self.truth = numpy.array([every[at][name] for at, name in self.unknown], dtype=float)
        self.least = numpy.ones(len(self.unknown))
        # High enough for every other table that is looked for: it differs by a few times the limit.
        top = max(sum(cells.values()) for cells, _ in self.releases) + 20 * self.limit
        self.most = numpy.full(len(self.unknown), float(top))
        equal: list[tuple[dict[int, float], float]] = []
        for at, (cells, _) in enumerate(self.releases):
            for whole, parts in _sums(cells):
                equal.append(_equation(at, whole, parts, every[at], place))
        self._rule([each for each in equal if each[0]], upwards=False)
        if self.grew:
            self._rule(list(self._growth(every, place)), upwards=True)

    def _growth(self, every: list[dict[Figure, int]], place: Any) -> Iterator[tuple[dict[int, float], float]]:
        for at in range(len(self.releases) - 1):
            for name in every[at].keys() & every[at + 1].keys():
                before, after = place.get((at, name)), place.get((at + 1, name))
                if before is not None and after is not None:
                    yield {before: -1.0, after: 1.0}, 0.0
                elif after is not None:
                    self.least[after] = max(self.least[after], every[at][name])
                elif before is not None:
                    self.most[before] = min(self.most[before], every[at + 1][name])

    def _rule(self, rows: list[tuple[dict[int, float], float]], *, upwards: bool) -> None:
        if not rows:
            return
        matrix = csr_matrix(
            ([value for row, _ in rows for value in row.values()],
             ([n for n, (row, _) in enumerate(rows) for _ in row], [at for row, _ in rows for at in row])),
            shape=(len(rows), len(self.unknown)),
        )  # fmt: skip
        sums = numpy.array([each for _, each in rows])
        self.rules.append(LinearConstraint(matrix, sums, numpy.inf if upwards else sums))

    def found_out(self) -> list[tuple[int, Figure]]:
        """The hidden figures of which no other table remains: each is known, or known to lie below the limit."""
        small = self.truth < self.limit
        left = set(range(len(self.unknown)))
        # Tables in which much is different at once settle most figures; the rest is asked for one by one.
        for aim in (-1.0 * small, 1.0 * ~small, small - 1.0 * ~small):
            self._settle(left, self._solve(aim, self.least, self.most))
        found = []
        for at in sorted(left, key=lambda each: (self.truth[each], each)):
            if at not in left:
                continue
            for least, most in self._others(at, bool(small[at])):
                self._settle(left, self._solve(numpy.zeros(len(self.unknown)), least, most))
                if at not in left:
                    break
            else:
                found.append(self.unknown[at])
        return found

    def _others(self, at: int, small: bool) -> Iterator[tuple[Any, Any]]:
        """What another table would have to say of a figure."""
        higher = self.least.copy()
        higher[at] = self.limit if small else self.truth[at] + 1
        if higher[at] <= self.most[at]:
            yield higher, self.most
        lower = self.most.copy()
        lower[at] = self.truth[at] - 1
        if not small and lower[at] >= self.least[at]:
            yield self.least, lower

    def _settle(self, left: set[int], table: Any) -> None:
        if table is not None:
            small = self.truth < self.limit
            shows = numpy.where(small, table >= self.limit, table != self.truth)
            left.difference_update(numpy.flatnonzero(shows).tolist())

    def _solve(self, aim: Any, least: Any, most: Any) -> Any:
        """A table of whole numbers that agrees with all that is known, or None."""
        if not len(aim):
            return None
        solved = milp(
            aim, integrality=numpy.ones(len(aim)), bounds=Bounds(least, most), constraints=self.rules or None,
            options={"mip_rel_gap": 0.5},
        )  # fmt: skip
        assert solved.status in (0, 2) or solved.x is not None, solved.message
        return None if solved.x is None else numpy.rint(solved.x)


def _equation(
    at: int, whole: Figure, parts: list[Figure], every: Mapping[Figure, int], place: Mapping[tuple[int, Figure], int]
) -> tuple[dict[int, float], float]:
    row: dict[int, float] = {}
    left = 0.0
    if (at, whole) in place:
        row[place[at, whole]] = -1.0
    else:
        left = float(every[whole])
    for part in parts:
        if (at, part) in place:
            row[place[at, part]] = row.get(place[at, part], 0.0) + 1.0
        else:
            left -= every[part]
    return row, left


def _sums(cells: Mapping[Key, int]) -> Iterator[tuple[Figure, list[Figure]]]:
    """Every sum that is printed with its parts: margins of cells, the total of margins and of cells."""
    size = len(next(iter(cells)))
    total: Figure = (None,) * size
    yield total, list(cells)
    if size == 1:
        return
    for at in range(size):
        values = sorted({key[at] for key in cells})
        names = {value: tuple(value if each == at else None for each in range(size)) for value in values}
        yield total, list(names.values())
        for value in values:
            yield names[value], [key for key in cells if key[at] == value]


def recovered(cells: Mapping[Key, int], hide: frozenset[Figure], limit: int) -> int:
    """How many hidden figures the attacker finds out in one table."""
    return len(Attack([(cells, hide)], limit).found_out())


def changed(dice: random.Random, cells: Mapping[Key, int], limit: int) -> dict[Key, int]:
    """The same table when it is counted again: somebody was added here and there, or many came late."""
    after = dict(cells)
    if dice.random() < 0.4:
        for key in dice.sample(sorted(after), dice.randint(1, min(3, len(after)))):
            after[key] += dice.randint(1, 3)
    elif dice.random() < 0.7:
        for key in dice.sample(sorted(after), dice.randint(1, min(4, len(after)))):
            after[key] += dice.randint(limit, 6 * limit)
    return after


def many_late(dice: random.Random, cells: Mapping[Key, int], limit: int) -> dict[Key, int]:
    """The same table, when many came late to one cell."""
    key = dice.choice(sorted(cells))
    return {**cells, key: cells[key] + dice.randint(2 * limit, 6 * limit)}


def taken_back(dice: random.Random, first: Mapping[Key, int], second: Mapping[Key, int]) -> dict[Key, int]:
    """The first count again, but for one or two: the others that were added were a mistake."""
    return {key: n + (dice.randint(1, 2) if second[key] != n else 0) for key, n in first.items()}


def between(
    before: Mapping[Key, int], hid: frozenset[Figure], after: Mapping[Key, int], hide: frozenset[Figure], limit: int
) -> int:
    """What two releases tell together: small differences, and hidden figures when the other release is believed."""
    earlier, later = figures(before), figures(after)
    told = {name: count for name, count in earlier.items() if name not in hid}
    small = sum(
        0 < abs(later[name] - count) < limit for name, count in told.items() if name not in hide and name in later
    )
    # Whoever believes that nothing changed takes from one release what the other hides.
    believed = {name for name in hide if told.get(name) == later.get(name)}
    believed_before = {
        name for name in hid if name in later and name not in hide and later[name] == earlier.get(name)
    }
    return (
        small + len(believed) + len(believed_before)
        + (recovered(after, hide - believed, limit) if believed else 0)
        + (recovered(before, hid - believed_before, limit) if believed_before else 0)
    )  # fmt: skip


def grown(releases: Sequence[Told], limit: int) -> int:
    """What releases tell together to somebody who believes that people were only added, where that is so."""
    pairs = list(pairwise(figures(cells) for cells, _ in releases))
    if not all(after.get(name, 0) >= count for before, after in pairs for name, count in before.items()):
        return 0
    return len(Attack(releases, limit, grew=True).found_out())


def attack_all(
    count: int, hider: Hider = hidden, follower: Follower = hidden_later, printer: Printer = printed, seed: int = 11,
    progress: Callable[[int, Found], None] | None = None,
) -> Found:  # fmt: skip
    """Attack ``count`` random tables, of every second one a later release, and of every fourth one a third."""
    dice = random.Random(seed)
    hid = broken = told = later = stood = 0
    for number in range(count):
        cells, limit = random_cells(dice), dice.choice(LIMITS)
        releases: list[Told] = []
        for at in range(1 if number % 2 == 0 else 2 if number % 4 == 1 else 3):
            if at == 2 and number % 8 == 3:
                cells = taken_back(dice, releases[0][0], cells)
            elif at:
                cells = (many_late if number % 8 == 3 else changed)(dice, cells, limit)
            try:
                hide = follower(cells, limit, *map(_release, releases)) if releases else hider(cells, limit)
            except TellsTooMuch:
                stood += 1
                continue
            seen = unread(printer(cells, hide, limit))
            broken += len(hide - seen) + recovered(cells, seen, limit)
            hid += len(hide)
            told += len(figures(cells)) - len(hide)
            later += bool(releases)
            broken += sum(between(*earlier, cells, seen, limit) for earlier in releases)
            releases.append((cells, seen))
        if len(releases) > 1:
            broken += grown(releases, limit)
        if progress:
            progress(number + 1, Found(number + 1, hid, broken, told, later, stood))
    return Found(count, hid, broken, told, later, stood)


def _release(told: Told) -> Release:
    cells, hide = told
    return Release({name: n for name, n in figures(cells).items() if name not in hide}, hide)


def only_small(cells: Mapping[Key, int], limit: int) -> frozenset[Figure]:
    """The mutant: what is small is hidden, and nothing else."""
    return frozenset(name for name, count in figures(cells).items() if count < limit)


def afresh(cells: Mapping[Key, int], limit: int, *before: Release) -> frozenset[Figure]:
    """Another mutant: each release is made as if it were the first."""
    return hidden(cells, limit)


def only_the_newest(cells: Mapping[Key, int], limit: int, *before: Release) -> frozenset[Figure]:
    """Another mutant: a release is compared with the one before, and with none before that."""
    return hidden_later(cells, limit, before[-1])


def with_rates(cells: Mapping[Key, int], hide: frozenset[Figure], limit: int) -> TableOut:
    """Another mutant: the rate of a hidden cell is printed."""
    document = printed(cells, hide, limit)
    rated = []
    for each in document.cells:
        number = cells[tuple(each.key[name] for name in document.dimensions)]
        rated.append(each.model_copy(update={"rate": number * 100_000 / PEOPLE}))
    return document.model_copy(update={"cells": rated})


MUTANTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "only_small": {"hider": only_small},
    "afresh": {"follower": afresh},
    "only_the_newest": {"follower": only_the_newest},
    "with_rates": {"printer": with_rates},
}


def main() -> int:
    """Attack as many tables as asked; 1 when a hidden figure was found out, or a mutant was not caught."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--long", action="store_true", help="500 tables instead of 60")
    asked.add_argument("--seed", type=int, default=11)
    said = asked.parse_args()
    count = 500 if said.long else 60
    begun = time.process_time()

    def tell(done: int, found: Found) -> None:
        if done % 25 == 0:
            print(f"{done} of {count}: {found}, {time.process_time() - begun:.0f} s", file=sys.stderr, flush=True)

    found = attack_all(count, seed=said.seed, progress=tell)
    caught = {name: attack_all(60, seed=said.seed, **mutant).recovered for name, mutant in MUTANTS.items()}
    print(
        f"GATE g25 recovered={found.recovered} limit=0 tables={found.tables} hidden={found.hid} told={found.told}"
        f" later={found.later} stood={found.stood} mutants={caught} seconds={time.process_time() - begun:.0f}"
    )
    return 0 if found.recovered == 0 and found.hid and found.told and found.later and all(caught.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
