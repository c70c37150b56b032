"""Which epoch the installation is in: each restored backup begins one, chained to those before."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Row, insert, select
from sqlalchemy.orm import Session

from app.kit.canonical import canonical_bytes
from app.models.base import new_id
from app.models.epoch import Epoch

__all__ = ["FIRST", "begin", "current", "fault", "kept", "put_back", "told"]

# Before anything was ever restored.
FIRST: Final = 1
_TABLE: Final[Any] = Epoch.__table__
_CURRENT: Final = select(_TABLE).order_by(_TABLE.c.number.desc()).limit(1)
_NAMES: Final = ("number", "id", "began_at", "backup_id", "backup_at", "prev")


def kept(session: Session) -> Sequence[Row[Any]]:
    """Every epoch that a restore began, in order."""
    return session.execute(select(_TABLE).order_by(_TABLE.c.number)).all()


def current(session: Session) -> Row[Any] | None:
    """The epoch the installation is in; None while it is the first."""
    return session.execute(_CURRENT).one_or_none()


def begin(session: Session, now: datetime, backup_id: str, backup_at: datetime) -> int:
    """Begin a new epoch at ``now``, for the backup that was restored; its number."""
    last = current(session)
    number: int = (last.number if last else FIRST) + 1
    row = {
        "number": number,
        "id": new_id(),
        "began_at": now,
        "backup_id": backup_id,
        "backup_at": backup_at,
        "prev": last.hash if last else "",
    }
    session.execute(insert(_TABLE), {**row, "hash": _hash(row)})
    return number


def fault(session: Session) -> str | None:
    """The first epoch whose row does not fit the one before it or itself; None when all do."""
    prev, number = "", FIRST
    for row in kept(session):
        number += 1
        if row.number != number or row.prev != prev or row.hash != _hash(row._asdict()):
            return f"epoch {row.number}: the row was changed, or one before it is missing"
        prev = row.hash
    return None


def told(row: Row[Any]) -> dict[str, Any]:
    """The row in words that a backup's manifest can hold."""
    return {**_told(row._asdict()), "hash": row.hash}


def put_back(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write the epochs that `told` has told of, where the tables were filled without them."""
    for each in rows:
        moments = {name: datetime.fromisoformat(each[name]) for name in ("began_at", "backup_at")}
        session.execute(insert(_TABLE), {**each, **moments})


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    values = {name: row[name] for name in _NAMES}
    return {
        name: value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
        for name, value in values.items()
    }


def _hash(row: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical_bytes(_told(row))).hexdigest()
