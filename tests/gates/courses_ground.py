"""Where random courses run: one database that is built once, and taken back after each course as if it never was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, bindparam, func, select, update
from sqlalchemy.orm import Session

from app.access import rows
from app.access.desk import House
from app.casework.held import OFFICE
from app.casework.tasks import TABLE as TASKS
from app.kit.clock import SettableClock
from app.kit.crypto import KeyRing
from app.kit.db import Database
from app.kit.signing import SigningKeys
from tests.conftest import START
from tests.factories import cases, referrals
from tests.factories.houses import make_house, put_offices
from tests.factories.staff import Staff, Worker, add_user, hire_staff
from tests.inspect import reading

# Where a course may begin: states of a case, and of a referral (which brings its case along).
CASE_POINTS: Final = ("reported", *cases.POINTS)
REFERRAL_POINTS: Final = ("draft", *referrals.STATES)
# What the short form begins with: few, but each of a different kind.
FEW_CASES: Final = ("reported", "recovering")
FEW_REFERRALS: Final = ("approved", "assessed", "handover_scheduled", "handed_over")
# A child goes other ways only where children have guards of their own.
FEW_OF_CHILDREN: Final = ("recovering", "assessed")


class Unkept(Database):
    """A database whose transactions, while a course runs, are savepoints of one that is never committed.

    Everything the services do is real: statements, row security, locks, constraints. Only the last word is missing,
    so that thousands of courses can start from the same rows without building them again.
    """

    _line: Connection | None = None
    # A session on the bare line: looking asks thousands of times, and a savepoint for each would cost most of it.
    glance: Session | None = None

    @contextmanager
    def course(self) -> Iterator[None]:
        """Begin; whatever is written until the block ends is gone afterwards."""
        with self._writing.connect() as connection:
            whole = connection.begin()
            self._line = connection
            self.glance = Session(connection, expire_on_commit=False, join_transaction_mode="rollback_only")
            try:
                yield
            finally:
                self._line = self.glance = None
                whole.rollback()

    @contextmanager
    def write(self) -> Iterator[Session]:
        """As `Database.write`; inside a course a savepoint, released at the end and rolled back on any exception."""
        if self._line is None:
            with super().write() as session:
                yield session
            return
        with self._part() as session:
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """As `Database.read`; inside a course it sees what the course has written."""
        if self._line is None:
            with super().read() as session:
                yield session
            return
        with self._part() as session:
            yield session

    @contextmanager
    def _part(self) -> Iterator[Session]:
        with (
            Session(self._line, expire_on_commit=False, join_transaction_mode="create_savepoint") as session,
            session.begin(),
        ):
            session.connection()
            yield session


@dataclass(frozen=True)
class Beginning:
    """A case (with its referral, where there is one) somewhere on its way, and the moment it stands at."""

    name: str
    case_id: str
    country: str
    shared_id: str
    at: datetime
    # Its duties as they stand at that moment: the clocks of the other beginnings are silent while a course runs.
    clocks: tuple[dict[str, Any], ...] = ()


@dataclass
class Ground:
    """The house over the database, its clock, the staff of two countries and the beginnings."""

    house: House
    db: Unkept
    clock: SettableClock
    staff: dict[str, Staff]
    # Somebody of another office of Thailand, who is asked to take cases over or to share in them.
    asked: Worker
    # Every office: its id -> its code.
    offices: dict[str, str] = field(default_factory=dict)
    beginnings: list[Beginning] = field(default_factory=list)

    @property
    def engine(self) -> str:
        """The name of the engine."""
        return self.db.dialect


def _begin_case(ground: Ground, point: str, child: bool) -> Beginning:
    told = {"child": True, "age_band": "15-17"} if child else {}
    case_id = cases.bring_case(ground.house, ground.staff["TH"], point, **told)
    return Beginning(_name(point, child), case_id, "TH", "", ground.clock.now())


def _begin_referral(ground: Ground, point: str, child: bool) -> Beginning:
    told = {"child": True, "age_band": "15-17"} if child else {}
    pair = referrals.bring_referral(ground.house, ground.staff["TH"], ground.staff["MM"], point, **told)
    return Beginning(_name(f"referral {point}", child), pair.case_id, "TH", pair.shared_id, ground.clock.now())


_CLOCKS: Final = ("missed_at", "next_rung_at")
_WAKE: Final = (
    update(TASKS)
    .where(TASKS.c.id == bindparam("task"))
    .values({name: bindparam(f"{name}_then", type_=TASKS.c[name].type) for name in _CLOCKS})
)


def _silenced(ground: Ground, made: Beginning) -> Beginning:
    """The beginning with its clocks, which are taken from the rows: whoever lets time pass would ring all of them."""
    known = {each["task"] for beginning in ground.beginnings for each in beginning.clocks}
    with ground.db.write() as session:
        rows.enter_everything(session)
        every = session.execute(select(TASKS.c.id, *(TASKS.c[name] for name in _CLOCKS)))
        clocks = tuple(
            {"task": row.id, **{f"{name}_then": getattr(row, name) for name in _CLOCKS}}
            for row in every
            if row.id not in known
        )
        rung_out = {"missed_at": func.coalesce(TASKS.c.missed_at, TASKS.c.opened_at), "next_rung_at": None}
        session.execute(update(TASKS).where(TASKS.c.id.in_([each["task"] for each in clocks])).values(rung_out))
    return replace(made, clocks=clocks)


def wake(ground: Ground, beginning: Beginning) -> None:
    """Give a course the clocks of its beginning back, inside its transaction."""
    if beginning.clocks:
        with looking(ground) as session:
            session.execute(_WAKE, list(beginning.clocks))
            session.flush()


def _name(point: str, child: bool) -> str:
    return f"{'child' if child else 'adult'}, {point}"


@contextmanager
def open_ground(url: str, folder: Path, *, every: bool = False) -> Iterator[Ground]:
    """The migrated database of ``url`` with staff and beginnings. ``every``: every point, not the few."""
    clock = SettableClock(START)
    signing = SigningKeys.from_folder(folder / "signing", create=True)
    db = Unkept(url)
    house = make_house(db, clock, KeyRing({1: bytes(range(7, 39))}, 1), signing)
    put_offices(house)
    ground = Ground(house, db, clock, {country: hire_staff(house, country) for country in ("TH", "MM")},
                    add_user(house, "th-datip", "case_manager"))  # fmt: skip
    for child in (False, True):
        wanted = CASE_POINTS if every else FEW_CASES
        for point in wanted:
            if every or not child or point in FEW_OF_CHILDREN:
                ground.beginnings.append(_silenced(ground, _begin_case(ground, point, child)))
        wanted = REFERRAL_POINTS if every else FEW_REFERRALS
        for point in wanted:
            if every or not child or point in FEW_OF_CHILDREN:
                ground.beginnings.append(_silenced(ground, _begin_referral(ground, point, child)))
    with looking(ground) as session:
        ground.offices.update((row.id, row.code) for row in session.execute(select(OFFICE.c.id, OFFICE.c.code)))
    try:
        yield ground
    finally:
        db.dispose()


@dataclass(frozen=True)
class World:
    """What a course can have changed, as plain values: for its cases and copies, and counts for everything else."""

    cases: dict[str, dict[str, Any]]
    copies: dict[str, dict[str, Any]]
    tasks: dict[str, tuple[Any, ...]]
    counts: tuple[int, ...]

    def still(self) -> World:
        """Without the ends of the chains: an attempt that is refused adds an entry, and nothing else."""

        def less(every: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
            loose = ("history_count", "chain_head")
            return {key: {k: v for k, v in row.items() if k not in loose} for key, row in every.items()}

        return replace(self, cases=less(self.cases), copies=less(self.copies))


@contextmanager
def looking(ground: Ground) -> Iterator[Session]:
    """A session that sees everything."""
    session = ground.db.glance
    if session is None:
        with reading(ground.house.db) as session:
            yield session
        return
    rows.enter_everything(session)
    yield session


@contextmanager
def looking_on(ground: Ground) -> Iterator[Session]:
    """The same for whoever has just looked, and looks on: entering once more would be a third of the statements."""
    if ground.db.glance is not None:
        yield ground.db.glance
        return
    with looking(ground) as session:
        yield session
