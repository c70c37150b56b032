"""How a connection to SQLite is set up: durable, with foreign keys, and with transactions of our own."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection
from sqlalchemy.engine import URL

from app.kit.moved import LATCH, HasMoved

__all__ = [
    "BUSY_MILLISECONDS", "connect_args", "journal_of", "make_private", "on_begin", "on_connect", "on_look",
    "only_to_look", "says_busy", "says_full",
]  # fmt: skip

# How long a statement waits for another process (the command line beside the server).
BUSY_MILLISECONDS = 15_000

# The change to WAL needs the file for itself; two new connections at once would disturb each other.
_setting_up = threading.Lock()


def connect_args() -> dict[str, Any]:
    """Return what the driver needs: connections that change threads, and no transactions of its own."""
    return {"check_same_thread": False, "isolation_level": None, "timeout": BUSY_MILLISECONDS / 1000}


def make_private(address: URL) -> None:
    """Create the file and its folder, if missing, so that only their owner can read them.

    SQLite gives its side files (-wal, -shm) the mode of the main file.
    """
    path = Path(address.database or "")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        path.touch(mode=0o600)


def only_to_look(address: URL) -> URL:
    """Return the address by which the file is opened to be read, and is not made where it is missing.

    Without a side file nobody is at it, and SQLite is told that it stands still: it would leave side files of its own.
    """
    path = Path(address.database or "")
    side_files = (path.with_name(f"{path.name}{end}") for end in ("-wal", "-journal"))
    still = {} if any(file.exists() for file in side_files) else {"immutable": "1"}
    name = f"file:{quote(str(path.absolute()))}"
    return address.set(database=name, query={"mode": "ro", "uri": "true", **still})


def journal_of(connection: Connection) -> str:
    """Which journal the file says it has, wal or delete: SQLite itself does not tell it to whoever only looks.

    A file with nothing in it says neither; the program gives it its write-ahead log with the first table.
    """
    named = connection.exec_driver_sql("PRAGMA database_list").one()[2]
    with Path(named).open("rb") as file:
        head = file.read(20)
    # Bytes 18 and 19 of the header: the versions of the format for writing and for reading.
    return "delete" if head and head[18:20] != b"\x02\x02" else "wal"


def on_look(connection: sqlite3.Connection, _record: object) -> None:
    """Set what the program sets for a connection alone; what lies in the file stays as it is."""
    connection.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def on_connect(connection: sqlite3.Connection, _record: object) -> None:
    """Set the pragmas of a new connection.

    FULL survives a power cut, NORMAL may lose the last commits, and the file cannot tell the two apart.
    """
    connection.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
    with _setting_up:
        connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    # What is erased is written over with zeros, and does not lie on in free pages.
    connection.execute("PRAGMA secure_delete = ON")


def on_begin(connection: Connection) -> None:
    """Start the transaction the way `Database` asks for.

    A writer takes the write lock before it reads, so its read, check and write are one. A reader is
    refused every change. Other users of the engine (migrations) get a plain transaction.
    """
    mode = connection.get_execution_options().get("waymark_mode")
    only_looks = mode == "read"
    # The pragma outlives the transaction, so the connection remembers which way it was set last.
    if connection.info.get("only_looks", False) != only_looks:
        connection.exec_driver_sql(f"PRAGMA query_only = {'ON' if only_looks else 'OFF'}")
        connection.info["only_looks"] = only_looks
    connection.exec_driver_sql("BEGIN IMMEDIATE" if mode == "write" else "BEGIN")
    # Asked under the write lock, so that nobody writes into what somebody else has just moved to another place.
    if mode == "write" and connection.exec_driver_sql("PRAGMA user_version").scalar() == LATCH:
        connection.exec_driver_sql("ROLLBACK")
        raise HasMoved("this store has moved to another database: nothing is written here; `waymark serve` says where")


def says_busy(error: object) -> bool:
    """Tell whether a driver error means that another process held the file too long."""
    return _primary(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def says_full(error: object) -> bool:
    """Tell whether a driver error means that the disk has no room left."""
    return _primary(error) == sqlite3.SQLITE_FULL


def _primary(error: object) -> int | None:
    code = getattr(error, "sqlite_errorcode", None)
    # The low byte is the primary code; the rest tells apart kinds of it.
    return code & 0xFF if isinstance(code, int) else None
