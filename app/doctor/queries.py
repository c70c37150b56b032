"""Every SELECT of the doctor: counts, moments and wrapped keys, nothing about anybody."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, func, or_, select, text
from sqlalchemy.orm import Session

from app.casework.checkpoints import newest
from app.casework.outbox import FIRST_OF_LINE
from app.kit.crypto import DESTROYED
from app.models.office import Office
from app.models.outbox import OutboxRow
from app.models.person import DataKey
from app.models.user import User
from app.upkeep.queries import Outbox, outbox_of, unrung_of

__all__ = [
    "failing", "locked_out", "newest_checkpoint", "old_transactions", "outbox_at_home", "room_for_connections",
    "server_time", "server_version", "some_data_keys", "staffed_countries", "unrung",
]  # fmt: skip

# As many data keys are opened from either end: another key fails at the first, and opening all is `audit seals`.
SOME: Final = 25
# An effect that failed so often does not only wait for something to be over.
TRIES: Final = 3
_KEYS: Final[Any] = DataKey.__table__
_OUTBOX: Final[Any] = OutboxRow.__table__
# Of the sessions of others a role sees no more than whose they are; what works for the server itself is nobody's.
_ROOM: Final = text(
    "SELECT (SELECT count(*) FROM pg_stat_activity WHERE usesysid IS NOT NULL) AS taken,"
    " current_setting('max_connections')::int"
    " - current_setting('superuser_reserved_connections')::int"
    " - coalesce(current_setting('reserved_connections', true)::int, 0) AS room,"
    " (SELECT rolconnlimit FROM pg_roles WHERE rolname = current_user) AS of_role,"
    " (SELECT count(*) FROM pg_stat_activity WHERE usename = current_user) AS taken_by_role,"
    " (SELECT datconnlimit FROM pg_database WHERE datname = current_database()) AS of_database,"
    " (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()) AS taken_in_database"
)
_OLD: Final = text(
    "SELECT (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND xact_start < now() - :age) AS running,"
    " (SELECT count(*) FROM pg_prepared_xacts WHERE database = current_database() AND prepared < now() - :age)"
    " AS prepared"
)
_NOT_READ: Final = text(
    "SELECT c.relname FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')"
    " AND c.relname = ANY(:names) AND NOT has_table_privilege(current_user, c.oid, 'SELECT') ORDER BY c.relname"
)


def some_data_keys(session: Session) -> list[bytes]:
    """The newest and the oldest wrapped data keys that were not destroyed."""
    query = select(_KEYS.c.id, _KEYS.c.wrapped).where(_KEYS.c.wrapped != DESTROYED).limit(SOME)
    found: dict[str, bytes] = {}
    for order in (_KEYS.c.created_at, _KEYS.c.created_at.desc()):
        found |= {row.id: row.wrapped for row in session.execute(query.order_by(order))}
    return list(found.values())


def staffed_countries(session: Session) -> set[str]:
    """The countries in whose offices there are accounts."""
    query = select(Office.country).join(User, User.office_id == Office.id).distinct()
    return set(session.execute(query).scalars())


def outbox_at_home(session: Session, now: datetime, far: list[str]) -> Outbox:
    """What the worker can carry out by itself: what is first of its line and goes to none of the partners ``far``."""
    return outbox_of(session, now, FIRST_OF_LINE, _at_home(far))


def failing(session: Session, far: list[str]) -> list[tuple[str, int]]:
    """The words with which effects failed again and again, each with how many; none of what they were about."""
    query = (
        select(_OUTBOX.c.last_error, func.count())
        .where(_OUTBOX.c.done_at.is_(None), _OUTBOX.c.attempts >= TRIES, _at_home(far))
        .group_by(_OUTBOX.c.last_error)
        .order_by(func.count().desc())
    )
    return [(word or "", count) for word, count in session.execute(query).all()]


def _at_home(far: list[str]) -> ColumnElement[bool]:
    """What goes to none of the partners ``far``: each of these has a lane of its own, and rests when nobody answers."""
    return or_(_OUTBOX.c.to_country.is_(None), _OUTBOX.c.to_country.not_in(far))


def unrung(session: Session, before: datetime) -> int:
    """How many duties should have been rung before that moment."""
    return unrung_of(session, before)


def newest_checkpoint(session: Session) -> Row[Any] | None:
    """The newest checkpoint without its lines."""
    return newest(session)


def server_version(session: Session) -> int:
    """The main version of PostgreSQL, such as 15."""
    return int(session.execute(text("SHOW server_version_num")).scalar_one()) // 10_000


def server_time(session: Session) -> datetime:
    """What time it is for PostgreSQL, this very moment."""
    moment: datetime = session.execute(text("SELECT clock_timestamp()")).scalar_one()
    return moment


def room_for_connections(session: Session) -> int:
    """How many more connections PostgreSQL has for the role that asks."""
    row = session.execute(_ROOM).one()
    left = [row.room - row.taken]
    left += [row.of_role - row.taken_by_role] if row.of_role >= 0 else []
    left += [row.of_database - row.taken_in_database] if row.of_database >= 0 else []
    return int(min(left))


def old_transactions(session: Session, age: timedelta) -> tuple[int, int]:
    """How many transactions are older than ``age``: running ones, as far as the role sees them, and prepared ones."""
    row = session.execute(_OLD, {"age": age}).one()
    return int(row.running), int(row.prepared)


def locked_out(session: Session, names: list[str]) -> list[str]:
    """Which of these tables the role that asks may not read."""
    return list(session.execute(_NOT_READ, {"names": names}).scalars())
