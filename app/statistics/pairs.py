"""Two changes at once, of which one takes back what the other would show of what is told. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Protocol

from app.statistics import room, ways
from app.statistics.hiding import Figure
from app.statistics.linked import Change, Shown, names

__all__ = ["Pairs"]

# Of so many hidden figures of a table ways are looked for that could go with another, and among so many for each.
FIGURES: Final = 40
TRIES: Final = 200
# And they are looked for again when so many times as many figures are hidden.
GROWN: Final = 1.5


class Beside(ways.Beside, room.Beside, Protocol):
    """The tables and people among which pairs are looked for (together.py)."""

    def hidden(self, at: int) -> frozenset[Figure]:
        """What a table does not tell."""


class Pairs:
    """Pairs of changes; what was looked for once is kept for the next figure."""

    def __init__(self, beside: Beside) -> None:
        self._beside = beside
        self._pooled: dict[int, tuple[int, Mapping[Shown, list[Change]]]] = {}

    def of(self, at: int, name: Figure, seen: Sequence[tuple[Change, Shown]]) -> Iterator[Change]:
        """Those by which one more person comes to stand in a figure, and that show in nothing that is told.

        seen: changes that bring somebody there, each with what it alone would show.
        """
        for change, shown in sorted(seen, key=lambda each: len(each[1])):
            back = frozenset((where, figure, -number) for where, figure, number in shown)
            for where in sorted({where for where, _, _ in shown}):
                for other in self._pool(where).get(back, ())[: ways.A_FEW]:
                    both = self._both(change, other)
                    if both is not None and _adds(both, at, name):
                        yield both

    def _both(self, one: Change, other: Change) -> Change | None:
        cells = Counter(one.cells)
        cells.update(other.cells)
        left = {place: number for place, number in cells.items() if number}
        seen = self._beside.seen(left)
        if seen is None or seen.shown:
            return None
        return Change((*one.before, *other.before), (*one.after, *other.after), left, seen.touches)

    def _pool(self, at: int) -> Mapping[Shown, list[Change]]:
        """Some ways of each hidden figure of a table, by what they would show.

        Where a little more has been hidden since, they are only fewer than they could be: each pair is looked at again.
        """
        hidden = self._beside.hidden(at)
        size, found = self._pooled.get(at, (-1, {}))
        if size < 0 or len(hidden) > GROWN * size:
            pool: dict[Shown, list[Change]] = defaultdict(list)
            left = room.Room(self._beside)
            for name in sorted(hidden, key=str)[:FIGURES]:
                for change, shown in ways.Ways(self._beside, at, name, left).all(TRIES):
                    if shown:
                        pool[shown].append(change)
            found = dict(pool)
            self._pooled[at] = (len(hidden), found)
        return found


def _adds(change: Change, at: int, name: Figure) -> bool:
    return sum(number for (where, key), number in change.cells.items() if where == at and name in names(key)) == 1
