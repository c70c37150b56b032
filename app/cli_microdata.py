"""The command line of synthetic records: `waymark microdata make` and `waymark microdata budget`.

A release is asked for by one person and agreed to by another, here as at a desk: who asks signs in at the terminal. Run
once, the command asks; run again after somebody has agreed, it makes the file and writes it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli_imports import at_the_terminal, work
from app.settings import Settings
from app.terminal import must_be_migrated, stop, told

if TYPE_CHECKING:
    from app.access.door import Door

microdata_app = typer.Typer(help="Synthetic records for the public.", no_args_is_help=True)

Login = Annotated[str, typer.Option("--as", help="The account that asks; somebody else agrees.")]
FromInput = Annotated[
    bool, typer.Option("--secrets-stdin", help="Read password and code from standard input, a line each.")
]


@microdata_app.command()
@told
def make(
    file: Annotated[str, typer.Argument(help="A file declared in policies/microdata.yaml, by its name.")],
    year: Annotated[str, typer.Argument(help="Of the people of which year; it has to be over.")],
    login: Login,
    to: Annotated[Path | None, typer.Option(help="Where the ZIP goes; without it: <file>-<year>.zip here.")] = None,
    why: Annotated[str, typer.Option(help="Of a later release: what is corrected.")] = "",
    secrets_stdin: FromInput = False,
) -> None:
    """Ask for a file of synthetic records; once a second person has agreed, make it and write it as it is released."""
    from app.statistics.microdata.noise import EXTRA, installed
    from app.statistics.release import RELEASE

    settings = Settings()
    must_be_migrated(settings)
    if not installed():
        stop(f"this needs the library OpenDP, which is not installed here: {EXTRA}")
    with at_the_terminal(settings, login, secrets_stdin, RELEASE) as (house, door):
        if file not in house.policies.microdata.files:
            known = ", ".join(sorted(house.policies.microdata.files))
            stop(f"there is no file '{file}' in policies/microdata.yaml. There are: {known}.")
        newest = _newest(door, file, year)
        if newest is None or why and newest.errors is not None:
            _ask(door, file, year, why)
            return
        if newest.errors is None:
            job = work(house, newest.job_id, "Making synthetic records")
            if job.state != "done":
                stop(f"it was stopped: {job.why or job.state}. `waymark jobs run {job.id}` goes on once it is resumed.")
        _write(door, file, year, to or Path(f"{file}-{year}.zip"))


@microdata_app.command()
@told
def budget(
    login: Login,
    year: Annotated[int | None, typer.Option(help="A year whose budget is shown although nothing was spent.")] = None,
    secrets_stdin: FromInput = False,
) -> None:
    """Show what may be told of the people of each year, and what was."""
    from app.statistics.microdata.overview import overview
    from app.statistics.release import RELEASE
    from app.statistics.service import READ

    settings = Settings()
    must_be_migrated(settings)
    with at_the_terminal(settings, login, secrets_stdin, READ) as (_, door), door.read() as desk:
        found = overview(desk, str(year) if year else None, RELEASE)
        for each in found.budgets:
            said = f"epsilon {each.spent:g} of {each.epsilon:g} spent, {each.left:g} left; delta {each.delta:g}"
            typer.echo(f"{each.period}: {said}")
        for one in found.makings:
            typer.echo(f"  {one.report} {one.period}, release {one.number}: epsilon {one.epsilon:g}, {one.state}")
        if not found.budgets:
            typer.echo("Nothing was spent yet.")


def _newest(door: Door, file: str, year: str) -> Any:
    """The newest making of a file that two persons agreed to, or None."""
    from app.statistics import queries

    with door.read() as desk:
        found = [row for row in queries.made_of_year(desk, year) if row.report == file]
    return max(found, key=lambda row: row.number, default=None)


def _ask(door: Door, file: str, year: str, why: str) -> None:
    """Ask, unless the same was asked and nobody has decided yet."""
    from app.statistics import release
    from app.statistics.schemas import ReleaseIn
    from app.statistics.working_out import work_out

    body = ReleaseIn(report=file, period=year, why=why)
    worked = work_out(door, body)
    with door.write() as desk:
        waiting = release.waiting(desk, file, year)
        asked = waiting or release.ask(desk, body, worked).id
    typer.echo(f"A second person has to agree: approval {asked}. Run this again when they have.")


def _write(door: Door, file: str, year: str, to: Path) -> None:
    """Write the bytes as they are released, and say what they are."""
    from app.statistics.release import released

    with door.write() as desk:
        found, content = released(desk, file, year)
    to.write_bytes(content)
    typer.echo(f"{to}: {len(content)} bytes, SHA-256 {found.sha256}")
