"""Connections to PostgreSQL that outlive the engine of a test.

To plan the statements of a request under row security takes the server longer than to answer them. The program plans
them once for each connection; a test that had connections of its own planned everything anew.
"""

from __future__ import annotations

import os
import threading
from collections import defaultdict
from typing import Any, Final
from weakref import WeakKeyDictionary

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy.dialects.postgresql.psycopg import _log_notices

# From this version on a connection can be told to count at once what it did, and not when it ends.
FORCES_COUNTS: Final = 150_000
# Of one kind; the server of the tests takes sixty in all.
MOST_IDLE: Final = 4
# All that a session may hold beside its plans. (DISCARD ALL would throw away those too.)
_AS_NEW: Final = """
CLOSE ALL; RESET SESSION AUTHORIZATION; RESET ALL; UNLISTEN *;
SELECT pg_advisory_unlock_all(), pg_stat_force_next_flush()
"""
_Line = psycopg.Connection[Any]


class Lines:
    """Idle connections, by everything that was asked for when they were made."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._to: set[str] = set()
        self._made: WeakKeyDictionary[_Line, tuple[str, str]] = WeakKeyDictionary()
        self._idle: defaultdict[tuple[str, str], list[_Line]] = defaultdict(list)

    def keep_those_to(self, database: str) -> None:
        """From now on keep connections to this database."""
        with self._lock:
            self._to.add(database)

    def forget(self, database: str) -> None:
        """Close what is kept of this database, and keep nothing more of it."""
        with self._lock:
            self._to.discard(database)
            gone = [line for key in list(self._idle) if key[0] == database for line in self._idle.pop(key)]
        for line in gone:
            line.close()

    def kept(self, database: str) -> list[int]:
        """The server's process ids of the idle connections to a database."""
        with self._lock:
            return [line.info.backend_pid for key, idle in self._idle.items() if key[0] == database for line in idle]

    def serve(self, dialect: Any) -> None:
        """Have the engines of a dialect take their connections from here, and give them back."""
        dialect.connect, dialect.do_close = self._connect, self._close

    def _connect(self, *arguments: Any, **asked: Any) -> _Line:
        # The context says how values are written: the same in every engine, in an object of its own.
        wanted = sorted((name, value) for name, value in asked.items() if name != "context")
        # A process that was forked off must not speak on the connections of its parent.
        key = (str(asked.get("dbname")), f"{os.getpid()} {(arguments, wanted)!r}")
        with self._lock:
            idle = self._idle[key]
            while idle:
                line = idle.pop()
                if not line.closed:
                    return line
        line = psycopg.connect(*arguments, **asked)
        self._made[line] = key
        return line

    def _close(self, line: _Line) -> None:
        key = self._made.get(line)
        if key is not None and key[0] in self._to and _as_new(line):
            with self._lock:
                if key[0] in self._to and len(self._idle[key]) < MOST_IDLE:
                    self._idle[key].append(line)
                    return
        line.close()


def _as_new(line: _Line) -> bool:
    """Bring a connection back to how it was made, but for its plans; False where that cannot be done."""
    if line.closed or line.info.transaction_status != TransactionStatus.IDLE:
        return False
    try:
        line.autocommit, line.read_only, line.isolation_level, line.deferrable = True, None, None, None
        line.execute(_AS_NEW, prepare=False)
        line.autocommit = False
    except psycopg.Error:
        return False
    # Each engine adds it again.
    line.remove_notice_handler(_log_notices)
    return True
