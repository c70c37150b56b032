"""The disks: room in every folder that the program writes to, and whether one disk holds what should be on two."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from app.doctor.findings import Finding, found
from app.doctor.ground import Ground
from app.kit.address import SQLITE, address_of
from app.kit.bundle import DATA, kept

__all__ = ["check"]

MEGABYTE: Final = 1_000_000
# Below this a write fails any moment; below that an installation has no room for a bad week.
FULL: Final = 32 * MEGABYTE
LOW: Final = 1_000 * MEGABYTE
# A file system may have room and no place for one more name.
FEWEST_NAMES: Final = 1_000
_MAKE_ROOM: Final = "make room, or give it a larger disk"


def check(ground: Ground) -> Iterator[Finding]:
    """What is wrong with the folders; those that are not there are told by the settings."""
    settings = ground.settings
    file = _database_file(ground)
    size = file.stat().st_size if file is not None and file.is_file() else 0
    # A backup of SQLite is a copy in var first; the next one of either engine is hardly smaller than the last.
    wanted = [("WAYMARK_VAR", settings.var, LOW + 2 * size)]
    if file is not None and file.parent.resolve() != settings.var.resolve():
        wanted.append(("DATABASE_URL", file.parent, LOW + size))
    if settings.backup_target is not None:
        newest = kept(settings.backup_target, DATA).newest
        last = newest.stat().st_size if newest is not None else size
        wanted.append(("WAYMARK_BACKUP_TARGET", settings.backup_target, LOW + 2 * last))
    if settings.checkpoint_target is not None:
        wanted.append(("WAYMARK_CHECKPOINT_TARGET", settings.checkpoint_target, LOW // 10))
    told: set[int] = set()
    for name, folder, enough in wanted:
        if not folder.is_dir():
            if name == "WAYMARK_VAR":
                what = f"{name}: there is no folder {folder}"
                yield found("disk.unwritable", what, "make it, or correct the variable", name)
            continue
        if not os.access(folder, os.W_OK | os.X_OK):
            if name in ("WAYMARK_VAR", "DATABASE_URL"):
                mend = "give it to the account the program runs under; see that its disk is not mounted read-only"
                yield found("disk.unwritable", f"{name}: {folder} cannot be written to", mend, name)
            continue
        yield from _room(name, folder, enough, told)
    yield from _shared(ground)
    if os.name == "posix" and os.geteuid() == 0 and settings.var.is_dir() and settings.var.stat().st_uid != 0:
        what = f"This was run as root, and {settings.var} belongs to another account"
        yield found("disk.account", what, "run it as that account: runuser -u ACCOUNT -- waymark doctor")


def _room(name: str, folder: Path, enough: int, told: set[int]) -> Iterator[Finding]:
    """Each disk is told once, by the first folder on it."""
    disk = folder.stat().st_dev
    if disk in told or os.name != "posix":
        return
    state = os.statvfs(folder)
    free = state.f_bavail * state.f_frsize
    # Some file systems count no names, and say 0 of 0.
    names = state.f_favail if state.f_files else FEWEST_NAMES
    what = f"{name}: {folder} has {free // MEGABYTE} megabytes free"
    if free < FULL or names < FEWEST_NAMES:
        told.add(disk)
        yield found("disk.full", what if free < FULL else f"{what} and room for {names} more files", _MAKE_ROOM, name)
    elif free < enough:
        told.add(disk)
        yield found("disk.low", f"{what}; {enough // MEGABYTE} are wanted", _MAKE_ROOM, name)


def _shared(ground: Ground) -> Iterator[Finding]:
    settings = ground.settings
    if not ground.production or not settings.var.is_dir():
        return
    own = settings.var.stat().st_dev
    for name, folder in (
        ("WAYMARK_BACKUP_TARGET", settings.backup_target), ("WAYMARK_CHECKPOINT_TARGET", settings.checkpoint_target)
    ):  # fmt: skip
        if folder is not None and folder.is_dir() and folder.stat().st_dev == own:
            yield found(
                "disk.shared", f"{name}: {folder} is on the same disk as WAYMARK_VAR",
                "name a folder on another disk, better on another machine", name,
            )  # fmt: skip


def _database_file(ground: Ground) -> Path | None:
    try:
        address = address_of(ground.settings.database_url)
    except ValueError:
        return None  # told by the check of the database
    return Path(address.database or "") if address.get_backend_name() == SQLITE else None
