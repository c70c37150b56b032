"""Filling: a whole world into one store, copy by copy, in memory that does not grow with it."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import perf_counter

from app.access.desk import House
from app.casework import name_index
from benchmarks.small_house import NotUsable, cases_in
from benchmarks.world.accounts import People, settle, trained
from benchmarks.world.calendar import batches
from benchmarks.world.courses import BEGINS, grow
from benchmarks.world.making import Maker
from benchmarks.world.mould import Mould, Target
from benchmarks.world.names import Names
from benchmarks.world.nursery import Nursery, nursery
from benchmarks.world.places import SHELTERS, posts
from benchmarks.world.references import References
from benchmarks.world.writing import filling
from tests.inspect import reading

# Called with the cases that are done, of how many, and the moment (`perf_counter`) at which it began.
Progress = Callable[[int, int, float], None]


@dataclass(frozen=True, slots=True)
class Filled:
    """What came of it: rows by table, the seconds it took, and who works there."""

    counts: dict[str, int]
    seconds: float
    people: People

    @property
    def per_second(self) -> float:
        """Cases a second."""
        return self.counts["case_file"] / self.seconds


@contextmanager
def grown(cases: int) -> Iterator[Nursery]:
    """A nursery, in a folder that is gone afterwards, with every pattern of which a world of so many cases is made."""
    with (
        tempfile.TemporaryDirectory(prefix="waymark-nursery-") as folder,
        nursery(Path(folder), BEGINS, random.Random(0)) as small,
    ):
        grow(small, cases)
        yield small


def fill(
    house: House, small: Nursery, cases: int, *, seed: int, password: str, until: datetime, owner_url: str = "",
    progress: Progress = lambda _done, _of, _began: None,
) -> Filled:
    """Fill the store of ``house``, which must hold no case, with copies of what was grown; what came of it.

    until: aware UTC; the last acts of the world lie in the weeks before its day. owner_url: see `filling`. The same
    seed, size and day make the same world but for keys and what is sealed, signed and hashed with them: those have to
    be random. All of it is one transaction. Raises NotUsable where the store holds cases or cannot be written in.
    """
    must_be_empty(house)
    began, dice = perf_counter(), random.Random(seed)
    with filling(house, owner_url) as (session, writer):
        if cases_in(session):
            raise NotUsable("somebody else has begun to write cases into this store")
        stored = house.passwords.hash(password)
        people = settle(session, house.policies, posts(house.policies, cases), stored, until, dice)
        blinders = {country: name_index.blinder(house.system_desk(session, country)) for country in SHELTERS}
        signers = {country: house.signing.signer(country) for country in SHELTERS}
        target = Target(people, house.keys, signers, References(seed), Names(blinders), trained(until))
        moulds: dict[int, Mould] = {}
        done = 0
        for batch in batches(small.patterns, cases, until.date(), dice):
            mould = moulds.get(batch.pattern)
            if mould is None:
                mould = moulds[batch.pattern] = Maker(small, small.patterns[batch.pattern], target).make()
            moved = mould.moved(batch.by)
            for _ in range(batch.copies):
                for row in mould.pour(moved, batch.by, target, dice):
                    writer.take(row)
                done += mould.cases
                if writer.settle():
                    progress(done, cases, began)
        writer.settle(all_of_it=True)
        progress(done, cases, began)
    return Filled(dict(writer.counts), perf_counter() - began, people)


def must_be_empty(house: House) -> None:
    """Raise NotUsable unless the store of a house holds no case."""
    with reading(house.db) as session:
        cases = cases_in(session)
    if cases:
        raise NotUsable(f"the store holds {cases} cases; a world needs an empty one, and nothing was changed")
