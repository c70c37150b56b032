"""Makes a backup: two files, the data and the keys of persons, each sealed, signed and at its name only when whole.

The keys stand apart so that they can be kept for a shorter time. Whoever is erased loses the key; an old backup of the
data stays, but with the newest backup of the keys nobody opens it for them any more (docs/decisions/0037).
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.access import rows
from app.backups import on_postgresql, on_sqlite
from app.backups.contents import DATA_KEY, counted, key_line
from app.casework import epochs
from app.kit.address import SQLITE
from app.kit.bundle import DATA, KEYS, BackupRefused, Writer, kept, name_of
from app.kit.clock import Clock
from app.kit.crypto import DESTROYED, KeyMissing, KeyRing
from app.kit.db import Database
from app.kit.folders import keep_names
from app.kit.signing import Signer, SigningKeys
from app.models.base import new_id
from app.settings import Settings

__all__ = ["BOTH", "KEEP_DATA_DAYS", "KEEP_KEYS_DAYS", "Made", "Store", "make"]

BOTH: Final = (DATA, KEYS)
# How long backups stay, unless the command says otherwise. The keys go sooner: with them goes what was erased.
KEEP_DATA_DAYS: Final = 35
KEEP_KEYS_DAYS: Final = 7
_DRAFT: Final = ".waymark-draft-"
_COPY: Final = "backup-"


@dataclass(frozen=True, slots=True)
class Store:
    """What is backed up, and the keys a backup is sealed and signed with."""

    db: Database
    keys: KeyRing
    signing: SigningKeys
    clock: Clock


@dataclass(frozen=True, slots=True)
class Made:
    """The files that were made, how many rows they hold, and which older ones went."""

    files: tuple[Path, ...]
    rows: int
    data_keys: int
    gone: tuple[Path, ...]


def make(
    store: Store, settings: Settings, target: Path, *, parts: Sequence[str] = BOTH,
    keep_days: tuple[int, int] = (KEEP_DATA_DAYS, KEEP_KEYS_DAYS),
) -> Made:  # fmt: skip
    """Back up into the folder ``target`` while everybody works on.

    ``parts``: data, keys, or both. ``keep_days``: for how many days those of the data and of the keys are kept; the
    newest of each always stays. What an earlier run left unfinished goes first.

    Raises BackupRefused if the folder is not there or another backup runs, BundleBroken if the database itself is
    damaged, ProgramMissing without pg_dump.
    """
    if not target.is_dir():
        raise BackupRefused(f"There is no folder {target} for backups; make it, chmod 700.")
    work = settings.var / "tmp"
    work.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(target), _clean(target), tempfile.TemporaryDirectory(prefix=_COPY, dir=work) as folder:
        run = _Run(store, settings, target, parts)
        if store.db.dialect == SQLITE:
            _from_sqlite(run, Path(folder) / "copy.db")
        else:
            _from_postgresql(run)
        gone = [*_too_old(store, target, DATA, keep_days[0]), *_too_old(store, target, KEYS, keep_days[1])]
    return Made(tuple(run.files), sum(run.counts.values()), run.counts["data_key"], tuple(gone))


class _Run:
    """One backup under way."""

    def __init__(self, store: Store, settings: Settings, target: Path, parts: Sequence[str]) -> None:
        self.store, self.settings, self.target, self.parts = store, settings, target, parts
        self.moment = store.clock.now()
        self.id = new_id()
        self.files: list[Path] = []
        self.counts: dict[str, int] = {}
        self._manifest: dict[str, Any] = {}

    def look(self, session: Session) -> None:
        """Take down what the manifest tells, from the same moment that is backed up."""
        self.counts = counted(session)
        self._manifest = {
            "backup": self.id,
            "made_at": self.moment.isoformat(),
            "engine": self.store.db.dialect,
            "revision": str(session.execute(text("SELECT version_num FROM alembic_version")).scalar_one()),
            "rows": self.counts,
            "epochs": [epochs.told(row) for row in epochs.kept(session)],
        }

    def keys(self, session: Session) -> list[str]:
        """Write the backup of the keys, if it is wanted; the ids of all keys."""
        query = select(DATA_KEY).order_by(DATA_KEY.c.id)
        names: list[str] = []
        destroyed = 0
        with self._file(KEYS) as writer:
            for row in session.execute(query, execution_options={"yield_per": 1000}):
                names.append(row.id)
                destroyed += row.wrapped == DESTROYED
                if writer is not None:
                    writer.write(key_line(row._asdict()))
            if writer is not None:
                writer.finish({**self._manifest, "rows": {"data_key": len(names)}, "destroyed": destroyed})
        return names

    def data(self, names: list[str], fill: Callable[[Callable[[bytes], object]], None]) -> None:
        """Write the backup of the data, if it is wanted."""
        with self._file(DATA) as writer:
            if writer is not None:
                fill(writer.write)
                writer.finish({**self._manifest, "keys": names})

    @contextmanager
    def _file(self, kind: str) -> Iterator[Writer | None]:
        if kind not in self.parts:
            yield None
            return
        draft = self.target / f"{_DRAFT}{new_id()}"
        final = self.target / name_of(self.moment, kind)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            yield Writer(file, kind, new_id(), self.store.keys, _signer(self.store))
        # A link fails where the name is taken: two backups of one second are not one.
        try:
            os.link(draft, final)
        except FileExistsError:
            raise BackupRefused(f"There is a backup of this second already: {final.name}.") from None
        draft.unlink()
        keep_names(self.target)
        self.files.append(final)


def _from_sqlite(run: _Run, copy: Path) -> None:
    on_sqlite.copied(on_sqlite.file_of(run.settings.database_url), copy)
    # A database that is damaged is told now, not on the day the backup is needed.
    on_sqlite.prove(copy, "the store")
    database = Database(f"sqlite:///{copy}")
    try:
        with database.read() as session:
            run.look(session)
            names = run.keys(session)
    finally:
        database.dispose()
    if DATA in run.parts:
        on_sqlite.strip_keys(copy)
        run.data(names, lambda take: on_sqlite.parts_of(copy, take))


def _from_postgresql(run: _Run) -> None:
    with run.store.db.read() as session:
        moment = on_postgresql.snapshot(session)
        rows.enter_everything(session)
        run.look(session)
        names = run.keys(session)
        run.data(names, lambda take: on_postgresql.dump(run.settings.database_url, moment, take))


def _signer(store: Store) -> Signer:
    """The first country's key stands for the installation, in a backup as anywhere."""
    if not store.signing.countries:
        raise KeyMissing("there is no signing key: a backup is signed with that of a country this installation holds")
    return store.signing.signer(store.signing.countries[0])


def _too_old(store: Store, target: Path, kind: str, days: int) -> Iterator[Path]:
    """Remove the backups of one kind that are older than ``days``; the newest stays whatever its age."""
    before = store.clock.now() - timedelta(days=days)
    for made_at, file in kept(target, kind)[:-1]:
        if made_at < before:
            file.unlink()
            yield file


@contextmanager
def _clean(target: Path) -> Iterator[None]:
    """Take away what a run that was killed left here; this run leaves nothing."""
    def sweep() -> None:
        for draft in target.glob(f"{_DRAFT}*"):
            draft.unlink(missing_ok=True)

    sweep()
    try:
        yield
    finally:
        sweep()


@contextmanager
def _alone(target: Path) -> Iterator[None]:
    """One backup at a time into one folder; whoever is killed holds nothing any more."""
    if os.name != "posix":  # there an operator runs one command at a time
        yield
        return
    import fcntl

    handle = os.open(target, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupRefused(f"Another backup into {target} is under way.") from None
        yield
    finally:
        os.close(handle)
