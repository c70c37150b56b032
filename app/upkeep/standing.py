"""How the installation stands: versions, database, keys, backups, worker. Ages, numbers and names, nothing secret."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

from app.access.desk import Desk, House
from app.access.log import looked
from app.casework import epochs
from app.casework.checkpoints import overdue
from app.kit import durability, migrate
from app.kit.bundle import DATA, KEYS, kept
from app.kit.keyfile import KEK, TOKEN_KEY, KeyMissing, changed_at, versions
from app.kit.places import Witness
from app.settings import Settings
from app.upkeep import queries

__all__ = [
    "RESTS_AFTER", "Folder", "Key", "Machine", "Rows", "Sealed", "backups", "machine", "rows_of", "worker_rests",
]  # fmt: skip

# With something due for this long, nobody carries the outbox out.
RESTS_AFTER: Final = timedelta(minutes=5)
# A backup is made every night; one that is older than this was missed.
BACKUP_LATE_AFTER: Final = timedelta(hours=26)
# Signing keys, ages of backups: as many files of a folder are looked at.
_MOST_FILES: Final = 10_000


@dataclass(frozen=True, slots=True)
class Key:
    """A key file: what for, the numbers of its versions, since when the file is as it is."""

    purpose: str
    numbers: tuple[int, ...]
    changed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder for backups: whether one is set and there, and its newest file's moment."""

    named: bool
    there: bool
    newest: datetime | None
    late: bool = False


@dataclass(frozen=True, slots=True)
class Machine:
    """What can be told without the tables."""

    version: str
    production: bool
    engine: str
    wanted_revision: str
    keys: Sequence[Key]
    signing: Sequence[tuple[str, str]]
    backups: Folder
    key_backups: Folder
    unsafe: Sequence[str]
    cautions: Sequence[str]
    doubts: Sequence[str]


@dataclass(frozen=True, slots=True)
class Rows:
    """What the tables tell. ``unrung``: duties whose time passed minutes ago and of which nobody was told."""

    revision: str
    size: int
    outbox: queries.Outbox
    unrung: int
    epoch: int
    restored_from: datetime | None
    checkpoint: Sealed


@dataclass(frozen=True, slots=True)
class Sealed:
    """The newest signed checkpoint: its number (0: none), when it was made and left, for where, and whether it is late.

    ``places``: where checkpoints go by the settings; empty when they stay in the database.
    """

    number: int
    made_at: datetime | None
    left_at: datetime | None
    places: str
    late: bool


def machine(house: House, settings: Settings) -> Machine:
    """How the program, its keys and folders stand.

    In the demonstration ``unsafe`` holds what would keep it from serving as production. Asks the database over a
    connection of its own, so call it outside a desk.
    """
    production = settings.environment == "production"
    # A copy is not validated: only asked what it would be refused for.
    asked = settings if production else settings.model_copy(update={"environment": "production"})
    return Machine(
        version=_version(),
        production=production,
        engine=house.db.dialect,
        wanted_revision=migrate.head() or "",
        keys=[_kek(settings), _key(TOKEN_KEY, settings.token_key_file)],
        signing=[(country, house.signing.signer(country).key_id) for country in house.signing.countries],
        backups=backups(settings.backup_target, DATA, house.clock.now()),
        key_backups=backups(settings.backup_target, KEYS, house.clock.now()),
        unsafe=asked.unsafe(),
        cautions=settings.cautions,
        doubts=durability.doubts(house.db),
    )


def rows_of(desk: Desk, witness: Witness | None) -> Rows:
    """What the tables tell; the look is noted."""
    looked(desk, "system_read", "country", desk.actor.country)
    sealed = _sealed(queries.newest_checkpoint(desk), witness, desk.now)
    epoch = epochs.current(desk.session)
    return Rows(
        queries.revision(desk), queries.size(desk), queries.outbox(desk), queries.unrung(desk, desk.now - RESTS_AFTER),
        epoch.number if epoch else epochs.FIRST, epoch.backup_at if epoch else None, sealed,
    )  # fmt: skip


def _sealed(row: Any, witness: Witness | None, now: datetime) -> Sealed:
    places = "" if witness is None else witness.names
    late = overdue(row, now, has_places=bool(places))
    return Sealed(0, None, None, places, late) if row is None else Sealed(
        row.number, row.made_at, row.left_at, places, late
    )  # fmt: skip


def worker_rests(found: queries.Outbox, now: datetime) -> bool:
    """Whether something has been due for so long that no worker can be running."""
    return found.due_since is not None and now - found.due_since > RESTS_AFTER


def _version() -> str:
    try:
        return version("waymark")
    except PackageNotFoundError:
        return ""


def _key(purpose: str, place: Path) -> Key:
    try:
        return Key(purpose, versions(place, purpose), changed_at(place))
    except (KeyMissing, OSError):
        return Key(purpose, (), None)


def _kek(settings: Settings) -> Key:
    try:
        return Key(KEK, settings.kek.versions(), settings.kek.changed_at())
    except (KeyMissing, OSError):
        return Key(KEK, (), None)


def backups(place: Path | None, kind: str, now: datetime) -> Folder:
    """The backups of one kind, told by their names: a draft, or anything else that lies there, is none."""
    if place is None or not place.is_dir():
        return Folder(place is not None, False, None)
    newest = max((moment for moment, _ in kept(place, kind)), default=None)
    return Folder(True, True, newest, newest is not None and now - newest > BACKUP_LATE_AFTER)


def _folder(place: Path | None) -> Folder:
    if place is None or not place.is_dir():
        return Folder(place is not None, False, None)
    newest = None
    for number, file in enumerate(place.iterdir()):
        if number >= _MOST_FILES:
            break
        if file.is_file():
            newest = max(newest or 0.0, file.stat().st_mtime)
    return Folder(True, True, None if newest is None else datetime.fromtimestamp(newest, UTC))
