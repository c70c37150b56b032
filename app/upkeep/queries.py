"""Every SELECT of the upkeep room: counts and ages, nothing about anybody. Callers have checked `upkeep:read`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, text
from sqlalchemy.orm import Session

from app.access import rows
from app.access.desk import Desk
from app.casework.checkpoints import newest
from app.casework.tasks import OPEN, TABLE
from app.models.access_log import AccessEntry
from app.models.case import Case, CaseFactsRow
from app.models.history import HistoryEntry
from app.models.outbox import OutboxRow
from workflows import care
from workflows.care import Care
from workflows.identification import Identification

__all__ = [
    "Outbox", "closed_cases_before", "closing_steps", "looks_before", "newest_checkpoint", "outbox", "outbox_of",
    "revision", "size", "unrung", "unrung_of",
]  # fmt: skip

_OUTBOX: Final[Any] = OutboxRow.__table__
_LOOKS: Final[Any] = AccessEntry.__table__
_CASES: Final[Any] = Case.__table__
_FACTS: Final[Any] = CaseFactsRow.__table__
_HISTORY: Final[Any] = HistoryEntry.__table__
_SCREENED_OUT: Final = (Identification.SCREENED_OUT.value, Identification.NOT_IDENTIFIED.value)


@dataclass(frozen=True, slots=True)
class Outbox:
    """What the worker has to do: how much waits, how much is due now and since when, and when it last did something."""

    waiting: int
    due: int
    due_since: datetime | None
    failing: int
    done_at: datetime | None


def outbox(desk: Desk) -> Outbox:
    """The outbox of the actor's country, in counts."""
    with rows.as_the_house(desk.session, desk.actor.country):
        return outbox_of(desk.session, desk.now, _OUTBOX.c.country == desk.actor.country)


def outbox_of(session: Session, now: datetime, *which: ColumnElement[bool]) -> Outbox:
    """Some of the outbox in counts: the rows of these conditions. The caller has seen to it that they are in reach."""
    open_, due = _OUTBOX.c.done_at.is_(None), _OUTBOX.c.next_at <= now
    query = select(
        func.count().filter(open_).label("waiting"),
        func.count().filter(and_(open_, due)).label("due"),
        func.min(_OUTBOX.c.next_at).filter(and_(open_, due)).label("due_since"),
        func.count().filter(and_(open_, _OUTBOX.c.attempts > 0)).label("failing"),
        func.max(_OUTBOX.c.done_at).label("done_at"),
    ).where(*which)
    row = session.execute(query).one()
    return Outbox(row.waiting, row.due, row.due_since, row.failing, row.done_at)


def unrung(desk: Desk, before: datetime) -> int:
    """How many duties of the country should have been rung before that moment, for the first time or again."""
    with rows.as_the_house(desk.session, desk.actor.country):
        return unrung_of(desk.session, before, TABLE.c.country == desk.actor.country)


def unrung_of(session: Session, before: datetime, *which: ColumnElement[bool]) -> int:
    """The same of the duties of these conditions. The caller has seen to it that they are in reach."""
    first = and_(TABLE.c.missed_at.is_(None), TABLE.c.due_at < before)
    late = or_(first, TABLE.c.next_rung_at < before)
    return int(session.execute(select(func.count()).where(*which, TABLE.c.state == OPEN, late)).scalar_one())


def closing_steps() -> tuple[str, ...]:
    """The names of the steps that close a case."""
    return tuple(sorted({step.name for step in care.STEPS if Care.CLOSED in step.targets()}))


def closed_cases_before(desk: Desk, moment: datetime, *, child: bool, screened_out: bool) -> int:
    """How many cases of the country were closed before ``moment``.

    ``child``: of people who were a child when the case opened, or of the others. ``screened_out``: those in which the
    person was not found to be trafficked, or the others.
    """
    closed_at = (
        select(func.max(_HISTORY.c.happened_at))
        .where(_HISTORY.c.subject_id == _CASES.c.id, _HISTORY.c.step.in_(closing_steps()))
        .scalar_subquery()
    )
    out = _CASES.c.identification.in_(_SCREENED_OUT)
    wanted = (
        _CASES.c.country == desk.actor.country, _CASES.c.care == Care.CLOSED.value, closed_at < moment,
        _FACTS.c.child.is_(child), out if screened_out else ~out,
    )  # fmt: skip
    query = select(func.count()).select_from(_CASES.join(_FACTS, _FACTS.c.case_id == _CASES.c.id)).where(*wanted)
    return _counted(desk, query)


def looks_before(desk: Desk, moment: datetime) -> int:
    """How many entries of the book of looks of the country are older than ``moment``."""
    query = select(func.count()).where(_LOOKS.c.country == desk.actor.country, _LOOKS.c.at < moment)
    return _counted(desk, query)


def revision(desk: Desk) -> str:
    """Which migration the tables are at."""
    return str(desk.session.execute(text("SELECT version_num FROM alembic_version")).scalar_one())


def newest_checkpoint(desk: Desk) -> Any:
    """The newest checkpoint without its lines; None if there is none. Checkpoints belong to no country."""
    with rows.as_the_house(desk.session, desk.actor.country):
        return newest(desk.session)


def size(desk: Desk) -> int:
    """How many bytes the database takes on its disk."""
    if desk.session.get_bind().dialect.name == "sqlite":
        pages = desk.session.execute(text("PRAGMA page_count")).scalar_one()
        return int(pages) * int(desk.session.execute(text("PRAGMA page_size")).scalar_one())
    return int(desk.session.execute(text("SELECT pg_database_size(current_database())")).scalar_one())


def _counted(desk: Desk, query: Select[Any]) -> int:
    with rows.as_the_house(desk.session, desk.actor.country):
        return int(desk.session.execute(query).scalar_one())
