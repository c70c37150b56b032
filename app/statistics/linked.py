"""Public tables of the same people, and those people as records of all that the tables read of them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from app.statistics.hiding import Figure, Key

__all__ = ["YES", "Change", "Known", "People", "Place", "Record", "Seen", "Shown", "fixed", "names"]

# What is recorded of somebody: for each attribute all that is read from it, which is only ever exchanged together.
Record = tuple[tuple[str, ...], ...]
# Something that is read: an attribute, and the place in it.
Place = tuple[int, int]
YES: Final = "yes"
# Figures that are told (table, figure), with how much a change adds to each.
Shown = frozenset[tuple[int, Figure, int]]


@dataclass(frozen=True, slots=True)
class Known:
    """A public table, or the new one.

    reads: where each dimension is read. lets_in: in each way in which somebody can be in the table, the places that all
    have to say yes. told: the figures that the public knows, of all its releases. hid: those that it hides (of a new
    table: that it has to hide whatever happens). counted: its cells when it was released; of the new table as they are
    now.
    """

    reads: tuple[Place, ...]
    lets_in: tuple[frozenset[Place], ...]
    told: frozenset[Figure]
    hid: frozenset[Figure]
    counted: Mapping[Key, int]
    smallest: int

    def holds(self, record: Record) -> bool:
        """Whether somebody is in it."""
        return any(all(record[at][place] == YES for at, place in way) for way in self.lets_in)

    @property
    def rests_on(self) -> frozenset[int]:
        """The attributes that decide who is in it."""
        return frozenset(at for way in self.lets_in for at, _ in way)

    @property
    def sees(self) -> frozenset[int]:
        """The attributes of which it shows something."""
        return self.rests_on | {at for at, _ in self.reads}


@dataclass(frozen=True, slots=True)
class People:
    """People with the same record who stand in the same tables (their places in the list of tables)."""

    record: Record
    tables: frozenset[int]


@dataclass(frozen=True, slots=True)
class Change:
    """What somebody becomes: ``before`` are gone, ``after`` are there instead; each once."""

    before: tuple[People, ...]
    after: tuple[People, ...]
    cells: Mapping[tuple[int, Key], int]
    # Told figures of the new table that it touches.
    touches: frozenset[Figure]


@dataclass(frozen=True, slots=True)
class Seen:
    """What would be seen of a change: of figures that are told, and of cells of the new table that could be hidden."""

    shown: Shown
    touches: frozenset[Figure]


@lru_cache(maxsize=20_000)
def names(key: Key) -> tuple[Figure, ...]:
    """The figures in which a cell is counted."""
    size = len(key)
    sums = [tuple(value if each == at else None for each in range(size)) for at, value in enumerate(key)]
    return (key, *(sums if size > 1 else ()), (None,) * size)


def fixed(name: Figure) -> int:
    return sum(value is not None for value in name)
