"""SQLite: a copy of the file by the engine's own online backup, and a file that is put in place whole."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from app.backups.contents import KeyRow
from app.kit.address import address_of
from app.kit.bundle import BackupRefused, BundleBroken
from app.kit.crypto import DESTROYED
from app.kit.folders import keep_names

__all__ = [
    "alone", "copied", "draft_beside", "file_of", "fill_keys", "parts_of", "place", "prove", "refuse_full",
    "rewrite", "strip_keys",
]  # fmt: skip

SIDE_FILES: Final = ("-wal", "-shm", "-journal")
_READ_BYTES: Final = 1 << 20
_NOT_CONTENT: Final = frozenset({"alembic_version", "epoch"})


def file_of(url: str) -> Path:
    """The file of a SQLite address."""
    return Path(address_of(url).database or "")


def copied(source: Path, target: Path) -> None:
    """Copy the database while others work on it: one moment of it, whole, into a new private file.

    BundleBroken for one that is damaged where SQLite looks first; the rest is found by `prove`.
    """
    target.touch(mode=0o600)
    try:
        with closing(_opened(source)) as old, closing(_opened(target)) as new:
            old.backup(new)
            new.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.OperationalError:
        raise  # busy, or no room: nothing is damaged
    except sqlite3.DatabaseError as error:
        raise BundleBroken(f"the store holds a damaged database: {error}.") from None


def strip_keys(file: Path) -> None:
    """Take every wrapped data key of a person out of a copy, leaving nothing of it in free pages."""
    with closing(_opened(file)) as database:
        database.execute("PRAGMA secure_delete = ON")
        database.execute("UPDATE data_key SET wrapped = ?", (DESTROYED,))
        database.execute("VACUUM")


def fill_keys(file: Path, rows: Iterable[KeyRow]) -> None:
    """Put the wrapped data keys back into a copy."""
    with closing(_opened(file)) as database:
        database.execute("BEGIN IMMEDIATE")
        database.executemany("UPDATE data_key SET wrapped = ? WHERE id = ?", ((row.wrapped, row.id) for row in rows))
        database.execute("COMMIT")


def rewrite(file: Path) -> None:
    """Write a copy anew, so that nothing of what was erased in it lies in a free page."""
    with closing(_opened(file)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.execute("VACUUM")


def prove(file: Path, name: str) -> None:
    """Have SQLite read every page and every reference; BundleBroken names what ``name`` lacks."""
    try:
        with closing(_opened(file)) as database:
            told = database.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if told != "ok":
                raise BundleBroken(f"{name} holds a damaged database: {told}.")
            broken = database.execute("PRAGMA foreign_key_check").fetchone()
            if broken is not None:
                raise BundleBroken(f"{name} holds a row of {broken[0]} that points to none in {broken[2]}.")
    except sqlite3.DatabaseError as error:
        raise BundleBroken(f"{name} holds a damaged database: {error}.") from None


def parts_of(file: Path, take: Callable[[bytes], object]) -> None:
    """Hand on the file piece by piece."""
    with file.open("rb") as opened:
        while content := opened.read(_READ_BYTES):
            take(content)


def refuse_full(file: Path) -> None:
    """BackupRefused if there is a database at the place with anything in it, or one that somebody has open."""
    if not file.exists() or file.stat().st_size == 0:
        return
    with closing(_opened(file)) as database:
        for table in _tables(database):
            if table not in _NOT_CONTENT and database.execute(f'SELECT 1 FROM "{table}" LIMIT 1').fetchone():  # noqa: S608 - a name out of the file's own list
                raise BackupRefused(
                    f"{file} is not empty: {table} has rows. A backup is only restored into an empty store; move the "
                    "file away first if it is to go."
                )
    if not alone(file):
        raise BackupRefused(f"{file} is open in another program; stop what serves it.")


def alone(file: Path) -> bool:
    """Whether no other program has the database open; its side files are taken away by asking."""
    with closing(_opened(file)) as database:
        try:
            database.execute("PRAGMA busy_timeout = 1000")
            # Takes the side files away, and only goes when nobody else has the file open.
            return bool(database.execute("PRAGMA journal_mode = DELETE").fetchone()[0] == "delete")
        except sqlite3.OperationalError:
            return False


def place(draft: Path, target: Path) -> None:
    """Put a finished database at its place, whole or not at all."""
    with closing(_opened(draft)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.execute("PRAGMA journal_mode = DELETE")
    handle = os.open(draft, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    for side in SIDE_FILES:
        Path(f"{target}{side}").unlink(missing_ok=True)
    draft.replace(target)
    keep_names(target.parent)


@contextmanager
def draft_beside(target: Path) -> Iterator[Path]:
    """A private file beside ``target`` that is gone afterwards; one left by a restore that was killed goes first."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.restoring")
    _remove(draft)
    draft.touch(mode=0o600)
    try:
        yield draft
    finally:
        _remove(draft)


def _remove(draft: Path) -> None:
    for side in ("", *SIDE_FILES):
        Path(f"{draft}{side}").unlink(missing_ok=True)


def _tables(database: sqlite3.Connection) -> list[str]:
    found = database.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return sorted(row[0] for row in found)


def _opened(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(file, timeout=15, isolation_level=None)
