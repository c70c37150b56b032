"""Which figures of a new public table are not told, beside tables of the same people that are public already.

Pure, as hiding.py. Two tables may each keep a figure, and give it away together: what one hides as a sum the other may
tell. Here the people are looked at one by one, as records of all that any of the tables tells them apart by. A hidden
figure is safe where other records can be written that agree with everything that is told in every table, and in which
a small figure has reached the limit, or a large one is another number. They are written, not argued for: two people
exchange some of what is recorded of them, one person gets what is recorded of another, or somebody more is there. What
cannot be protected so costs more hidden figures of the new table, the public ones being what they are; where even
that is not enough the new table is refused (docs/decisions/0071).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Final

from app.statistics.hiding import Figure, Key, TellsTooMuch, figures
from app.statistics.linked import Change, Known, People, Record, Seen, Shown, fixed, names
from app.statistics.pairs import Pairs
from app.statistics.room import Room
from app.statistics.ways import NEAREST, Ways

__all__ = ["Beside", "drifted", "hidden_beside"]

# So many kinds of people are looked at for a figure, those first of whom least is told. The others stay as they are.
MOST: Final = 4_000


def drifted(people: Mapping[People, int], tables: Sequence[Known]) -> frozenset[Figure]:
    """Figures of the last of ``tables`` that have changed by a few since another told them of the very same people.

    They are not told: one table minus the other would tell of those few.
    """
    return frozenset(Beside(people, tables).drifted())


def hidden_beside(
    people: Mapping[People, int], tables: Sequence[Known], start: Iterable[Figure]
) -> frozenset[Figure]:
    """The figures that the last of ``tables``, the new one, does not tell.

    people: how many there are of each kind now. start: what it hides when it is looked at alone, all small figures and
    all that have drifted among them; a large figure that another table tells of the very same people is told here too.
    Raises TellsTooMuch where a hidden figure of any table cannot be protected.
    """
    return Beside(people, tables).run(start)


@dataclass(slots=True)
class Beside:
    people: Mapping[People, int]
    tables: Sequence[Known]
    gone: set[Figure] = field(default_factory=set)
    new: int = 0
    now: list[dict[Key, int]] = field(default_factory=list)
    every: list[dict[Figure, int]] = field(default_factory=list)
    then: list[dict[Figure, int]] = field(default_factory=list)
    told: list[set[Figure]] = field(default_factory=list)
    in_order: list[People] = field(default_factory=list)
    safe: set[tuple[int, Figure]] = field(default_factory=set)
    _who: dict[int, dict[Figure, frozenset[People]]] = field(default_factory=dict)
    _without: dict[int, list[People]] = field(default_factory=dict)
    _around: dict[int, list[People]] = field(default_factory=dict)
    _inside: dict[int, dict[Figure, list[People]]] = field(default_factory=dict)
    _touched: dict[frozenset[int], tuple[int, ...]] = field(default_factory=dict)
    _pairs: Pairs = field(init=False)
    # How many figures are hidden at once where nothing says which; twice as many each time.
    _at_once: int = 1

    def __post_init__(self) -> None:
        """Count every table as it is now, and as it was when it became public."""
        self._pairs = Pairs(self)
        self.new = len(self.tables) - 1
        self.now = [self._count(at) for at in range(len(self.tables))]
        self.every = [figures(cells) for cells in self.now]
        self.then = [figures(table.counted) for table in self.tables]

    def run(self, start: Iterable[Figure]) -> frozenset[Figure]:
        """Protect every hidden figure of every table, hiding more of the new one where that needs it.

        As `hidden_beside`; for whoever has asked `drifted` of the same people and tables.
        """
        mine, unknown = self.tables[self.new], self.drifted()
        self.gone = (set(start) - self._public_elsewhere()) | mine.hid | unknown
        if self.gone & mine.told:
            raise TellsTooMuch("an earlier release of the table tells what has to be hidden now")
        # What the other table tells of these is no longer true, and by how much is known to nobody.
        self.safe |= {(self.new, name) for name in unknown if self.every[self.new][name] >= mine.smallest}
        self.told = [set(table.told) for table in self.tables]
        self.told[self.new] = self.every[self.new].keys() - self.gone
        self.in_order = sorted(self.people, key=lambda each: (self.shows(each), -self.people[each], each.record))
        while open_ones := self._open():
            for at, name in open_ones:
                if (at, name) not in self.safe:
                    self._protect(at, name)
        return frozenset(self.gone)

    def _open(self) -> list[tuple[int, Figure]]:
        """What is hidden and not yet protected, the smallest first."""
        hidden = [(at, name) for at, table in enumerate(self.tables[: self.new]) for name in table.hid]
        hidden += [(self.new, name) for name in self.gone]
        return sorted(
            (each for each in hidden if each not in self.safe),
            key=lambda each: (self.then[each[0]].get(each[1], 0), each[0], str(each[1])),
        )

    def _count(self, at: int) -> dict[Key, int]:
        cells: Counter[Key] = Counter()
        for each, number in self.people.items():
            if at in each.tables:
                cells[self.cell(at, each.record)] += number
        return dict(cells)

    def hidden(self, at: int) -> frozenset[Figure]:
        """What a table does not tell."""
        return frozenset(self.gone) if at == self.new else self.tables[at].hid

    def shows(self, each: People) -> int:
        """In how many tables a change of them would show at once."""
        return sum(self.cell(at, each.record) in self.told[at] for at in each.tables)

    def around(self, at: int) -> Sequence[People]:
        """Those among whom ways are looked for that concern a table, of whom least is told first."""
        found = self._around.get(at)
        if found is None:
            inside = [number for number, each in enumerate(self.in_order) if at in each.tables][: MOST // 2]
            others = (number for number, each in enumerate(self.in_order) if at not in each.tables)
            chosen = sorted((*inside, *islice(others, MOST - len(inside))))
            found = self._around[at] = [self.in_order[number] for number in chosen]
        return found

    def inside(self, at: int, name: Figure) -> Sequence[People]:
        """Some who stand in a figure, of whom least is told first."""
        found = self._inside.get(at)
        if found is None:
            found = self._inside[at] = defaultdict(list)
            for each in self.in_order:
                if at in each.tables:
                    for stands_in in names(self.cell(at, each.record)):
                        if len(found[stands_in]) < 4 * NEAREST:
                            found[stands_in].append(each)
        return found[name]

    def mixed(self, one: People, other: People, share: frozenset[int]) -> People:
        """Who ``one`` is with what is recorded of ``other`` under ``share``."""
        own = list(one.record)
        for at in share:
            own[at] = other.record[at]
        record = tuple(own)
        touched = self._touched.get(share)
        if touched is None:
            touched = tuple(at for at, table in enumerate(self.tables) if table.rests_on & share)
            self._touched[share] = touched
        inside = {at for at in touched if self.tables[at].holds(record)} | (one.tables - frozenset(touched))
        return People(record, frozenset(inside))

    def without(self, at: int) -> list[People]:
        """Some who are not in a table, each for another reason."""
        found = self._without.get(at)
        if found is None:
            rests = sorted({place for way in self.tables[at].lets_in for place in way})
            kinds: dict[tuple[str, ...], People] = {}
            for each in self.in_order:
                if at not in each.tables:
                    kinds.setdefault(tuple(each.record[one][place] for one, place in rests), each)
            found = self._without[at] = list(kinds.values())[:NEAREST]
        return found

    def cell(self, at: int, record: Record) -> Key:
        """Where somebody stands in a table."""
        return tuple([record[attribute][place] for attribute, place in self.tables[at].reads])

    def _public_elsewhere(self) -> set[Figure]:
        """Large figures of the new table that another one tells of the very same people."""
        told: set[frozenset[People]] = set()
        for at, table in enumerate(self.tables[: self.new]):
            told |= {who for name, who in self._sets(at).items() if name in table.told}
        mine, smallest = self.tables[self.new], self.tables[self.new].smallest
        return {
            name for name, who in self._sets(self.new).items()
            if who in told and name not in mine.hid and self.every[self.new][name] >= smallest
        }  # fmt: skip

    def drifted(self) -> set[Figure]:
        """Figures of the new table that have changed by a few since another one told them of the very same people."""
        changed: set[frozenset[People]] = set()
        for at, table in enumerate(self.tables[: self.new]):
            now, then = self.every[at], self.then[at]
            few = {name for name in table.told if 0 < abs(now.get(name, 0) - then[name]) < table.smallest}
            changed |= {who for name, who in self._sets(at).items() if name in few}
        return {name for name, who in self._sets(self.new).items() if who in changed}

    def _sets(self, at: int) -> dict[Figure, frozenset[People]]:
        sets = self._who.get(at)
        if sets is None:
            found: dict[Figure, set[People]] = defaultdict(set)
            for each in self.people:
                if at in each.tables:
                    for name in names(self.cell(at, each.record)):
                        found[name].add(each)
            sets = self._who[at] = {name: frozenset(who) for name, who in found.items()}
        return sets

    def _protect(self, at: int, name: Figure) -> None:
        """Write other records for one figure, or hide what stands in the way."""
        value = self.then[at].get(name, 0)
        smallest = self.tables[at].smallest
        by = max(smallest - value, 1)
        blocked: Counter[Figure] = Counter()
        room = Room(self)
        costly: list[Change] = []
        seen: list[tuple[Change, Shown]] = []
        for change in chain(self._alone(at, name, room, seen), self._pairs.of(at, name, seen)):
            if change.touches:
                costly.append(change)
                continue
            by -= room.take(change, by)
            if by <= 0:
                self.safe.add((at, name))
                return
        for _, shown in seen:
            self._count_blocked(shown, blocked)
        # Not enough that costs nothing: hide the cells of the new table that make it enough, the cheapest first.
        hides: set[Figure] = set()
        for change in sorted(costly, key=self._cost):
            taken = room.take(change, by)
            if taken:
                hides |= change.touches
                by -= taken
            if by <= 0:
                self._hide(hides)
                self.safe.add((at, name))
                return
        if not (blocked or costly):
            raise TellsTooMuch("what is public already leaves no way to hide a figure")
        self._hide_more(blocked)

    def _alone(self, at: int, name: Figure, room: Room, seen: list[tuple[Change, Shown]]) -> Iterator[Change]:
        """The changes that show in nothing that is told; those that do are added to ``seen``."""
        for change, shown in Ways(self, at, name, room).all():
            if shown:
                seen.append((change, shown))
            else:
                yield change

    def _count_blocked(self, shown: Shown, blocked: Counter[Figure]) -> None:
        """Count the sums of the new table that stand in the way of a change, where nothing else does."""
        if not any(self.is_fixed(at, name) for at, name, _ in shown):
            for _, name, _ in shown:
                # The fewer they are, the more each of them counts.
                blocked[name] += MOST // len(shown) ** 3

    def _cost(self, change: Change) -> tuple[int, str]:
        return sum(self.every[self.new][name] for name in change.touches), str(sorted(map(str, change.touches)))

    def _hide(self, names: Iterable[Figure]) -> None:
        self.gone.update(names)
        self.told[self.new] -= self.gone

    def _hide_more(self, blocked: Mapping[Figure, int]) -> None:
        """Tell one sum less, the one that stood in the way most often; where none did, whatever is left."""
        if blocked:
            self._hide([max(blocked, key=lambda each: (blocked[each], -self.every[self.new][each], str(each)))])
            return
        left = self.told[self.new] - self.tables[self.new].told
        in_order = sorted(left, key=lambda each: (fixed(each) == 0, self.every[self.new][each], str(each)))
        self._hide(in_order[: self._at_once])
        self._at_once *= 2

    def effect(self, before: Sequence[People], after: Sequence[People]) -> Mapping[tuple[int, Key], int]:
        """How the cells of each table change."""
        cells: dict[tuple[int, Key], int] = {}
        for people, sign in ((before, -1), (after, 1)):
            for each in people:
                for at in each.tables:
                    place = (at, self.cell(at, each.record))
                    cells[place] = cells.get(place, 0) + sign
        return {place: number for place, number in cells.items() if number}

    def is_listed(self, at: int, key: Key) -> bool:
        """Whether a cell has somebody in it, now and when the table became public, and may change."""
        return key in self.now[at] and key in self.then[at] and not self.is_fixed(at, key)

    def is_fixed(self, at: int, name: Figure) -> bool:
        """Whether a figure is public already."""
        return name in self.told[at] and (at != self.new or name in self.tables[at].told)

    def seen(self, cells: Mapping[tuple[int, Key], int]) -> Seen | None:
        """What a change shows in what is told, apart from cells of the new table; None where a cell is not listed."""
        sums: dict[tuple[int, Figure], int] = defaultdict(int)
        for (at, key), number in cells.items():
            if key not in self.now[at] or key not in self.then[at]:
                return None
            for name in names(key):
                sums[at, name] += number
        touches: set[Figure] = set()
        shown: set[tuple[int, Figure, int]] = set()
        for (at, name), number in sums.items():
            if not number or name not in self.told[at]:
                continue
            if fixed(name) == len(name) and not self.is_fixed(at, name):
                touches.add(name)
            else:
                shown.add((at, name, number))
        return Seen(frozenset(shown), frozenset(touches))
