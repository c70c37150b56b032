"""Nursery: a small house on SQLite in which cases are grown through the real services, and read off as patterns.

A pattern is everything that was written for one case, and for whatever belongs to it in another country, at one moment
of its course. Nothing of it stays in the house: what grew is rolled back, so that each course begins alone.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Table, func, literal_column, select

from app.access.desk import House
from app.casework import name_index
from app.demo.stage import Stage
from app.kit import migrate
from app.kit.clock import SettableClock
from app.main import open_house
from app.models.base import Base
from app.settings import Settings
from benchmarks.world.accounts import People, settle, trained
from benchmarks.world.persons import SLOTS
from benchmarks.world.places import HOMES, SHELTERS, posts
from benchmarks.world.tokens import Tokens
from tests.factories.houses import CHEAP
from tests.inspect import writing

# Every act of a course falls into the first minutes after this hour (UTC), in the forenoon of all six countries; a copy
# may be moved by some hours without any of its acts changing its day.
HOUR: Final = time(3, 0, tzinfo=UTC)
TABLES: Final[tuple[Table, ...]] = tuple(Base.metadata.sorted_tables)
# Of whoever grew a case nothing is taken along but the case: who looked, what was answered twice, how the house stands.
LEFT_OUT: Final = frozenset({"access_entry", "idempotency_key", "login_session", "name_key"})


@dataclass(frozen=True, slots=True)
class Pattern:
    """One grown case: its rows by table, how many of a thousand cases are like it, and when its last act was.

    ended: nothing more is done about it, so that it may lie years back. cases: how many cases it holds (two where a
    referral has opened one in the other country).
    """

    name: str
    weight: int
    ended: bool
    last: date
    rows: dict[str, list[dict[str, Any]]] = field(repr=False)

    @property
    def cases(self) -> int:
        """How many cases it holds."""
        return len(self.rows.get("case_file", ()))

    @property
    def entries(self) -> int:
        """How many history entries it holds."""
        return len(self.rows.get("history_entry", ()))


class Nursery:
    """The house, its people and its stage; `grow` opens a transaction, `keep` reads off, `aside` tries another end."""

    def __init__(self, house: House, clock: SettableClock, people: People) -> None:
        """house: on SQLite, with the offices and accounts of ``people``; clock: the same as the house's."""
        self.house, self.clock, self.people = house, clock, people
        self.stage = Stage(house, clock, people.cast())
        self.patterns: list[Pattern] = []
        self.trained = trained(clock.now())
        signers = [house.signing.signer(country).key_id for country in SHELTERS]
        self.tokens = Tokens([*SLOTS, *HOMES.values(), *signers])
        self._before: dict[str, int] = {}

    @contextmanager
    def grow(self, begins: date) -> Iterator[Stage]:
        """A course that begins on a day, all of it undone when the block ends; its patterns are kept."""
        self.clock.set(datetime.combine(begins, HOUR))
        with self.stage.sitting():
            whole = self.stage.session.begin_nested()
            self._before = {table.name: self._last_of(table) for table in TABLES}
            yield self.stage
            self.stage.deliver()
            whole.rollback()

    @contextmanager
    def aside(self) -> Iterator[None]:
        """What the block does is read off and then undone, and the clock goes back: another end of the same course."""
        self.stage.deliver()
        now, branch = self.clock.now(), self.stage.session.begin_nested()
        yield
        self.stage.deliver()
        branch.rollback()
        self.clock.set(now)

    def later(self, days: int) -> None:
        """So many days later, at the hour at which acts begin."""
        self.stage.deliver()
        self.clock.set(datetime.combine(self.clock.now().date() + timedelta(days=days), HOUR))

    def keep(self, name: str, weight: int, *, ended: bool = False) -> None:
        """Read off what has been written in this course so far; see `Pattern`."""
        self.stage.deliver()
        found: dict[str, list[dict[str, Any]]] = {}
        for table in TABLES:
            if table.name in LEFT_OUT:
                continue
            fresh = select(table).where(literal_column("rowid") > self._before[table.name])
            rows = [dict(row) for row in self.stage.session.execute(fresh).mappings()]
            if rows:
                found[table.name] = rows
        self.patterns.append(Pattern(name, weight, ended, self.clock.now().date(), found))

    def _last_of(self, table: Table) -> int:
        query = select(func.coalesce(func.max(literal_column("rowid")), 0)).select_from(table)
        return int(self.stage.session.execute(query).scalar_one())


@contextmanager
def nursery(folder: Path, begins: date, dice: random.Random) -> Iterator[Nursery]:
    """An empty nursery in a folder of its own, with one person in every post; its clock stands at ``begins``."""
    settings = Settings(environment="demo", var=folder, database_url=f"sqlite:///{folder / 'nursery.db'}")
    migrate.upgrade(settings.database_url)
    clock = SettableClock(datetime.combine(begins, HOUR))
    house = open_house(settings, clock, CHEAP)
    try:
        with writing(house.db) as session:
            people = settle(session, house.policies, posts(house.policies, 0), "nobody-signs-in", clock.now(), dice)
            for country in SHELTERS:
                # Made now, or the key of a country's index would seem to belong to its first case.
                name_index.blinder(house.system_desk(session, country))
        yield Nursery(house, clock, people)
    finally:
        house.db.dispose()
