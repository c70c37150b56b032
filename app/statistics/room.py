"""How often changes of people can still be made, so that other records can be written for a hidden figure. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Protocol

from app.statistics.hiding import Figure, Key
from app.statistics.linked import Change, People

__all__ = ["Room"]


class Beside(Protocol):
    """The people, and the cells of each table now and when it became public (together.py)."""

    people: Mapping[People, int]

    @property
    def now(self) -> Sequence[Mapping[Key, int]]:
        """The cells of each table as they are."""

    @property
    def then(self) -> Sequence[Mapping[Figure, int]]:
        """The figures of each table as they were when it became public."""


class Room:
    """People who are left, and cells that stay listed."""

    def __init__(self, beside: Beside) -> None:
        self._beside = beside
        self._used: Counter[People] = Counter()
        self._fallen: Counter[tuple[int, Key]] = Counter()

    def left(self, at: int, key: Key) -> int:
        """By how much a cell can still fall, and be listed."""
        beside = self._beside
        return min(beside.now[at][key], beside.then[at][key]) - 1 - self._fallen[at, key]

    def take(self, change: Change, most: int) -> int:
        """Make a change as often as it can be made, at most ``most`` times; how often it was."""
        beside = self._beside
        times = most
        for each, number in Counter(change.before).items():
            times = min(times, (beside.people[each] - self._used[each]) // number)
        for (at, key), number in change.cells.items():
            if number < 0:
                times = min(times, self.left(at, key) // -number)
        if times <= 0:
            return 0
        for each, number in Counter(change.before).items():
            self._used[each] += times * number
        for place, number in change.cells.items():
            if number < 0:
                self._fallen[place] += -number * times
        return times
