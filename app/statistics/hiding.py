"""Which figures of a table are not told, so that nobody can be recognised and no hidden figure can be worked out.

Pure: cells in, names of hidden figures out. A figure is a cell, a margin (the sum over all but one dimension) or the
total, and is named by the values of its dimensions with None for "all". docs/decisions/0064 says what is promised and
why this is enough.

In short: a figure below the limit is hidden. For every hidden figure there is then at least one other table that
agrees with all that is told, in which a small figure has grown to the limit, and a larger one is another number. Such
a table is built here, not argued for: some of the hidden cells change by the same number, up and down, so that no sum
that is told changes. Where none can be built, more is hidden: first the cells that make it possible, then a margin,
then the total. Figures that are already public protect nothing, since they are known.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

__all__ = ["Figure", "TellsTooMuch", "figures", "hidden", "hidden_apart"]

Key = tuple[str, ...]
Figure = tuple[str | None, ...]
# The class of all values of a dimension whose margin is hidden: of them only the sum can be known.
_HIDDEN: Final = "\0hidden"
_GHOST: Final[Key] = ("\0ghost",)
# So many ways to protect a figure are compared, among so many cells; the first ones are the cheapest. What is not found
# by then costs more hidden figures, never a figure that is found out.
ENOUGH: Final = 100
NEAREST: Final = 50


class TellsTooMuch(ValueError):
    """What is already public leaves no way to protect a hidden figure."""


def figures(cells: Mapping[Key, int]) -> dict[Figure, int]:
    """Every figure of a table: its cells, one margin for each value of each dimension, the total.

    With one dimension the cells are the margins. Of an empty table there is none.
    """
    if not cells:
        return {}
    total = sum(cells.values())
    size = len(next(iter(cells), ()))
    found: dict[Figure, int] = {key: count for key, count in cells.items()}
    if size > 1:
        sums: dict[Figure, int] = defaultdict(int)
        for key, count in cells.items():
            for at, value in enumerate(key):
                sums[_margin(size, at, value)] += count
        found |= sums
    found[(None,) * size] = total
    return found


def hidden(
    cells: Mapping[Key, int], smallest: int, *, stay: Iterable[Figure] = (), known: Iterable[Figure] = ()
) -> frozenset[Figure]:
    """The figures that are not told.

    cells: what was counted, each at least 1; smallest: the limit. stay: figures that are hidden whatever they are
    now. known: figures that the reader has from elsewhere; none of them can protect another.
    Raises TellsTooMuch where that leaves a figure unprotected.
    """
    if not cells:
        return frozenset()
    return _Hiding(cells, smallest, frozenset(stay), frozenset(known)).run()


def hidden_apart(cells: Mapping[Key, int], smallest: int, at: int) -> frozenset[Figure]:
    """The figures that are not told of several tables side by side, one for each value of the dimension ``at``.

    Each of them is hidden as it is where it stands alone, and a sum over several of them is told only where each of its
    parts is. So whoever holds the parts as well learns nothing from the whole: years alone, and years side by side.
    """
    parts: dict[str, dict[Key, int]] = defaultdict(dict)
    for key, count in cells.items():
        parts[key[at]][key] = count
    return frozenset(name for part in parts.values() for name in hidden(part, smallest))


def _margin(size: int, at: int, value: str) -> Figure:
    return tuple(value if each == at else None for each in range(size))


@dataclass(frozen=True, slots=True)
class _Move:
    """Cells that go up and cells that go down by ``by``, and no sum that is told changes. ``costs``: newly hidden."""

    up: tuple[Key, ...]
    down: tuple[Key, ...]
    by: int
    costs: int

    @property
    def cells(self) -> tuple[Key, ...]:
        return tuple(each for each in (*self.up, *self.down) if each != _GHOST)


@dataclass(slots=True)
class _Hiding:
    cells: Mapping[Key, int]
    smallest: int
    stay: frozenset[Figure]
    known: frozenset[Figure]
    size: int = 0
    all: dict[Figure, int] = field(default_factory=dict)
    gone: set[Figure] = field(default_factory=set)
    safe: set[Figure] = field(default_factory=set)
    classes: dict[Key, Key] = field(default_factory=dict)
    alike: dict[Key, list[Key]] = field(default_factory=dict)
    with_class: dict[tuple[int, str], list[Key]] = field(default_factory=dict)
    in_order: list[Key] = field(default_factory=list)
    can_fall: dict[int, list[Key]] = field(default_factory=dict)
    can_fall_with: dict[tuple[int, int, str], list[Key]] = field(default_factory=dict)

    def run(self) -> frozenset[Figure]:
        """Hide what is small, then protect each hidden figure until nothing is left to protect."""
        self.size = len(next(iter(self.cells)))
        self.all = figures(self.cells)
        total = self._total
        if self.all[total] < self.smallest:
            return frozenset(self.all)
        self.gone = {name for name, count in self.all.items() if count < self.smallest or name in self.stay}
        self._sort()
        while open_ones := [name for name in self.gone if name not in self.safe]:
            # The smallest first: what protects them protects many others.
            for name in sorted(open_ones, key=lambda each: (self.all[each], str(each))):
                if name not in self.safe:
                    self._protect(name)
        return frozenset(self.gone)

    @property
    def _total(self) -> Figure:
        return (None,) * self.size

    def _sort(self) -> None:
        """Sort the cells by what can be known of their sums; anew whenever a margin is hidden."""
        self.classes = {key: tuple(self._class(at, value) for at, value in enumerate(key)) for key in self.cells}
        alike: dict[Key, list[Key]] = defaultdict(list)
        for key in sorted(self.cells, key=lambda each: (each not in self.gone, self.cells[each])):
            alike[self.classes[key]].append(key)
        if self._total in self.gone:
            # Whatever is added elsewhere, the sum is not told: a cell that is in no table takes it.
            self.classes[_GHOST] = (_HIDDEN,) * self.size
            alike[self.classes[_GHOST]].insert(0, _GHOST)
        self.alike = dict(alike)
        with_class: dict[tuple[int, str], list[Key]] = defaultdict(list)
        for classes, keys in alike.items():
            for at, each in enumerate(classes):
                with_class[at, each] += keys
        self.with_class = {name: self._cheapest_first(keys) for name, keys in with_class.items()}
        self.in_order = self._cheapest_first(self.classes)
        self.can_fall, self.can_fall_with = {}, {}

    def _class(self, at: int, value: str) -> str:
        # With one dimension nothing but the total is a sum.
        return _HIDDEN if self.size == 1 or _margin(self.size, at, value) in self.gone else value

    def _protect(self, name: Figure) -> None:
        by = max(self.smallest - self.all[name], 1)
        move = self._best(self._moves_of(name, by))
        if move is None:
            self._hide_a_sum(name)
            return
        new = [key for key in move.cells if key not in self.gone]
        self.gone.update(new)
        self.safe.add(name)
        # Of a large figure it is enough that it is another number in one of the tables.
        self.safe.update(key for key in move.cells if self.all[key] >= self.smallest)
        if new:
            self._sort()

    def _best(self, moves: Iterator[_Move]) -> _Move | None:
        best: _Move | None = None
        for move in islice(moves, ENOUGH):
            if best is None or move.costs < best.costs:
                best = move
                if not best.costs:
                    break
        return best

    def _moves_of(self, name: Figure, by: int) -> Iterator[_Move]:
        fixed = [at for at, value in enumerate(name) if value is not None]
        if len(fixed) == self.size:
            yield from self._moves_up(tuple(str(value) for value in name), by)
            return
        if not fixed:
            for key in self._usable()[:NEAREST]:
                yield from (move for move in self._moves_up(key, by) if _GHOST in (*move.up, *move.down))
            return
        at, value = fixed[0], name[fixed[0]]
        inside = [key for key in self._usable() if key[at] == value]
        for key in inside[:NEAREST]:
            for move in self._moves_up(key, by):
                if self._change(move, at, str(value)) > 0:
                    yield move

    def _change(self, move: _Move, at: int, value: str) -> int:
        def inside(keys: tuple[Key, ...]) -> int:
            return sum(key != _GHOST and key[at] == value for key in keys)

        return inside(move.up) - inside(move.down)

    def _usable(self) -> list[Key]:
        """Cells that are hidden, and then those that could be."""
        mine = [key for key in self.cells if key in self.gone]
        others = [key for key in self.cells if key not in self.gone and key not in self.known]
        return [*mine, *sorted(others, key=self.cells.__getitem__)]

    def _can(self, key: Key, down: int) -> bool:
        """Whether a cell may change: nobody knows it, and it stays at 1 or more when it goes down by so much."""
        if key == _GHOST:
            return True
        return key not in self.known and self.cells[key] > down

    def _cost(self, keys: Iterable[Key]) -> int:
        return sum(self.cells[key] for key in keys if key != _GHOST and key not in self.gone)

    def _moves_up(self, key: Key, by: int) -> Iterator[_Move]:
        """Moves in which this cell goes up: with one other that shares all its sums, or with three in a square."""
        if not self._can(key, 0):
            return
        mine = self.classes[key]
        for other in self.alike[mine]:
            if other != key and self._can(other, by):
                yield _Move((key,), (other,), by, self._cost((key, other)))
        if self.size == 1:
            return
        for one in self._falling(by):
            theirs = self.classes[one]
            differ = [at for at in range(self.size) if theirs[at] != mine[at]]
            if one == key or not differ or len(differ) == self.size:
                continue
            first, *more = differ
            for two in self._falling_with(by, first, mine[first]):
                other = self.classes[two]
                if two in (one, key) or (more and any(other[at] != mine[at] for at in more)):
                    continue
                # What makes the sums right again: in each dimension the class that only one of them has.
                corner = tuple(theirs[at] if at in differ else other[at] for at in range(self.size))
                for last in self.alike.get(corner, ()):
                    if last not in (key, one, two) and self._can(last, 0):
                        yield _Move((key, last), (one, two), by, self._cost((key, last, one, two)))
                        break

    def _falling(self, by: int) -> list[Key]:
        """Cells that can go down by so much, the hidden ones first."""
        found = self.can_fall.get(by)
        if found is None:
            found = [each for each in self.in_order if self._can(each, by)][:NEAREST]
            self.can_fall[by] = found
        return found

    def _falling_with(self, by: int, at: int, value: str) -> list[Key]:
        """The same of the cells with one class in one dimension."""
        found = self.can_fall_with.get((by, at, value))
        if found is None:
            found = [each for each in self.with_class.get((at, value), ()) if self._can(each, by)][:NEAREST]
            self.can_fall_with[by, at, value] = found
        return found

    def _cheapest_first(self, keys: Iterable[Key]) -> list[Key]:
        """Hidden cells cost nothing; of the others the smallest costs least."""
        return sorted(keys, key=lambda each: (each != _GHOST and each not in self.gone, self.cells.get(each, 0)))

    def _hide_a_sum(self, name: Figure) -> None:
        """No table can be built: tell one sum less, the smallest that may help; the total last."""
        if self.size > 1:
            fixed = [at for at, value in enumerate(name) if value is not None]
            of_cell = len(fixed) == self.size
            candidates = []
            for at in fixed or range(self.size):
                # Of a cell its own margins; of a margin another of the same dimension, for one alone can be worked out.
                values = {str(name[at])} if of_cell else {key[at] for key in self.cells}
                candidates += [_margin(self.size, at, value) for value in values]
            told = [each for each in candidates if each not in self.gone and each not in self.known]
            if of_cell and not told:
                told = self._other_margins(fixed)
            if not fixed:
                told = [
                    each for each in told
                    if not any(_margin(self.size, _at(each), key[_at(each)]) in self.gone for key in self.cells)
                ]  # fmt: skip
            if told:
                self._hide(min(told, key=lambda each: (self.all[each], str(each))))
                return
        if self._total not in self.gone and self._total not in self.known:
            self._hide(self._total)
            return
        self._hide_everything()

    def _other_margins(self, fixed: list[int]) -> list[Figure]:
        """Margins in dimensions where only one is hidden, which tells it."""
        found = []
        for at in fixed:
            names = {_margin(self.size, at, key[at]) for key in self.cells}
            if len(names & self.gone) == 1:
                found += [each for each in names - self.gone if each not in self.known]
        return found

    def _hide(self, name: Figure) -> None:
        self.gone.add(name)
        self._sort()

    def _hide_everything(self) -> None:
        left = self.all.keys() - self.gone
        if left & self.known or not left:
            raise TellsTooMuch("what is public already leaves no way to hide a figure")
        self.gone |= left
        self.safe |= self.all.keys()


def _at(margin: Figure) -> int:
    return next(at for at, value in enumerate(margin) if value is not None)
