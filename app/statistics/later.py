"""A later release of a table that is public already: what stays hidden, and when it would tell too much.

Pure, as hiding.py. Whoever holds two releases can take one from the other, so a later one may follow only where that
tells nothing: every figure, and every sum that can be worked out, is the same as in any release before or differs by
the limit or more. What was hidden stays hidden. What was told and has not changed is known, and protects nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.statistics.hiding import Figure, Key, TellsTooMuch, figures, hidden

__all__ = ["Release", "hidden_later"]


@dataclass(frozen=True, slots=True)
class Release:
    """What a release told, and the names of what it hid."""

    told: Mapping[Figure, int]
    hid: frozenset[Figure]


def hidden_later(cells: Mapping[Key, int], smallest: int, *before: Release) -> frozenset[Figure]:
    """The figures that a release after ``before``, all those there were, does not tell.

    All, not the newest: twenty people added and eighteen taken away again show the two who stayed to whoever kept the
    first release. Raises TellsTooMuch where too little has changed: the earlier release stands.
    """
    now = figures(cells)
    stay = frozenset[Figure]().union(*(each.hid for each in before))
    if stay - now.keys():
        raise TellsTooMuch("a hidden figure has become nothing, and would be told by that")
    known = {name for each in before for name, count in each.told.items() if now.get(name) == count}
    hide = hidden(cells, smallest, stay=stay, known=known)
    told = {name: count for name, count in now.items() if name not in hide}
    for each in before:
        for earlier, later in _comparable(each.told, told, now):
            if 0 < abs(earlier - later) < smallest:
                raise TellsTooMuch("too little has changed: the difference would tell of a few people")
    return hide


def _comparable(
    before: Mapping[Figure, int], told: Mapping[Figure, int], now: Mapping[Figure, int]
) -> Iterator[tuple[int, int]]:
    """All that can be taken from each other: each figure told before, and what sums leave for the hidden ones."""
    for name, count in before.items():
        yield count, now.get(name, 0)
    both = before.keys() & told.keys()
    for name in both:
        parts = [each for each in both if each != name and _within(each, name)]
        for level in _levels(name):
            of_level = [each for each in parts if _set(each) == level]
            yield (
                before[name] - sum(before[each] for each in of_level),
                told[name] - sum(told[each] for each in of_level),
            )


def _within(part: Figure, whole: Figure) -> bool:
    """Whether a figure counts some of the people of another."""
    return all(each is None or each == value for each, value in zip(whole, part, strict=True))


def _set(name: Figure) -> tuple[bool, ...]:
    return tuple(each is not None for each in name)


def _levels(name: Figure) -> Iterator[tuple[bool, ...]]:
    """The ways in which a sum is printed in parts: of the total each margin, and the cells; of a margin its cells."""
    size = len(name)
    cells = (True,) * size
    if _set(name) == cells:
        return
    yield cells
    if not any(_set(name)) and size > 1:
        yield from (tuple(each == at for each in range(size)) for at in range(size))
