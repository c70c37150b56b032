"""Databases of PostgreSQL that are used again: emptied in a few milliseconds, where a clone takes a tenth of a second.

Rows are taken out by the role that may do everything, with no trigger and no foreign key asked. Whatever else a test
may have changed is not put right but found, and the database is thrown away: one column, grant, policy or trigger
that was touched, one row of those that came with the template, one sequence that moved.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import psycopg
from psycopg.sql import SQL, Identifier

from tests.lines import FORCES_COUNTS, Lines
from tests.postgres import SERVING, SUPERUSER, Cluster

# Removed rows leave their place behind; a clone is cheaper than to clear them up.
USES: Final = 40
_GOING_SECONDS: Final = 10.0

# Ends whoever is still connected but the asker and idle lines. Who has gone has counted what it did.
_LEAVE: Final = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database()
AND pid <> pg_backend_pid() AND pid <> ALL(%s::int[])
"""
# Every change of a catalogue is counted, those taken back too; what many databases share is looked at by its row.
_MARKS: Final = """
SELECT
  (SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_sys_tables
   WHERE relid NOT IN (SELECT oid FROM pg_class WHERE relisshared)),
  (SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_user_tables WHERE relid = ANY(%s::oid[])),
  (SELECT (xmin, ctid)::text FROM pg_database WHERE datname = current_database()),
  (SELECT array_agg((setrole, setconfig)::text ORDER BY setrole) FROM pg_db_role_setting
   WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())),
  (SELECT array_agg((schemaname, sequencename, last_value)::text) FROM pg_sequences)
"""


@dataclass
class _Lent:
    """One database, the connection that looks after it, and what it looked like when it was new."""

    name: str
    keeper: psycopg.Connection[Any]
    # Tables that a new one holds rows of, and the statement that empties all others.
    filled: list[int]
    emptying: SQL
    marks: Any
    uses: int = 0


@dataclass
class Lending:
    """The databases of one server that may be used again."""

    cluster: Cluster
    lines: Lines
    _idle: dict[str, list[_Lent]] = field(default_factory=lambda: defaultdict(list))

    @contextmanager
    def database(self, template: str, role: str = SERVING) -> Iterator[str]:
        """The URL for ``role`` of a database that is like a fresh clone of ``template``; afterwards it is lent on."""
        lent = self._one(template)
        lent.uses += 1
        yield self.cluster.url(lent.name, role)
        self._idle[template].append(lent)

    def close(self) -> None:
        """Leave every database; they go with their server."""
        for lent in (each for idle in self._idle.values() for each in idle):
            self.lines.forget(lent.name)
            lent.keeper.close()
        self._idle.clear()

    def _one(self, template: str) -> _Lent:
        while self._idle[template]:
            lent = self._idle[template].pop()
            if lent.uses < USES and _washed(lent, self.lines.kept(lent.name)):
                return lent
            self.lines.forget(lent.name)
            lent.keeper.close()
            self.cluster.drop(lent.name)
        name = self.cluster.clone(template)
        keeper = psycopg.connect(f"host={self.cluster.folder} user={SUPERUSER} dbname={name}", autocommit=True)
        # Foreign keys, and triggers that refuse to remove, are not asked in this one connection.
        keeper.execute("SET session_replication_role = replica")
        if self.cluster.version >= FORCES_COUNTS:
            self.lines.keep_those_to(name)
        return _looked_at(name, keeper)


def _looked_at(name: str, keeper: psycopg.Connection[Any]) -> _Lent:
    tables = keeper.execute(
        "SELECT c.oid, nspname, relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace "
        "WHERE relkind = 'r' AND nspname NOT IN ('pg_catalog', 'information_schema')"
    ).fetchall()
    filled, emptying = [], []
    for oid, schema, table in tables:
        place = Identifier(schema, table)
        if keeper.execute(SQL("SELECT 1 FROM {} LIMIT 1").format(place)).fetchone():
            filled.append(oid)
        else:
            emptying.append(SQL("DELETE FROM ONLY {}").format(place))
    lent = _Lent(name, keeper, filled, SQL(SQL("; ").join(emptying).as_string(keeper)), None)
    lent.marks = _marks(lent)
    return lent


def _marks(lent: _Lent) -> Any:
    return lent.keeper.execute(_MARKS, (lent.filled,)).fetchone()


def _washed(lent: _Lent, lines: list[int]) -> bool:
    """Empty the database; False where it is not like a new one afterwards, or somebody does not leave it.

    Args:
        lines: the server's process ids of the connections that may stay.
    """
    until = time.monotonic() + _GOING_SECONDS
    try:
        while lent.keeper.execute(_LEAVE, (lines,)).fetchone() != (0,):
            if time.monotonic() > until:
                return False
            time.sleep(0.001)
        if _marks(lent) != lent.marks:
            return False
        lent.keeper.execute(lent.emptying)
    except psycopg.Error:
        return False
    return True
