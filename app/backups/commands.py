"""The commands `waymark backup`, `waymark backup verify` and `waymark restore`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from app.backups import making, restoring
from app.backups.making import BOTH, KEEP_DATA_DAYS, KEEP_KEYS_DAYS, Store
from app.kit.bundle import DATA, KEYS
from app.kit.clock import Clock
from app.kit.crypto import KeyRing
from app.kit.db import Database
from app.kit.signing import SigningKeys
from app.settings import Settings
from app.terminal import must_be_migrated, stop, told

__all__ = ["backup_app", "restore"]

backup_app = typer.Typer(invoke_without_command=True)


class Part(StrEnum):
    """What of a backup is made."""

    BOTH = "both"
    DATA = DATA
    KEYS = KEYS


@backup_app.callback()
@told
def backup(
    context: typer.Context,
    to: Annotated[Path | None, typer.Option("--to", help="The folder, if not WAYMARK_BACKUP_TARGET.")] = None,
    part: Annotated[Part, typer.Option(help="The data, the keys of persons, or both.")] = Part.BOTH,
    keep_days: Annotated[int, typer.Option(min=1, help="How long backups of the data stay.")] = KEEP_DATA_DAYS,
    keep_keys_days: Annotated[int, typer.Option(min=1, help="How long backups of the keys stay.")] = KEEP_KEYS_DAYS,
) -> None:
    """Back up while everybody works on: two sealed and signed files, the data and the keys of persons."""
    if context.invoked_subcommand is not None:
        return
    settings = Settings()
    must_be_migrated(settings)
    target = to or settings.backup_target
    if target is None:
        stop("name a folder with --to or in WAYMARK_BACKUP_TARGET.")
    keys, signing = _opened(settings)
    store = Store(Database(settings.database_url), keys, signing, Clock())
    parts = BOTH if part is Part.BOTH else (part.value,)
    made = making.make(store, settings, target, parts=parts, keep_days=(keep_days, keep_keys_days))
    store.db.dispose()
    for file in made.files:
        typer.echo(f"made {file}")
    typer.echo(f"{made.rows} rows and {made.data_keys} data keys backed up.")
    for file in made.gone:
        typer.echo(f"removed {file.name}, which was too old")


@backup_app.command("verify")
@told
def verify(file: Annotated[Path, typer.Argument(help="A backup, of data or of keys.")]) -> None:
    """Read a backup from its first byte to its last and prove what it holds; ends with 1 and the fault if one is."""
    settings = Settings()
    keys, signing = _opened(settings)
    proven = restoring.prove(file, keys, signing, settings.var / "tmp")
    manifest = proven.told.manifest
    typer.echo(f"{file.name}: made {manifest['made_at']}, signed with {proven.told.signed_by}, sound.")
    if proven.told.kind == KEYS:
        typer.echo(f"{proven.rows} data keys, all open; {proven.destroyed} of them were destroyed.")
    elif proven.chains:
        typer.echo(f"{proven.rows} rows; {proven.chains}")
    else:
        typer.echo(f"{proven.rows} rows by its manifest; a restore counts them and proves the histories.")


@told
def restore(
    data: Annotated[Path, typer.Argument(help="The backup of the data.")],
    keys: Annotated[
        Path | None, typer.Option("--keys", help="The backup of the keys; the newest beside the data if left out.")
    ] = None,
) -> None:
    """Bring a backup back into an empty store, prove all of it, and begin a new epoch."""
    settings = Settings()
    ring, signing = _opened(settings)
    key_file = keys or restoring.keys_beside(data)
    done = restoring.restore(settings, ring, signing, Clock(), data, key_file)
    typer.echo(f"{data.name} of {done.made_at} is back, with the keys of {key_file.name}.")
    typer.echo(f"{done.rows} rows; {done.chains}.")
    if done.destroyed:
        typer.echo(f"{done.destroyed} data keys were destroyed by erasures: what they sealed stays unreadable.")
    typer.echo(f"Epoch {done.epoch} has begun. What happened after {done.made_at} is not in it: tell the partners.")


def _opened(settings: Settings) -> tuple[KeyRing, SigningKeys]:
    """The keys a backup is sealed and signed with; KeyMissing if one is lost, which names it."""
    create = settings.creates_keys
    return settings.kek.ring(create), SigningKeys.from_folder(settings.signing_folder, create)
