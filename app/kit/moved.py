"""What a database says of itself once it has moved elsewhere: where to, and that nobody writes into it any more.

Two marks, made in one transaction. The words stand where the revision stood, so no program takes the tables for its
own, of whatever version it is. The number in the head of the file is asked for by every writer, after it has the write
lock (app/kit/sqlite.py): also by one that had looked at the revision before the move began.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import URL, Connection, text

__all__ = ["LATCH", "HasMoved", "Moved", "lift", "mark", "place_of", "read"]

# In SQLite's user_version; any number that nothing else uses.
LATCH: Final = 1_297_045_061
# Before the end of a move is known on both sides, and afterwards.
_BEGUN, _DONE = "moving:", "moved:"


class HasMoved(ValueError):
    """Somebody wanted to write into a database that has moved; nothing was written."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What a database that moved says: the revision its tables had, where to, and whether the move was finished."""

    revision: str
    place: str
    finished: bool

    @property
    def told(self) -> str:
        """The words that stand where the revision stood."""
        return f"{_DONE if self.finished else _BEGUN}{self.revision} {self.place}"


def read(revision: str | None) -> Moved | None:
    """What the words at the place of the revision say of a move; None for a database that did not move."""
    for word in (_BEGUN, _DONE):
        if revision is not None and revision.startswith(word):
            at, _, place = revision.removeprefix(word).partition(" ")
            return Moved(at, place, word == _DONE)
    return None


def place_of(address: URL) -> str:
    """Where a database is, in words for people: host, port and name, no account and no password."""
    host = address.host or address.query.get("host") or ""
    shown = host if isinstance(host, str) else ",".join(host)
    port = f":{address.port}" if address.port else ""
    name = address.database or ""
    if shown.startswith("/"):
        return f"postgresql:///{name}?host={shown}{port}"
    return f"postgresql://{shown}{port}/{name}"


def mark(transaction: Connection, moved: Moved) -> None:
    """Say in ``transaction``, one of SQLite, that this database has moved, or is about to have."""
    transaction.execute(text("UPDATE alembic_version SET version_num = :told"), {"told": moved.told})
    # A number of our own, no parameter: a pragma takes none.
    transaction.execute(text(f"PRAGMA user_version = {LATCH}"))


def lift(transaction: Connection, moved: Moved) -> None:
    """Take the marks away: it is written into here again."""
    transaction.execute(text("UPDATE alembic_version SET version_num = :told"), {"told": moved.revision})
    transaction.execute(text("PRAGMA user_version = 0"))
