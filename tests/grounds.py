"""A database of a test that knows whether it is still in the state it was last known in, and can be given another."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg.sql import SQL, Identifier

__all__ = ["Content", "Ground", "Lite", "Postgres", "Rows"]

Rows = list[Any]
# Table -> its rows in their order; a row in whatever way the engine gives and takes it back unchanged.
Content = dict[str, Rows]
# The head of the index of a write-ahead log: counts of transactions and pages, checksums and salts.
_INDEX_HEAD: Final = 48


class Ground:
    """What both engines share: one state, and the mark that the database bore when it was known to be in it."""

    def __init__(self, name: str, new: str) -> None:
        """``new``: the state of every database that is as the template of this one was."""
        self.name, self._new = name, new
        self._state: str | None = new
        self._at: Any = None
        self._content: Content | None = None

    def state(self) -> str | None:
        """The state it is in; None where anybody has written since it was known."""
        if self._state is not None and not self._unchanged():
            self._state = self._content = None
        return self._state

    def is_now(self, state: str, content: Content | None = None) -> None:
        """It is in this state now, with these rows if they are at hand."""
        self._state, self._content, self._at = state, content, self.mark()
        if self._at is None:
            self._state = self._content = None

    def content(self) -> Content:
        """The rows of the state it is in."""
        return self._content if self._content is not None else self.read()

    def lay(self, differs: dict[str, tuple[bool, Rows]], state: str) -> None:
        """Add these rows; for a table with True put them in the place of those that are there. Then it is ``state``."""
        self.write(differs)
        self.is_now(state)

    def _unchanged(self) -> bool:
        return self.untouched() if self._state == self._new else self.mark() == self._at

    def untouched(self) -> bool:
        """Whether nobody has written to it since it came from its template."""
        raise NotImplementedError

    def mark(self) -> Any:
        """What differs as soon as anything was written; None where that cannot be said."""
        raise NotImplementedError

    def read(self) -> Content:
        """The rows of every table."""
        raise NotImplementedError

    def write(self, differs: dict[str, tuple[bool, Rows]]) -> None:
        """Write them in one transaction, no trigger and no foreign key asked."""
        raise NotImplementedError


class Lite(Ground):
    """A file of SQLite in the write-ahead mode that the program uses."""

    def __init__(self, path: Path, template: Path) -> None:
        super().__init__(str(path), f"new, of {template}")
        self._path, self._template = path, template

    def untouched(self) -> bool:
        return bool(self.mark() == ("whole", _digest(self._template)))

    def mark(self) -> Any:
        log, index = _beside(self._path, "-wal"), _beside(self._path, "-shm")
        if not log.exists() or not log.stat().st_size:
            # All is in the file itself, whether somebody is connected or not.
            return "whole", _digest(self._path)
        try:
            with index.open("rb", buffering=0) as opened:
                head, which = opened.read(_INDEX_HEAD), os.fstat(opened.fileno()).st_ino
        except FileNotFoundError:
            return None
        return which, head, [(each.st_ino, each.st_size, each.st_mtime_ns) for each in (self._path.stat(), log.stat())]

    def read(self) -> Content:
        with closing(self._connected()) as asked:
            tables = asked.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            return {name: asked.execute(f'SELECT * FROM "{name}" ORDER BY rowid').fetchall() for (name,) in tables}

    def write(self, differs: dict[str, tuple[bool, Rows]]) -> None:
        with closing(self._connected()) as asked:
            asked.execute("PRAGMA synchronous = OFF")
            asked.execute("BEGIN IMMEDIATE")
            for table, (instead, rows) in differs.items():
                if instead:
                    asked.execute(f'DELETE FROM "{table}"')
                if rows:
                    asked.executemany(f'INSERT INTO "{table}" VALUES ({", ".join("?" * len(rows[0]))})', rows)
            asked.execute("COMMIT")

    def _connected(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, isolation_level=None)


class Postgres(Ground):
    """A database of the tests' server, and the connection of its superuser that asks no trigger and no foreign key."""

    def __init__(self, name: str, keeper: psycopg.Connection[Any]) -> None:
        super().__init__(name, "new, of the server's template")
        self._keeper = keeper
        self._first = self.mark()

    def untouched(self) -> bool:
        return bool(self.mark() == self._first)

    def mark(self) -> Any:
        # The number of the next transaction of the whole server: none that wrote has ended since, here or elsewhere.
        return self._keeper.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text").fetchone()

    def read(self) -> Content:
        tables = self._keeper.execute(
            "SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE relkind = 'r'"
            " AND nspname = 'public' AND pg_relation_size(c.oid) > 0 ORDER BY relname"
        ).fetchall()
        found = {}
        for (name,) in tables:
            with self._keeper.cursor().copy(SQL("COPY {} TO STDOUT").format(Identifier(name))) as lines:
                found[name] = b"".join(lines).split(b"\n")[:-1]
        return found

    def write(self, differs: dict[str, tuple[bool, Rows]]) -> None:
        with self._keeper.transaction(), self._keeper.cursor() as asked:
            for table, (instead, rows) in differs.items():
                if instead:
                    asked.execute(SQL("DELETE FROM ONLY {}").format(Identifier(table)))
                if rows:
                    with asked.copy(SQL("COPY {} FROM STDIN").format(Identifier(table))) as lines:
                        lines.write(b"\n".join(rows) + b"\n")


def _digest(file: Path) -> bytes:
    return hashlib.blake2b(file.read_bytes()).digest()


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)
