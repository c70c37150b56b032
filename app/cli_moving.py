"""The command `waymark migrate-to`: from SQLite to PostgreSQL, and back while nothing was written there."""

from __future__ import annotations

from typing import Annotated

import typer

from app.settings import Settings
from app.terminal import told

__all__ = ["migrate_to"]


@told
def migrate_to(
    address: Annotated[
        str,
        typer.Argument(
            help="The new store as the owner of its tables: postgresql://waymark_owner@host/waymark. A password is"
            " better kept in PGPASSFILE or PGPASSWORD than typed here, where a list of processes shows it."
        ),
    ],
    back: Annotated[bool, typer.Option("--back", help="The other way, as long as nothing was written there.")] = False,
    with_faults: Annotated[
        bool, typer.Option("--with-faults", help="Also a store whose own chains, seals or facts have faults.")
    ] = False,
) -> None:
    """Move a store from SQLite to an empty PostgreSQL: all of it, compared row by row and proven, or nothing."""
    from app.demo.progress import Bar
    from app.main import open_house
    from app.moving.back import bring_back
    from app.moving.moving import file_of, move

    settings = Settings()
    file = file_of(settings)
    house = open_house(settings)
    if back:
        rows = bring_back(house, settings, address)
        typer.echo(f"{rows} rows were taken out of the new store, the same as in {file}: it is served from here again.")
        return
    done = move(house, settings, address, Bar, with_faults=with_faults)
    for each in done.tables:
        if each.here:
            typer.echo(f"{each.table:24}{each.here:>10}  sha256 {each.digest_here[:16]} on both sides")
    typer.echo(f"{len(done.tables)} tables with {done.rows} rows are the same on both sides: {done.digest}")
    for sentence in done.proof.checked:
        typer.echo(sentence)
    for sentence in done.proof.faults:
        typer.echo(f"FAULT, moved as it was: {sentence}")
    if done.finished_only:
        typer.echo("An earlier run had brought everything there; this one looked, and finished it.")
    typer.echo(f"This store is at {done.place} now; no epoch begins, for nothing was lost. {file} is served no more.")
    typer.echo(
        f"Let DATABASE_URL name it as {settings.app_role} and WAYMARK_OWNER_DATABASE_URL as the owner, keep WAYMARK_VAR"
        " with its keys, and start `waymark serve` and `waymark worker`. Until then `--back` undoes the move."
    )
