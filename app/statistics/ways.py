"""The ways in which one more person can come to stand in a figure, while all else that is told stays as it is. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice, product
from typing import Final, Protocol

from app.statistics.hiding import Figure, Key
from app.statistics.linked import Change, Known, People, Place, Record, Seen, Shown

__all__ = ["A_FEW", "NEAREST", "Beside", "Ways"]

# So many ways are tried to protect a figure, among so many people on each side. What is not found by then costs more
# hidden figures, never a figure that is found out.
TRIES: Final = 4_000
NEAREST: Final = 40
A_FEW: Final = 8


class Room(Protocol):
    """How often changes can still be made."""

    def left(self, at: int, key: Key) -> int:
        """By how much a cell can still fall, and be listed."""


class Beside(Protocol):
    """The tables and people among which ways are looked for (together.py)."""

    tables: Sequence[Known]
    told: list[set[Figure]]

    def around(self, at: int) -> Sequence[People]:
        """Those among whom ways are looked for that concern a table."""

    def inside(self, at: int, name: Figure) -> Sequence[People]:
        """Some who stand in a figure."""

    def cell(self, at: int, record: Record) -> Key:
        """Where somebody stands in a table."""

    def mixed(self, one: People, other: People, share: frozenset[int]) -> People:
        """Who ``one`` is with what is recorded of ``other`` under ``share``."""

    def without(self, at: int) -> list[People]:
        """Some who are not in a table."""

    def effect(self, before: Sequence[People], after: Sequence[People]) -> Mapping[tuple[int, Key], int]:
        """How the cells of each table change."""

    def seen(self, cells: Mapping[tuple[int, Key], int]) -> Seen | None:
        """What of it would be seen; None where a cell is not listed."""

    def is_listed(self, at: int, key: Key) -> bool:
        """Whether a cell has somebody in it, and may change."""

    def is_fixed(self, at: int, name: Figure) -> bool:
        """Whether a figure is public already."""


# Who changes, and what they become.
_Exchange = tuple[tuple[People, ...], tuple[People, ...]]
# What somebody lacks, and the tables in which they stand.
_Lack = tuple[tuple[Place, ...], frozenset[int]]
_Lacking = list[tuple[tuple[Place, ...], People]]


class Ways:
    """The ways in which one more person can come to stand in a figure."""

    def __init__(self, beside: Beside, at: int, name: Figure, room: Room) -> None:
        self._beside, self._at, self._name, self._room = beside, at, name, room
        table = beside.tables[at]
        fixed = [place for place, value in zip(table.reads, name, strict=True) if value is not None]
        # What somebody must have to stand in it.
        self._needs = tuple(sorted({*fixed, *(place for way in table.lets_in for place in way)}))
        self._sees = [each.sees for each in beside.tables]
        self._reads = frozenset(each for each, _ in table.reads)
        inside = beside.inside(at, name)
        # Whoever is told of in this very table, where nothing can be hidden any more, stays where they are.
        self._outside = [each for each in beside.around(at) if not self._holds(each) and not self._is_fixed(each)]
        models: dict[tuple[str, ...], People] = {}
        for each in inside:
            models.setdefault(self._part(each, self._needs), each)
        self._models = list(islice(models.values(), 8))
        self._inside = inside
        self._by_part: dict[tuple[Place, ...], dict[tuple[str, ...], list[People]]] = {}

    def all(self, tries: int = TRIES) -> Iterator[tuple[Change, Shown]]:
        """Each way, with what is told that it would change; there may be nothing, or it has to go with another way."""
        for before, after in self._candidates(tries):
            cells = self._beside.effect(before, after)
            seen = self._beside.seen(cells)
            if seen is not None:
                yield Change(before, after, cells, seen.touches), seen.shown

    def _candidates(self, tries: int) -> Iterator[_Exchange]:
        for each in self._inside[: min(NEAREST, tries // 4)]:
            # Somebody more, of whom no table tells anything: like somebody who is there, or like them here alone.
            yield (), (each,)
            yield (), (self._elsewhere_unknown(each),)
        lacking = [(model, self._lacking(model)) for model in self._models]
        yield from islice(chain.from_iterable(self._given(*each) for each in lacking), tries // 4)
        yield from islice(self._within(), tries)
        yield from islice(chain.from_iterable(self._in_exchange(*each) for each in lacking), tries // 4)

    def _elsewhere_unknown(self, each: People) -> People:
        """Somebody who stands in the figure as ``each`` does, and in no other table that can be left."""
        beside, needs = self._beside, {at for at, _ in self._needs}
        for at in sorted(each.tables - {self._at}):
            share = beside.tables[at].rests_on - needs
            for other in beside.without(at):
                mixed = beside.mixed(each, other, share)
                if at not in mixed.tables and self._holds(mixed):
                    each = mixed
                    break
        return each

    def _lacking(self, model: People) -> list[tuple[tuple[Place, ...], People]]:
        """Others with what they lack to stand where ``model`` stands, those first of whom it shows least."""
        elsewhere: dict[_Lack, int] = {}
        found: list[tuple[tuple[Place, ...], People]] = []
        for each in self._outside:
            lacks = tuple((at, place) for at, place in self._needs if each.record[at][place] != model.record[at][place])
            if lacks:
                found.append((lacks, each))
        # Those of whom least is told come first already.
        found.sort(key=lambda one: self._shows(one[0], one[1].tables, elsewhere))
        return found[: 4 * NEAREST]

    def _shows(
        self, lacks: tuple[Place, ...], tables: frozenset[int], known: dict[_Lack, int]
    ) -> int:
        """In how many ways what somebody lacks is read by the other tables in which they stand."""
        found = known.get((lacks, tables))
        if found is None:
            share = {at for at, _ in lacks}
            found = known[lacks, tables] = sum(
                len(share & self._sees[at]) for at in tables if at != self._at
            )
        return found

    def _given(self, model: People, lacking: _Lacking) -> Iterator[_Exchange]:
        """Those who get what they lack by themselves."""
        for lacks, one in lacking:
            share = frozenset(at for at, _ in lacks)
            # Who was not in the table at all may lack what it reads of others as well.
            wholly = frozenset(at for at in self._reads if one.record[at] != model.record[at])
            for each in {share, share | wholly if self._at not in one.tables else share}:
                got = self._beside.mixed(one, model, each)
                if self._holds(got):
                    yield (one,), (got,)

    def _within(self) -> Iterator[_Exchange]:
        """Two of this table who exchange what makes one of them stand in the cell: its sums stay as they are."""
        cell = self._name
        if None in cell:
            return
        groups: dict[Key, list[People]] = defaultdict(list)
        for each in self._outside:
            if self._at in each.tables:
                groups[self._beside.cell(self._at, each.record)].append(each)
        squares = []
        having: dict[tuple[int, ...], list[Key]] = {}
        for one in groups:
            takes = tuple(at for at, value in enumerate(cell) if one[at] != value)
            if takes not in having:
                having[takes] = [each for each in groups if all(each[at] == cell[at] for at in takes)]
            for other in having[takes]:
                last = tuple(one[at] if at in takes else value for at, value in enumerate(other))
                corners = (one, other, last, tuple(map(str, cell)))
                if all(self._beside.is_listed(self._at, each) for each in corners):
                    new = sum(each in self._beside.told[self._at] for each in corners)
                    squares.append((new, len(takes), one, other, takes))
        reads = self._beside.tables[self._at].reads
        for _, _, one, other, takes in sorted(squares):
            share = frozenset(reads[at][0] for at in takes)
            for pair in product(groups[one][:A_FEW], groups[other][:A_FEW]):
                if not (self._room.left(self._at, one) and self._room.left(self._at, other)):
                    break
                yield from self._exchanged(*pair, share)

    def _in_exchange(self, model: People, lacking: _Lacking) -> Iterator[_Exchange]:
        """Those who get it from somebody who has it, and give theirs for it."""
        for lacks, one in lacking:
            share = frozenset(at for at, _ in lacks)
            for other in self._having(lacks, model)[: NEAREST // 2]:
                if other != one:
                    yield from self._exchanged(one, other, share)

    def _exchanged(self, one: People, other: People, lacks: frozenset[int]) -> Iterator[_Exchange]:
        for share in {lacks, self._closed(one, other, lacks)}:
            both = self._beside.mixed(one, other, share), self._beside.mixed(other, one, share)
            if self._holds(both[0]) and not self._holds(both[1]):
                yield (one, other), both

    def _closed(self, one: People, other: People, share: frozenset[int]) -> frozenset[int]:
        """``share`` with all that hangs together with it in the other tables, so that those see a whole exchange."""
        grown = set(share)
        differ = {at for at, (mine, theirs) in enumerate(zip(one.record, other.record, strict=True)) if mine != theirs}
        keeps = {at for at, _ in self._needs} - share
        parts = [
            differ & sees
            for at, sees in enumerate(self._sees)
            if at != self._at and (at in one.tables or at in other.tables)
        ]
        again = True
        while again:
            again = False
            for part in parts:
                if part & grown and not part <= grown and not part & keeps:
                    grown |= part
                    again = True
        return frozenset(grown)

    def _having(self, lacks: tuple[Place, ...], model: People) -> list[People]:
        """Others outside the figure who have what is lacked."""
        found = self._by_part.get(lacks)
        if found is None:
            found = defaultdict(list)
            for each in self._outside:
                found[self._part(each, lacks)].append(each)
            self._by_part[lacks] = found
        return found.get(self._part(model, lacks), [])

    def _is_fixed(self, each: People) -> bool:
        return self._at in each.tables and self._beside.is_fixed(self._at, self._beside.cell(self._at, each.record))

    def _holds(self, each: People) -> bool:
        if self._at not in each.tables:
            return False
        cell = self._beside.cell(self._at, each.record)
        return all(value is None or value == mine for value, mine in zip(self._name, cell, strict=True))

    @staticmethod
    def _part(each: People, places: tuple[Place, ...]) -> tuple[str, ...]:
        return tuple(each.record[at][place] for at, place in places)
