"""Which figures of a page are told: none behind which few people stand, and none that such a figure follows from."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

__all__ = ["Few", "most_first"]

Row = TypeVar("Row")


class Few:
    """Leaves out figures behind which too few people stand, and counts how many it left out."""

    def __init__(self, smallest: int) -> None:
        self.smallest, self.hidden = smallest, 0

    def shown(self, figure: int, *around: int | None, people: int | None = None) -> int | None:
        """The figure; None where it is too small to be told, or what it leaves of a figure around it that is told.

        ``people``: how many cases stand behind it, where one case may count several times.
        """
        rests = [each - figure for each in around if each is not None]
        counts = [figure, *rests] if people is None else [figure, *rests, people]
        if any(0 < each < self.smallest for each in counts):
            self.hidden += 1
            return None
        return figure


def most_first(rows: Iterable[Row], figure: Callable[[Row], int | None]) -> list[Row]:
    """Rows by the figure that is told of them, the largest first; those of which none is told come last, as they came.

    By what they really are, a hidden figure would lie between its neighbours.
    """

    def told(row: Row) -> int:
        found = figure(row)
        return -1 if found is None else found

    return sorted(rows, key=told, reverse=True)
