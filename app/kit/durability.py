"""Whether the database really keeps what it has confirmed: asked once at start, told to the operator."""

from __future__ import annotations

from sqlalchemy import Connection

from app.kit import sqlite
from app.kit.address import SQLITE, has_several_hosts
from app.kit.db import Database

__all__ = ["doubts"]

# What each engine must answer. SQLite answers numbers: synchronous 2 is FULL, 3 is EXTRA.
SQLITE_WANTS = {"journal_mode": ("wal",), "synchronous": ("2", "3"), "foreign_keys": ("1",)}
POSTGRESQL_WANTS = {
    "fsync": ("on",),
    "full_page_writes": ("on",),
    "synchronous_commit": ("on", "remote_write", "remote_apply"),
}
LEAST_BUSY_MILLISECONDS = 5_000


def doubts(database: Database) -> list[str]:
    """Return one sentence for each setting under which a power cut could lose a confirmed change.

    Args:
        database: is asked over one of its pooled connections.

    Returns:
        an empty list when all is well.
    """
    with database.engine.connect() as connection:
        if database.dialect == SQLITE:
            known = {"journal_mode": sqlite.journal_of(connection)} if database.looks_only else {}
            found = _unlike(connection, "PRAGMA", SQLITE_WANTS, known)
            if int(_ask(connection, "PRAGMA busy_timeout")) < LEAST_BUSY_MILLISECONDS:
                found.append(f"busy_timeout is below {LEAST_BUSY_MILLISECONDS} milliseconds")
            return found
        found = _unlike(connection, "SHOW", POSTGRESQL_WANTS, {})
        if has_several_hosts(database.engine.url) and not _ask(connection, "SHOW synchronous_standby_names"):
            found.append(
                "the address names several servers and synchronous_standby_names is empty; what was confirmed on one"
                " may be missing on the next"
            )
        return found


def _unlike(
    connection: Connection, verb: str, wants: dict[str, tuple[str, ...]], known: dict[str, str]
) -> list[str]:
    found = []
    for name, good in wants.items():
        value = known.get(name) or _ask(connection, f"{verb} {name}")
        if value not in good:
            found.append(f"{name} is {value}; it must be {' or '.join(good)}")
    return found


def _ask(connection: Connection, question: str) -> str:
    return str(connection.exec_driver_sql(question).scalar_one())
