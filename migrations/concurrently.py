"""Indexes that PostgreSQL builds beside the work: after the transaction of a revision, by a lock nobody waits for.

A revision names what it wants here (`BUILT`) and calls `make` and `take_back`. On SQLite they act at once. On
PostgreSQL `app.kit.migrate` has `build` make, after each migration's commit, what is missing or was left half built.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final

from alembic import op
from sqlalchemy import Connection, text

__all__ = ["BUILT", "Built", "build", "make", "take_back"]

# Two programs that start at once build one after the other. Nobody waits for this lock inside a statement: the builder
# waits for all statements that are older than itself.
LOCK: Final = 7_309_471_206
_REST_SECONDS: Final = 0.2
_FREE: Final = text("SELECT pg_try_advisory_lock(:lock)")
_SOUND: Final = text(
    "SELECT i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
    " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relname = :name AND n.nspname = current_schema()"
)


@dataclass(frozen=True, slots=True)
class Built:
    """An index of a revision; ``instead_of``: the one it replaces, with the columns that one has."""

    revision: str
    name: str
    table: str
    columns: tuple[str, ...]
    instead_of: tuple[str, tuple[str, ...]] | None = None

    @property
    def statement(self) -> str:
        """What makes it."""
        return f"CREATE INDEX CONCURRENTLY {self.name} ON {self.table} ({', '.join(self.columns)})"


BUILT: Final = (
    # With the days, so that the cases of somebody's teams are told by the index alone: the wall asks for them with
    # every statement.
    Built(
        "042", "ix_case_team_user_days", "case_team", ("user_id", "case_id", "since", "until"),
        instead_of=("ix_case_team_user_case", ("user_id", "case_id")),
    ),
)  # fmt: skip


def make(revision: str) -> None:
    """Make the indexes of a revision, on SQLite; PostgreSQL makes them after its commit."""
    if op.get_bind().dialect.name == "postgresql":
        return
    for each in _of(revision):
        op.create_index(each.name, each.table, list(each.columns), unique=False)
        if each.instead_of is not None:
            op.drop_index(each.instead_of[0], each.table)


def take_back(revision: str) -> None:
    """Take the indexes of a revision back, and make those they replaced; some may not have been built yet."""
    for each in _of(revision):
        op.execute(text(f"DROP INDEX IF EXISTS {each.name}"))
        if each.instead_of is not None:
            name, columns = each.instead_of
            op.execute(text(f"CREATE INDEX IF NOT EXISTS {name} ON {each.table} ({', '.join(columns)})"))


def build(connection: Connection, revision: str | None) -> None:
    """Build on PostgreSQL what the revisions up to ``revision`` want and is not there, or was left half built.

    connection: in autocommit mode, as the owner of the tables. Whoever reads and writes meanwhile is not held up; it
    waits for transactions that began before it. Raises what PostgreSQL says; the next migration goes on.
    """
    wanted = [each for each in BUILT if revision is not None and each.revision <= revision]
    if all(_is_done(connection, each) for each in wanted):
        return
    connection.execute(text("SET statement_timeout = 0"))
    connection.execute(text("SET lock_timeout = 0"))
    while not connection.execute(_FREE, {"lock": LOCK}).scalar_one():
        time.sleep(_REST_SECONDS)
    try:
        for each in wanted:
            _build(connection, each)
    finally:
        connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": LOCK})


def _build(connection: Connection, each: Built) -> None:
    sound = _sound(connection, each.name)
    if sound is False:
        connection.execute(text(f"DROP INDEX CONCURRENTLY {each.name}"))
    if not sound:
        connection.execute(text(each.statement))
    if each.instead_of is not None:
        connection.execute(text(f"DROP INDEX CONCURRENTLY IF EXISTS {each.instead_of[0]}"))


def _is_done(connection: Connection, each: Built) -> bool:
    replaced = each.instead_of is None or _sound(connection, each.instead_of[0]) is None
    return _sound(connection, each.name) is True and replaced


def _sound(connection: Connection, name: str) -> bool | None:
    """Whether an index is whole; None where there is none."""
    found = connection.execute(_SOUND, {"name": name}).scalar_one_or_none()
    return None if found is None else bool(found)


def _of(revision: str) -> list[Built]:
    return [each for each in BUILT if each.revision == revision]
