"""G25, the part about figures: whoever adds up what is told tries to find out what is not.

Random tables of two to four dimensions with their margins, sparse as real ones are; of some a later release follows.
The attacker knows which figures are hidden, that each of them is at least 1, every figure that is told, and how tables
are added up; it solves for the least and the most that each hidden figure can be (linear programming, HiGHS), and takes
releases from each other. It has found one out when least and most are the same or the most lies below the limit.

    python -m tests.gates.disclosure --long       # 500 tables
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

from app.statistics.hiding import Figure, Key, TellsTooMuch, figures, hidden
from app.statistics.later import Release, hidden_later

__all__ = ["Attack", "Found", "attack_all", "between", "bounds", "random_cells"]

LIMITS: Final = (5, 11)
NEAR: Final = 1e-6
Hider = Callable[[Mapping[Key, int], int], frozenset[Figure]]
Follower = Callable[[Mapping[Key, int], int, Release], frozenset[Figure]]


@dataclass(frozen=True)
class Found:
    """What an attack came to: hidden figures, those found out, and how many figures were told at all."""

    tables: int
    hid: int
    recovered: int
    told: int
    later: int
    stood: int


def random_cells(dice: random.Random) -> dict[Key, int]:
    """A table as they are: a few large figures, many small ones, most combinations empty."""
    size = dice.choice((2, 2, 3, 3, 4))
    widths = [dice.randint(1 if size > 2 else 2, {2: 9, 3: 6, 4: 4}[size]) for _ in range(size)]
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


def bounds(cells: Mapping[Key, int], hide: frozenset[Figure]) -> dict[Figure, tuple[float, float]]:
    """Hidden figure -> the least and the most it can be, by all that is told."""
    every = figures(cells)
    unknown = sorted(hide, key=str)
    place = {name: at for at, name in enumerate(unknown)}
    rows: list[dict[int, float]] = []
    sums: list[float] = []
    for whole, parts in _sums(cells):
        left = float(every[whole]) if whole not in place else 0.0
        row = {place[whole]: -1.0} if whole in place else {}
        for part in parts:
            if part in place:
                row[place[part]] = row.get(place[part], 0.0) + 1.0
            else:
                left -= every[part]
        if row:
            rows.append(row)
            sums.append(left)
    found: dict[Figure, tuple[float, float]] = {}
    if not unknown:
        return found
    matrix = csr_matrix(
        ([value for row in rows for value in row.values()],
         ([n for n, row in enumerate(rows) for _ in row], [at for row in rows for at in row])),
        shape=(len(rows), len(unknown)),
    )  # fmt: skip
    for name in unknown:
        aim = numpy.zeros(len(unknown))
        aim[place[name]] = 1.0
        found[name] = (_solve(aim, matrix, sums), -_solve(-aim, matrix, sums))
    return found


def _solve(aim: Any, matrix: Any, sums: list[float]) -> float:
    rows = {"A_eq": matrix, "b_eq": sums} if sums else {}
    solved = linprog(aim, bounds=(1, None), method="highs", **rows)
    if solved.status == 3:  # no end to it
        return -numpy.inf
    assert solved.status == 0, solved.message
    return float(solved.fun)


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
    return sum(
        most - least < NEAR or most < limit - NEAR for least, most in bounds(cells, hide).values()
    )


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
        + recovered(after, hide - believed, limit) + recovered(before, hid - believed_before, limit)
    )  # fmt: skip


def attack_all(count: int, hider: Hider = hidden, follower: Follower = hidden_later, seed: int = 11) -> Found:
    """Attack ``count`` random tables, and of every second one a later release."""
    dice = random.Random(seed)
    hid = broken = told = later = stood = 0
    for number in range(count):
        cells, limit = random_cells(dice), dice.choice(LIMITS)
        hide = hider(cells, limit)
        hid += len(hide)
        told += len(figures(cells)) - len(hide)
        broken += recovered(cells, hide, limit)
        if number % 2:
            after = changed(dice, cells, limit)
            release = Release({name: n for name, n in figures(cells).items() if name not in hide}, hide)
            try:
                again = follower(after, limit, release)
            except TellsTooMuch:
                stood += 1
                continue
            later += 1
            broken += between(cells, hide, after, again, limit)
    return Found(count, hid, broken, told, later, stood)


def only_small(cells: Mapping[Key, int], limit: int) -> frozenset[Figure]:
    """The mutant: what is small is hidden, and nothing else."""
    return frozenset(name for name, count in figures(cells).items() if count < limit)


def afresh(cells: Mapping[Key, int], limit: int, before: Release) -> frozenset[Figure]:
    """The other mutant: each release is made as if it were the first."""
    return hidden(cells, limit)


Attack = Found


def main() -> int:
    """Attack as many tables as asked; 1 when a hidden figure was found out, or a mutant was not caught."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--long", action="store_true", help="500 tables instead of 60")
    asked.add_argument("--seed", type=int, default=11)
    said = asked.parse_args()
    count = 500 if said.long else 60
    found = attack_all(count, seed=said.seed)
    mutants = [
        attack_all(60, hider=only_small, seed=said.seed).recovered,
        attack_all(60, follower=afresh, seed=said.seed).recovered,
    ]
    print(
        f"GATE g25 recovered={found.recovered} limit=0 tables={found.tables} hidden={found.hid} told={found.told}"
        f" later={found.later} stood={found.stood} mutants={mutants}"
    )
    return 0 if found.recovered == 0 and found.hid and found.told and found.later and all(mutants) else 1


if __name__ == "__main__":
    sys.exit(main())
