"""Calendar: how many copies of which pattern a world has, and in which week each of them ends."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from benchmarks.world.nursery import Pattern

# How many weeks back the last act of a case lies at most: of one that has ended, and of one that goes on.
ENDED_WEEKS: Final = 52 * 10
OPEN_WEEKS: Final = 30
# In a week there are so many copies of a pattern at least, where there are so many at all: each week costs some time.
COPIES_OF_A_WEEK: Final = 8


@dataclass(frozen=True, slots=True)
class Batch:
    """So many copies of a pattern (its place in the list), moved by whole weeks."""

    pattern: int
    by: timedelta
    copies: int


def shares(patterns: Sequence[Pattern], cases: int) -> list[int]:
    """How many copies of each pattern make ``cases`` cases, as near to the weights as whole numbers allow.

    Every pattern gets what is due to it rounded down or up, by picking along all of them at equal distances. ValueError
    where no pattern of one case alone is there to make up what is missing.
    """
    whole = sum(each.weight for each in patterns)
    copies = max(1, cases * whole // sum(each.weight * each.cases for each in patterns))
    found, picked, passed = [], 0, 0
    for each in patterns:
        passed += each.weight
        until = (2 * copies * passed + whole) // (2 * whole)
        found.append(until - picked)
        picked = until
    alone = sorted((n for n, each in enumerate(patterns) if each.cases == 1), key=lambda n: -patterns[n].weight)
    if not alone:
        raise ValueError("no pattern of one case")
    missing = cases - sum(count * each.cases for count, each in zip(found, patterns, strict=True))
    while missing < 0:
        # A few too many: the heaviest that is there goes.
        n = max((n for n, count in enumerate(found) if count), key=lambda n: (patterns[n].cases, found[n], n))
        found[n] -= 1
        missing += patterns[n].cases
    for turn in range(missing):
        found[alone[turn % len(alone)]] += 1
    return found


def batches(patterns: Sequence[Pattern], cases: int, until: date, dice: random.Random) -> Iterator[Batch]:
    """All copies of a world that ends on ``until``, the oldest week first."""
    weeks: dict[int, list[tuple[int, int]]] = {}
    for number, (pattern, copies) in enumerate(zip(patterns, shares(patterns, cases), strict=True)):
        if not copies:
            continue
        span = ENDED_WEEKS if pattern.ended else OPEN_WEEKS
        chosen = dice.sample(range(span), max(1, min(span, copies // COPIES_OF_A_WEEK)))
        each, rest = divmod(copies, len(chosen))
        for turn, week in enumerate(sorted(chosen)):
            weeks.setdefault(week, []).append((number, each + (turn < rest)))
    for week in sorted(weeks, reverse=True):
        for number, copies in weeks[week]:
            # The day itself is not over yet: nothing of the world may lie ahead of whoever looks at it.
            newest = ((until - patterns[number].last).days - 1) // 7
            yield Batch(number, timedelta(weeks=newest - week), copies)
