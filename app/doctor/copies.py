"""The backups: the newest of each kind, whether a key opens them, and the programs that make and restore them."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from typing import Final

from app.backups.on_postgresql import HOW_TO_INSTALL, ProgramMissing, version_of
from app.doctor import queries
from app.doctor.findings import Finding, found
from app.doctor.ground import Ground
from app.kit.address import SQLITE
from app.kit.bundle import DATA, KEYS, kept, versions_needed
from app.kit.keyfile import KeyMissing
from app.upkeep.standing import BACKUP_LATE_AFTER, backups

__all__ = ["ages", "libraries", "locks", "programs"]

_PARTS: Final = {DATA: "the data", KEYS: "the keys of persons"}
# What an installation may leave out: the module, the extra that brings it, and what is not on offer without it.
_EXTRAS: Final = (
    ("opendp", "microdata", "files of synthetic records"),
    ("botocore", "store", "checkpoints in an object store"),
    ("pkcs11", "hsm", "keys in a security module"),
)


def ages(ground: Ground) -> Iterator[Finding]:
    """How old the newest backup of each kind is, against what is expected of every installation."""
    target = ground.settings.backup_target
    if target is None or not target.is_dir():
        return  # told by the settings
    hours = int(BACKUP_LATE_AFTER.total_seconds() // 3600)
    for kind, what in _PARTS.items():
        folder = backups(target, kind, ground.clock.now())
        if folder.newest is None:
            mend = "run `waymark backup` every night, and carry the files off the machine"
            yield found("backups.none", f"There is no backup of {what} in {target}", mend, kind)
        elif folder.late:
            yield found(
                "backups.late",
                f"The newest backup of {what} is of {folder.newest:%Y-%m-%d %H:%M} UTC, more than {hours} hours old",
                "run `waymark backup` now and read what it says; then see why the nightly run did not", kind,
            )  # fmt: skip


def locks(ground: Ground) -> Iterator[Finding]:
    """Backups that were sealed under a key-encryption key which is not at its place any more."""
    target = ground.settings.backup_target
    if target is None or not target.is_dir():
        return
    try:
        there = set(ground.settings.kek.versions())
    except KeyMissing:
        return  # told by the keys
    files = (file for kind in (DATA, KEYS) for _, file in kept(target, kind))
    for version, names in sorted(versions_needed(files).items()):
        if version not in there:
            yield found(
                "backups.locked",
                f"{len(names)} backups in {target} need version {version} of the key-encryption key, which is not here;"
                f" the newest is {max(names)}",
                "bring that version back from the copy of the keys before one of these backups is needed", f"{version}",
            )  # fmt: skip


def programs(ground: Ground) -> Iterator[Finding]:
    """PostgreSQL's own programs, which make and bring back backups: there, and not older than the server."""
    assert ground.store is not None
    if ground.store.dialect == SQLITE:
        return
    with ground.store.read() as session:
        server = queries.server_version(session)
    for program in ("pg_dump", "pg_restore"):
        try:
            version = version_of(program)
        except ProgramMissing as fault:
            what, _, mend = f"{fault}".partition(". ")
            yield found("programs.missing", what, mend or HOW_TO_INSTALL, program)
            continue
        if version < server:
            what = f"{program} is of PostgreSQL {version}, and the server of {server}"
            yield found("programs.old", what, f"install version {server} or newer. {HOW_TO_INSTALL}", program)


def libraries(_ground: Ground) -> Iterator[Finding]:
    """Libraries that an installation may do without."""
    for module, extra, what in _EXTRAS:
        if find_spec(module) is None:
            mend = f"pip install 'waymark[{extra}]', if it is wanted"
            yield found("libraries.optional", f"{module} is not installed: no {what}", mend, extra)
