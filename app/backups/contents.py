"""What a backup holds of the tables, and how it is told in a manifest."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import func, inspect, select
from sqlalchemy.orm import Session

from app.kit.bundle import BundleBroken
from app.kit.crypto import DESTROYED, KeyMissing, KeyRing
from app.models import load_all
from app.models.base import Base
from app.models.person import DataKey

__all__ = ["DATA_KEY", "KeyRow", "Keys", "counted", "differing", "key_line", "moment_of", "tables_with_rows"]

load_all()
DATA_KEY: Final[Any] = DataKey.__table__
# Told in the manifest itself, and begun anew by a restore.
_APART: Final = frozenset({"epoch"})


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One person's data key, wrapped; ``wrapped`` is empty once the person was erased."""

    id: str
    country: str
    created_at: str
    wrapped: bytes

    def values(self) -> dict[str, Any]:
        """The row for the table."""
        return {
            "id": self.id, "country": self.country, "created_at": moment_of(self.created_at), "wrapped": self.wrapped,
        }  # fmt: skip


class Keys:
    """Collects the lines of a backup of keys, in whatever pieces they come."""

    def __init__(self, name: str) -> None:
        """``name``: of the file, for the words of a fault."""
        self._name = name
        self._rest = b""
        self.rows: dict[str, KeyRow] = {}

    def take(self, content: bytes) -> None:
        """Read one more piece; BundleBroken for a line that is none."""
        *lines, self._rest = (self._rest + content).split(b"\n")
        for line in lines:
            try:
                key_id, country, created_at, wrapped = json.loads(line)
                self.rows[key_id] = KeyRow(key_id, country, created_at, base64.b64decode(wrapped, validate=True))
            except (ValueError, TypeError):
                raise BundleBroken(f"the backup {self._name} holds a line that is no data key.") from None

    def prove(self, keys: KeyRing) -> int:
        """Open every data key once; how many were destroyed. KeyMissing names the first that does not open."""
        destroyed = 0
        for row in self.rows.values():
            if row.wrapped == DESTROYED:
                destroyed += 1
                continue
            try:
                keys.unwrap(row.wrapped)
            except KeyMissing as error:
                raise KeyMissing(f"{self._name}: the data key {row.id} does not open: {error}") from None
        return destroyed

    def chosen(self, wanted: Iterable[str], data: str) -> Iterator[KeyRow]:
        """The rows of the keys ``wanted``, in order; BundleBroken if some are not here: then these are too old."""
        names = list(wanted)
        lacking = [each for each in names if each not in self.rows]
        if lacking:
            raise BundleBroken(
                f"the backup {self._name} lacks {len(lacking)} of the data keys that {data} needs, the first is"
                f" {lacking[0]}: it is older than the data. Give one that was made with the data or later."
            )
        return (self.rows[each] for each in names)


def key_line(row: Mapping[str, Any]) -> bytes:
    """One data key as a line of a backup of keys."""
    created = row["created_at"].astimezone(UTC).isoformat()
    told = [row["id"], row["country"], created, base64.b64encode(row["wrapped"]).decode("ascii")]
    return json.dumps(told).encode("ascii") + b"\n"


def counted(session: Session) -> dict[str, int]:
    """How many rows each table has."""
    there = set(inspect(session.connection()).get_table_names())
    return {
        table.name: int(session.execute(select(func.count()).select_from(table)).scalar_one())
        for table in Base.metadata.sorted_tables
        # A backup of an earlier version of the program has fewer tables.
        if table.name in there - _APART
    }


def differing(wanted: Mapping[str, int], found: Mapping[str, int]) -> str | None:
    """The first table whose rows are not as many as the manifest says, in words; None if all are."""
    for table, count in wanted.items():
        if found.get(table, 0) != count:
            return f"{table} has {found.get(table, 0)} rows and the manifest says {count}"
    return None


def tables_with_rows(session: Session) -> list[str]:
    """The tables that hold anything, each with its number of rows in words."""
    return [f"{table} ({count})" for table, count in counted(session).items() if count]


def moment_of(text: str) -> datetime:
    """A moment as a manifest tells it."""
    return datetime.fromisoformat(text)
