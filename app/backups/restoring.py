"""Brings a backup back: everything is proven before anything is written, and again before anybody is served."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from app.access import rows
from app.access.desk import SYSTEM
from app.access.log import noted
from app.backups import on_postgresql, on_sqlite
from app.backups.contents import DATA_KEY, KeyRow, Keys, counted, differing, moment_of, tables_with_rows
from app.casework import burying, epochs
from app.casework.tombstones import FOLDER, Tombstone, buried
from app.kit import bundle
from app.kit import migrate as tables
from app.kit.address import SQLITE, address_of
from app.kit.bundle import DATA, KEYS, BackupRefused, BundleBroken, Told, kept
from app.kit.clock import Clock
from app.kit.crypto import DESTROYED, KeyRing
from app.kit.db import Database
from app.kit.signing import SigningKeys
from app.oversight.verify import verify_all
from app.settings import Settings
from workflows.facts import Actor

__all__ = ["Proven", "Restored", "keys_beside", "prove", "restore"]


@dataclass(frozen=True, slots=True)
class Proven:
    """What a backup holds, every byte of it read and proven."""

    told: Told
    rows: int
    destroyed: int
    chains: str


@dataclass(frozen=True, slots=True)
class Restored:
    """What was brought back: rows, proven entries, keys that no longer exist, and the epoch that began."""

    rows: int
    chains: str
    destroyed: int
    epoch: int
    made_at: str


@dataclass(frozen=True, slots=True)
class _Given:
    """A backup that was proven, with the keys chosen for it."""

    file: Path
    told: Told
    key_rows: Sequence[KeyRow]
    destroyed: int
    keys: KeyRing
    signing: SigningKeys
    clock: Clock
    graves: Sequence[Tombstone]

    @property
    def manifest(self) -> dict[str, Any]:
        return self.told.manifest


def keys_beside(data: Path) -> Path:
    """The newest backup of the keys in the folder of ``data``; BackupRefused if there is none."""
    newest = kept(data.parent, KEYS).newest
    if newest is None:
        raise BackupRefused(f"There is no backup of the keys beside {data.name}; name one with --keys.")
    return newest


def prove(file: Path, keys: KeyRing, signing: SigningKeys, work: Path) -> Proven:
    """Read a whole backup and prove what it holds, without any store to put it in.

    Seals, signature and manifest always; of keys each opens; of SQLite data also pages, references, counts and chains.
    PostgreSQL's archive is proven against those by a restore. Raises BundleBroken or KeyMissing with what is wrong.
    """
    held = Keys(file.name)
    kind = _kind_of(file, keys, signing)
    if kind == KEYS:
        told = bundle.read(file, keys, signing, held.take)
        _must_be(told.manifest["rows"]["data_key"] == len(held.rows), file, "holds another number of keys than it says")
        return Proven(told, len(held.rows), held.prove(keys), "")
    with tempfile.TemporaryDirectory(prefix="backup-", dir=_private(work)) as folder:
        copy = Path(folder) / "copy.db"
        told, chains = _unpacked(file, keys, signing, copy)
    return Proven(told, sum(told.manifest["rows"].values()), 0, chains)


def restore(
    settings: Settings, keys: KeyRing, signing: SigningKeys, clock: Clock, data: Path, key_file: Path
) -> Restored:
    """Bring ``data`` back with the keys of ``key_file``, into the empty store of the settings, in a new epoch.

    Whoever was erased since has no key in a later ``key_file``, and a tombstone in the folder beside either file or in
    the var folder of the settings: they are erased once more, with every trace the older data hold. Killed at any
    point it can be run again: until it is through, SQLite has no file at its place, and PostgreSQL's tables carry a
    revision that nobody serves.

    Raises BackupRefused if the store is not empty or somebody uses it, BundleBroken for a damaged or foreign backup,
    KeyMissing for a key that is lost, ProgramMissing without pg_restore, TombstoneBroken for one that is not sound.
    """
    url = settings.owner_database_url
    on_file = address_of(url).get_backend_name() == SQLITE
    if on_file:
        on_sqlite.refuse_full(on_sqlite.file_of(url))
    else:
        _refuse_full_tables(url)
    told = bundle.read(data, keys, signing)
    _must_be(told.kind == DATA, data, "holds keys, not data; give the one whose name ends in -data.backup")
    if told.manifest["engine"] != address_of(url).get_backend_name():
        raise BackupRefused(
            f"{data.name} was made of {told.manifest['engine']}, and this store is another engine."
        )
    _must_be(told.manifest["revision"] in tables.revisions(), data, "was made by a newer program; install that first")
    held = Keys(key_file.name)
    kind = bundle.read(key_file, keys, signing, held.take).kind
    _must_be(kind == KEYS, key_file, "holds data, not keys; give one whose name ends in -keys.backup")
    held.prove(keys)
    graves = buried((data.parent / FOLDER, key_file.parent / FOLDER, settings.var / FOLDER), signing)
    chosen = list(_without_erased(held.chosen(told.manifest["keys"], data.name), graves))
    destroyed = sum(not row.wrapped for row in chosen)
    given = _Given(data, told, chosen, destroyed, keys, signing, clock, graves)
    restored = _into_sqlite(given, on_sqlite.file_of(url)) if on_file else _into_postgresql(given, url)
    tables.upgrade(url, app_role=settings.app_role)
    return restored


def _into_sqlite(given: _Given, target: Path) -> Restored:
    with on_sqlite.draft_beside(target) as draft:
        with draft.open("wb") as file:
            bundle.read(given.file, given.keys, given.signing, file.write)
        on_sqlite.prove(draft, given.file.name)
        on_sqlite.fill_keys(draft, given.key_rows)
        database = Database(f"sqlite:///{draft}")
        try:
            with database.read() as session:
                _must_hold_what_it_says(session, given.told, given.file)
            # A backup of an earlier version of the program: its tables are brought up before anybody sees them.
            tables.upgrade(f"sqlite:///{draft}")
            with database.write() as session:
                chains = _chains(session, given.file)
                burying.again(session, given.keys, given.graves)
                restored = _begun(session, given, chains)
        finally:
            database.dispose()
        if given.destroyed:
            on_sqlite.rewrite(draft)
        on_sqlite.refuse_full(target)
        on_sqlite.place(draft, target)
    return restored


def _into_postgresql(given: _Given, url: str) -> Restored:
    revision = given.manifest["revision"]
    database = Database(url)
    try:
        at = tables.current(url)
        before = tables.unfinished(at) if at is not None else None
        if before is not None:
            with database.write() as session:
                on_postgresql.emptied(session, before)
            at = before
        known = tables.revisions()
        if at is not None and known.index(at) > known.index(revision):
            tables.downgrade(url, revision)
        else:
            tables.upgrade(url, revision)
        with database.write() as session:
            rows.enter_everything(session)
            on_postgresql.mark(session, revision)
            if given.key_rows:
                session.execute(insert(DATA_KEY), [row.values() for row in given.key_rows])
        running = on_postgresql.Restoring(url)
        try:
            bundle.read(given.file, given.keys, given.signing, running.take)
        except BaseException:
            with suppress(OSError):
                running.give_up()
            raise
        running.finish()
        with database.write() as session:
            session.execute(text("SET LOCAL statement_timeout = 0"))
            rows.enter_everything(session)
            _must_hold_what_it_says(session, given.told, given.file)
            chains = _chains(session, given.file)
            epochs.put_back(session, given.manifest["epochs"])
            burying.again(session, given.keys, given.graves)
            restored = _begun(session, given, chains)
            on_postgresql.unmark(session, revision)
    finally:
        database.dispose()
    return restored


def _without_erased(rows_of_keys: Iterable[KeyRow], graves: Iterable[Tombstone]) -> Iterator[KeyRow]:
    """The keys to bring back; those that a tombstone names stay destroyed, however old the backup of the keys is."""
    gone = frozenset().union(*(each.keys for each in graves))
    return (replace(row, wrapped=DESTROYED) if row.id in gone else row for row in rows_of_keys)


def _must_hold_what_it_says(session: Session, told: Told, file: Path) -> None:
    wrong = differing(told.manifest["rows"], counted(session))
    _must_be(wrong is None, file, f"does not hold what it says: {wrong}")


def _chains(session: Session, file: Path) -> str:
    found = verify_all(session)
    _must_be(found.sound, file, f"holds a history that was touched: {found.fault}")
    return f"{found.chains} chains, {found.entries} entries verified"


def _begun(session: Session, given: _Given, chains: str) -> Restored:
    """Begin the new epoch, and leave a line in the book of looks for each country of this installation."""
    now = given.clock.now()
    made_at = given.manifest["made_at"]
    number = epochs.begin(session, now, given.manifest["backup"], moment_of(made_at))
    for country in given.signing.countries:
        operator = Actor(SYSTEM, frozenset(), "", "", country, system=True)
        detail = {"epoch": number, "made_at": made_at}
        noted(session, operator, now, "backup_restored", "backup", given.manifest["backup"], detail)
    return Restored(sum(given.manifest["rows"].values()), chains, given.destroyed, number, made_at)


def _refuse_full_tables(url: str) -> None:
    at = tables.current(url)
    if at is None or tables.unfinished(at) is not None:
        return
    if at != tables.head():
        raise BackupRefused("The tables are of another version of the program: run `waymark migrate` first.")
    database = Database(url)
    try:
        with database.read() as session:
            rows.enter_everything(session)
            full = tables_with_rows(session)
    finally:
        database.dispose()
    if full:
        raise BackupRefused(
            f"The store is not empty: {', '.join(full[:5])}. A backup is only restored into an empty store; make a new"
            " database for it."
        )


def _kind_of(file: Path, keys: KeyRing, signing: SigningKeys) -> str:
    return bundle.read(file, keys, signing).kind


def _unpacked(file: Path, keys: KeyRing, signing: SigningKeys, copy: Path) -> tuple[Told, str]:
    copy.touch(mode=0o600)
    with copy.open("wb") as opened:
        told = bundle.read(file, keys, signing, opened.write)
    if told.manifest["engine"] != SQLITE:
        return told, ""
    on_sqlite.prove(copy, file.name)
    database = Database(f"sqlite:///{copy}")
    try:
        with database.read() as session:
            _must_hold_what_it_says(session, told, file)
            return told, _chains(session, file)
    finally:
        database.dispose()


def _private(work: Path) -> Path:
    work.mkdir(mode=0o700, parents=True, exist_ok=True)
    return work


def _must_be(right: bool, file: Path, what: str) -> None:
    if not right:
        raise BundleBroken(f"the backup {file.name} {what}.")
