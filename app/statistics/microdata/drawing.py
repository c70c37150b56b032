"""Draws records from noisy counts. It sees no person, so nothing it does gives anything more away.

First the noisy counts become tables: the nearest ones without negative numbers whose sum is the noisy number of
people. Then records are drawn down the tree of marginals: the first marginal as a whole, and of each later one what is
new in it, given what it shares with those before (policies/microdata_checks.py holds them to a tree).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any, Final, Protocol

from app.statistics.microdata.noise import Counted, Plan, Record

__all__ = ["Chooser", "Tables", "drawn", "nearest", "people", "tables"]

# For each marginal after the number of people: cell -> how much of it.
Tables = list[dict[Record, float]]
_NOT_YET: Final = -1


class Chooser(Protocol):
    """What draws: `secrets.SystemRandom` in the program."""

    def choices(self, population: Any, *, cum_weights: Any, k: int) -> list[Any]:
        """``k`` of the population, each with the chance of its weight."""


def people(counted: Counted) -> int:
    """The noisy number of people: of so many records a file is made."""
    return max(0, counted.counts[0][0])


def nearest(counts: Sequence[int], total: float) -> list[float]:
    """The nearest numbers (least squares) of which none is negative and the sum is ``total``, which is not negative.

    The same is taken off every number, and what falls below nothing is nothing: so noise in the many empty cells of a
    table does not become people.
    """
    if not counts or total <= 0:
        return [0.0] * len(counts)
    down = sorted(counts, reverse=True)
    off = 0.0
    for many, (each, summed) in enumerate(zip(down, accumulate(down), strict=True), start=1):
        might = (summed - total) / many
        if each - might <= 0:
            break
        off = might
    return [max(0.0, each - off) for each in counts]


def tables(plan: Plan, counted: Counted) -> Tables:
    """The noisy marginals as tables from which can be drawn."""
    total = people(counted)
    return [
        dict(zip(plan.cells(at), nearest(counted.counts[at], total), strict=True))
        for at in range(1, len(plan.marginals))
    ]


def drawn(plan: Plan, found: Tables, many: int, chooser: Chooser) -> Counter[Record]:
    """``many`` records, each with how often it came."""
    told: Counter[Record] = Counter({(_NOT_YET,) * len(plan.sizes): many} if many else {})
    for at, table in enumerate(found, start=1):
        told = _go_on(plan.marginals[at], table, told, chooser)
    return told


def _go_on(
    places: tuple[int, ...], table: Mapping[Record, float], told: Counter[Record], chooser: Chooser
) -> Counter[Record]:
    """Fill in what a marginal adds to each record."""
    by_shared: dict[Record, dict[Record, float]] = {}
    longer: Counter[Record] = Counter()
    for record, many in told.items():
        shared = tuple(at for at, place in enumerate(places) if record[place] != _NOT_YET)
        key = tuple(record[places[at]] for at in shared)
        if key not in by_shared:
            by_shared[key] = _given(table, shared, key)
        choice = by_shared[key]
        cells, weights = list(choice), list(accumulate(choice.values()))
        for cell in chooser.choices(cells, cum_weights=weights, k=many):
            filled = list(record)
            for at, place in enumerate(places):
                if at not in shared:
                    filled[place] = cell[at]
            longer[tuple(filled)] += 1
    return longer


def _given(table: Mapping[Record, float], shared: Sequence[int], key: Record) -> dict[Record, float]:
    """The cells that agree with ``key``. Where noise has left none, all cells; and where all are empty, any."""
    agree = {cell: weight for cell, weight in table.items() if tuple(cell[at] for at in shared) == key}
    if sum(agree.values()) > 0:
        return agree
    if sum(table.values()) > 0:
        return dict(table)
    return dict.fromkeys(table, 1.0)
