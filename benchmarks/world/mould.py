"""A mould: one pattern as slots and acts, of which copies are poured, each with its own ids, names, days and keys."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from app.kit.crypto import KeyRing
from app.kit.signing import Signer
from benchmarks.world.accounts import Account, People, new_id_of
from benchmarks.world.names import Names
from benchmarks.world.persons import AGES, CHILDREN, SLOTS
from benchmarks.world.places import FOR_CHILDREN, SHELTERS
from benchmarks.world.references import References

# By how much a copy may be earlier or later in the day than its pattern (03:00 UTC): every act keeps its day in all six
# countries, from Myanmar (UTC+6:30) to China (UTC+8).
EARLIEST: Final = -2 * 3600
LATEST: Final = 7 * 3600
# Fills one slot from others that were filled before.
Act = Callable[[list[Any]], None]
Row = tuple[str, tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Target:
    """The store that is filled: its people, and the keys with which it seals and signs.

    trained: from when until when the trainings of its people count.
    """

    people: People
    keys: KeyRing
    signers: dict[str, Signer]
    references: References
    names: Names
    trained: tuple[date, date]


@dataclass(slots=True)
class Mould:
    """Slots by what fills them; every number is a place in the list of values of one copy.

    base: what is the same in every copy, None elsewhere. days, moments: with what the pattern says there; acts of the
    course, whose time of day changes with the copy, are ``acts``. staff, trainings: by scratch office and role.
    """

    name: str
    cases: int
    band: str
    nationality: str
    opened: date
    base: list[Any] = field(default_factory=list)
    ids: list[int] = field(default_factory=list)
    days: list[tuple[int, date, bool]] = field(default_factory=list)
    moments: list[tuple[int, datetime, Callable[[datetime], Any]]] = field(default_factory=list)
    acts: list[tuple[int, datetime, Callable[[datetime], Any]]] = field(default_factory=list)
    staff: dict[tuple[str, str], list[tuple[int, str]]] = field(default_factory=dict)
    shelters: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    references: list[tuple[int, str, datetime]] = field(default_factory=list)
    names: dict[str, int] = field(default_factory=dict)
    born: list[int] = field(default_factory=list)
    steps: list[Act] = field(default_factory=list)
    rows: list[tuple[str, Callable[[Sequence[Any]], tuple[Any, ...]]]] = field(default_factory=list)
    persons: list[tuple[int, str, tuple[str, ...]]] = field(default_factory=list)

    def moved(self, by: timedelta) -> list[Any]:
        """The values of every copy that lies ``by`` (whole days) from its pattern; acts still lack their hour."""
        values = self.base.copy()
        for slot, day, as_text in self.days:
            moved = day + by
            values[slot] = moved.isoformat() if as_text else moved
        for slot, moment, said in self.moments:
            values[slot] = said(moment + by)
        return values

    def pour(self, moved: list[Any], by: timedelta, target: Target, dice: random.Random) -> Iterator[Row]:
        """The rows of one copy, parents first; ``moved``: what `moved` gave for ``by``."""
        values = moved.copy()
        for slot in self.ids:
            values[slot] = new_id_of(dice)
        later = by + timedelta(seconds=dice.randrange(EARLIEST, LATEST), microseconds=dice.randrange(1_000_000))
        for slot, moment, said in self.acts:
            values[slot] = said(moment + later)
        for slot, head, opened in self.references:
            values[slot] = target.references.next(head, (opened + by).year)
        self._cast(values, target.people, dice)
        self._name(values, by, target.names, dice)
        for step in self.steps:
            step(values)
        for table, row in self.rows:
            yield table, row(values)
        for slot, country, lines in self.persons:
            said = [values[self.names[word]] for word in lines]
            for digest in target.names.digests(country, said):
                yield "name_key", (values[slot], digest)

    def _cast(self, values: list[Any], people: People, dice: random.Random) -> None:
        """Who acts: everybody of one shelter by the same people of another shelter of the country."""
        there = {}
        for shelter, slots in self.shelters.items():
            country = next(each for each, houses in SHELTERS.items() if shelter in houses)
            houses = [house for house in SHELTERS[country] if self.band in CHILDREN or house != FOR_CHILDREN]
            there[shelter] = dice.choice(houses)
            for slot, what in slots:
                values[slot] = people.offices[there[shelter]] if what == "id" else there[shelter]
        for (office, role), slots in self.staff.items():
            account: Account = dice.choice(people.posts[there.get(office, office), role])
            for slot, kind in slots:
                values[slot] = account.trainings[kind] if kind else account.actor.id

    def _name(self, values: list[Any], by: timedelta, names: Names, dice: random.Random) -> None:
        told = dict(zip(SLOTS, names.person(self.nationality, dice), strict=True))
        for word, slot in self.names.items():
            values[slot] = told[word]
        youngest, oldest = AGES[self.band]
        for slot in self.born:
            values[slot] = (self.opened + by).year - dice.randint(youngest, oldest)
