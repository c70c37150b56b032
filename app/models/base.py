"""What every table shares: the declarative base, the names of constraints, moments in UTC and ids."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import DateTime, Dialect, MetaData
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

__all__ = ["Base", "Stamp", "is_id", "new_id"]

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

# Named constraints can be dropped by name on both engines; unnamed ones cannot be altered on SQLite.
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Stamp(TypeDecorator[datetime]):
    """A moment: aware UTC going in and coming out, on both engines.

    SQLite keeps no time zone and PostgreSQL answers in the zone of the connection; this type hides
    both. A datetime without a zone is refused with ValueError, for it names no moment.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware moment into what the engine stores: UTC, on SQLite without the zone."""
        if value is None:
            return None
        if value.tzinfo is None or value.utcoffset() is None:
            raise ValueError("a datetime without a time zone does not name a moment")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn what the engine stored back into an aware UTC moment."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The parent of every table; `Mapped[datetime]` means a `Stamp` without saying so."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: Stamp}


def new_id() -> str:
    """Return a fresh random id: a UUID of version 4 as 36 characters, which nobody can guess."""
    return str(uuid.uuid4())


def is_id(text: str) -> bool:
    """Whether ``text`` can be an id at all (a text with a NUL, for one, would upset PostgreSQL)."""
    return _ID.fullmatch(text) is not None
