"""Choices that look like chance and fall the same way in every build."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

Item = TypeVar("Item")


class Dice:
    """A stream of numbers drawn from a seed by SHA-256; not for secrets."""

    __slots__ = ("_count", "_seed")

    def __init__(self, *seed: object) -> None:
        """seed: anything whose text tells this stream from the others."""
        self._seed = "|".join(map(str, seed)).encode()
        self._count = 0

    def below(self, limit: int) -> int:
        """A whole number from 0 to ``limit`` - 1."""
        self._count += 1
        drawn = hashlib.sha256(self._seed + self._count.to_bytes(4, "big")).digest()
        return int.from_bytes(drawn[:8], "big") % limit

    def between(self, least: int, most: int) -> int:
        """A whole number from ``least`` to ``most``, both included."""
        return least + self.below(most - least + 1)

    def chance(self, percent: int) -> bool:
        """True about ``percent`` times in a hundred."""
        return self.below(100) < percent

    def pick(self, items: Sequence[Item]) -> Item:
        """One of the items."""
        return items[self.below(len(items))]

    def shuffled(self, items: Sequence[Item]) -> list[Item]:
        """All items in another order."""
        left = list(items)
        return [left.pop(self.below(len(left))) for _ in range(len(left))]


def spread(total: int, weights: Sequence[tuple[Item, int]]) -> list[Item]:
    """``total`` items in proportion to their weights, whole numbers by the largest remainder, in table order."""
    whole = sum(weight for _, weight in weights)
    shares = [total * weight // whole for _, weight in weights]
    rest = sorted(range(len(weights)), key=lambda n: (-(total * weights[n][1] % whole), n))
    for n in rest[: total - sum(shares)]:
        shares[n] += 1
    return [item for (item, _), share in zip(weights, shares, strict=True) for _ in range(share)]
