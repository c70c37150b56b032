"""The command line: `waymark demo`, `serve`, `worker`, `migrate`, and what an operator checks and repairs."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.access.unsafe_start import check_start
from app.backups.commands import backup_app, restore
from app.cli_imports import imports_app, jobs_app
from app.cli_keys import keys_app
from app.cli_microdata import microdata_app
from app.cli_moving import migrate_to
from app.cli_partners import exchange_app, partners_app
from app.cli_standards import htcds_app
from app.doctor.commands import doctor
from app.kit import migrate as tables
from app.settings import Settings
from app.terminal import must_be_migrated, must_be_whole, stop, told
from app.wording.commands import words_app
from policies.load import PolicyError, load_policies

if TYPE_CHECKING:
    from app.demo.figures import Figures

app = typer.Typer(
    help="Waymark: case work for trafficked persons, inside one country and across borders.",
    no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False,
)  # fmt: skip
policies_app = typer.Typer(help="The rules: countries, corridors, roles, codes.", no_args_is_help=True)
audit_app = typer.Typer(help="The hash-chained history.", no_args_is_help=True)
user_app = typer.Typer(help="Accounts.", no_args_is_help=True)
offices_app = typer.Typer(help="Offices.", no_args_is_help=True)
GROUPS = {
    "policies": policies_app, "audit": audit_app, "user": user_app, "offices": offices_app, "keys": keys_app,
    "words": words_app, "backup": backup_app, "partner": partners_app, "exchange": exchange_app,
    "htcds": htcds_app, "import": imports_app, "jobs": jobs_app,
    "microdata": microdata_app,
}  # fmt: skip
for name, part in GROUPS.items():
    app.add_typer(part, name=name)
app.command()(restore)
app.command()(doctor)
app.command("migrate-to")(migrate_to)

Var = Annotated[Path, typer.Option("--var", help="The folder for databases and keys.", envvar="WAYMARK_VAR")]


@app.command()
@told
def demo(
    once: Annotated[
        bool, typer.Option("--once", help="Build, print the report and end; 1 if a figure differs.")
    ] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Throw away what was built before.")] = False,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port on 127.0.0.1; 0 takes a free one.")] = 8000,
    people: Annotated[
        int | None, typer.Option(min=20, help="A smaller world of about so many people, for a quick look.")
    ] = None,
    two: Annotated[
        bool, typer.Option("--two-instances", help="Two installations that know each other, at --port and the next.")
    ] = False,
    var: Var = Path("var"),
) -> None:
    """Two countries, a border and a year of invented cases, in published numbers; then the API on this machine."""
    from app.demo import figures, place, serve
    from app.demo.once import once as build_and_report
    from app.demo.progress import Bar
    from app.demo.stage import StoryFault

    wanted = figures.published() if people is None else figures.sample(people)
    try:
        if two:
            return _two_instances(var, wanted, port, once=once, fresh=fresh)
        if once:
            bar = Bar("Playing two years of casework")
            written = Bar("Writing the registers of four years")
            same = build_and_report(var / "demo-once", wanted, typer.echo, bar, written)
            bar.end("Built and checked")
            raise typer.Exit(0 if same else 1)
        folder = var / "demo"
        if fresh:
            shutil.rmtree(folder, ignore_errors=True)
        if not place.is_built(folder):
            shutil.rmtree(folder, ignore_errors=True)
            typer.echo(f"Building the demonstration in {folder}: once, for about a minute.")
            bar = Bar("Playing two years of casework")
            acts = place.make_whole(folder, wanted, bar)
            bar.end(f"{wanted.people} people, {acts} acts of their case workers, played")
    except StoryFault as fault:
        stop(f"the program did not let the story go on: {fault}")
    serve.serve(folder, port)


def _two_instances(var: Path, wanted: Figures, port: int, *, once: bool, fresh: bool) -> None:
    from app.demo import pair_serve
    from app.demo.progress import Bar

    bar = Bar("Playing two years of casework across two installations")
    if once:
        same = pair_serve.once(var / "demo-two-once", wanted, typer.echo, bar)
        raise typer.Exit(0 if same else 1)
    folder = var / "demo-two"
    if fresh:
        shutil.rmtree(folder, ignore_errors=True)
    if pair_serve.make_if_missing(folder, wanted, port, typer.echo, bar):
        bar.end("Both are built")
    pair_serve.serve(folder, port, typer.echo)


@app.command()
@told
def serve(
    worker: Annotated[bool, typer.Option(help="Carry out effects and deadlines here too.")] = True,
    processes: Annotated[
        int, typer.Option(min=1, help="How many processes serve, on PostgreSQL; the worker is then one more.")
    ] = 1,
) -> None:
    """Serve pages and the JSON API with the settings of the environment (WAYMARK_...).

    SIGTERM or Ctrl-C ends it when what runs is answered. With several processes SIGHUP replaces them one by one.
    """
    from app.serving.begin import serve as begin

    settings = Settings()
    check_start(settings)
    must_be_migrated(settings)
    begin(settings, processes, worker=worker, say=lambda words: typer.echo(words, err=True))


@app.command()
@told
def worker() -> None:
    """Carry out effects and ring deadlines, beside servers that do not; SIGTERM or Ctrl-C ends it."""
    from app.serving.children import work

    settings = Settings()
    check_start(settings)
    must_be_migrated(settings)
    work(settings)


@app.command()
@told
def migrate() -> None:
    """Bring the tables of the database up to this version of the program; a second time changes nothing."""
    settings = Settings()
    url = settings.owner_database_url
    before = tables.current(url)
    must_be_whole(before)
    granted = tables.upgrade(url, app_role=settings.app_role)
    after = tables.current(url)
    typer.echo(f"The tables are at revision {after}." if before != after else f"Nothing to do: at revision {after}.")
    if not granted:
        typer.echo(
            f"waymark: no role {settings.app_role} beside the owner of the tables, so no rights were given."
            " script/postgres-roles.sql makes it; then run `waymark migrate` again.",
            err=True,
        )


@policies_app.command("check")
def check(
    folder: Annotated[Path | None, typer.Argument(help="Other policies than the package's own.")] = None,
) -> None:
    """Read all policy files and print every problem as file:line: sentence."""
    if folder is not None and not folder.is_dir():
        stop(f"there is no folder {folder}")
    try:
        found = load_policies(folder)
    except PolicyError as error:
        for file, line, text in error.problems:
            typer.echo(f"{file}:{line}: {text}")
        typer.echo(f"{len(error.problems)} problems.", err=True)
        raise typer.Exit(1) from None
    offices = sum(len(country.offices) for country in found.countries.values())
    typer.echo(
        f"{len(found.countries)} countries with {offices} offices, {len(found.corridors)} corridors,"
        f" {len(found.roles)} roles, {len(found.permissions)} permissions, {len(found.codes)} code lists and"
        f" {len(found.sources)} sources: no problem found."
    )


@app.command()
@told
def draw(
    folder: Annotated[Path, typer.Argument(help="Where the diagrams go.")] = Path("docs/workflows"),
) -> None:
    """Write the state machines as Mermaid diagrams."""
    from app.drawing import write_diagrams

    for path in write_diagrams(folder):
        typer.echo(str(path))


Since = Annotated[str | None, typer.Option(help="A day such as 2026-11-01, or a moment; only what is newer.")]


@audit_app.command("verify")
@told
def verify(
    since: Since = None,
    witness: Annotated[
        list[Path] | None, typer.Option(help="A file with a checkpoint that somebody else kept; or several.")
    ] = None,
    restored: Annotated[
        int, typer.Option(min=1, help="The newest epoch you know of: what its restore took away is no fault.")
    ] = 1,
) -> None:
    """Prove histories, looks and checkpoints; ends with 1 and names the first fault if one was touched."""
    from app.oversight.proving import moment, prove

    settings = Settings()
    must_be_migrated(settings)
    proof = prove(settings, moment(since), witness or (), restored)
    if proof.faults:
        stop("\nwaymark: ".join(proof.faults))
    for sentence in proof.checked:
        typer.echo(sentence)


@audit_app.command("seals")
@told
def seals() -> None:
    """Open every data key and everything that is sealed; ends with 1 and names each row that does not open."""
    from app.oversight.proving import open_seals

    settings = Settings()
    must_be_migrated(settings)
    found = open_seals(settings)
    if found.broken:
        stop("\nwaymark: ".join(found.broken))
    typer.echo(f"{found.keys} data keys and {found.seals} seals open; {found.erased} are of people who were erased.")


@audit_app.command("export")
@told
def export(
    to: Annotated[Path, typer.Argument(help="The file to write, which must not be there yet.")],
    since: Since = None,
    closed: Annotated[bool, typer.Option("--closed", help="Hashes only, without the course of any case.")] = False,
) -> None:
    """Write what an outside auditor checks with script/verify_bundle.py, which needs nothing of Waymark."""
    from app.oversight.proving import export as write
    from app.oversight.proving import moment

    settings = Settings()
    must_be_migrated(settings)
    checkpoints, chains = write(settings, to, moment(since), closed=closed)
    typer.echo(f"{to}: {checkpoints} checkpoints, {chains} chains. Hand the public key over by another way.")


@app.command("rebuild-facts")
@told
def rebuild_facts(
    repair: Annotated[
        bool, typer.Option("--repair", help="Write what was rebuilt, with an entry in the history.")
    ] = False,
) -> None:
    """Fold every history again and compare the result with the stored facts; ends with 1 if they differ."""
    from app.main import open_house
    from app.oversight.rebuild import rebuild_facts as rebuild

    settings = Settings()
    must_be_migrated(settings)
    differing = rebuild(open_house(settings), repair=repair)
    for each in differing:
        typer.echo(each.sentence)
    if differing and not repair:
        stop(f"{len(differing)} subjects differ; nothing was changed. --repair writes what the history says.")
    typer.echo(f"{len(differing)} repaired." if differing else "All stored facts are what the histories say.")


@app.command("rebuild-index")
@told
def rebuild_index(
    again: Annotated[bool, typer.Option("--again", help="Write everybody in anew, not only who is missing.")] = False,
) -> None:
    """Write the names of people who are not in the blind index into it; stopped, it goes on where it was."""
    from app.main import open_house
    from app.operations import rebuild_name_index

    settings = Settings()
    must_be_migrated(settings)
    done = 0
    for done in rebuild_name_index(open_house(settings), again=again):
        typer.echo(f"{done} people", err=True)
    typer.echo(f"{done} people were written into the index of names.")


@app.command("finish-erasures")
@told
def finish_erasures() -> None:
    """Have the last traces of erased people leave the database's files; PostgreSQL needs it, say nightly."""
    from app.casework.burying import still_due
    from app.main import open_house
    from app.operations import finish_erasures as finish

    settings = Settings()
    must_be_migrated(settings)
    house = open_house(settings)
    done, left = finish(house, settings.owner_database_url), still_due(house)
    typer.echo(f"{done} erasures finished: no trace is left in the files of the database.")
    if left:
        stop(f"{left} erasures are not finished: somebody still reads from before them, say a backup. Run this again.")


@user_app.command("create")
@told
def create_user(
    login: Annotated[str, typer.Argument(help="Letters, digits and . _ @ + - only.")],
    name: Annotated[str, typer.Option(help="The name colleagues see.")],
    office: Annotated[str, typer.Option(help="The code of the office, as in `waymark offices sync`.")],
    role: Annotated[list[str], typer.Option(help="A role of policies/roles.yaml; may be given several times.")],
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
) -> None:
    """Open an account, such as the first administrator's; the password is asked for."""
    from app.accounts.schemas import AccountIn
    from app.main import open_house
    from app.operations import create_user as create

    settings = Settings()
    must_be_migrated(settings)
    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = typer.prompt("Password (15 characters or more)", hide_input=True, confirmation_prompt=True)
    values: dict[str, Any] = {"display_name": name, "office": office, "roles": role, "password": password}
    create(open_house(settings), AccountIn.model_validate({"login": login, **values}))
    typer.echo(f"{login} can sign in now.")


@offices_app.command("sync")
@told
def sync() -> None:
    """Bring the offices of the policies into the database; a second time changes nothing."""
    from app.kit.db import Database
    from app.operations import sync_offices

    settings = Settings()
    must_be_migrated(settings)
    database = Database(settings.database_url)
    with database.write() as session:
        done = sync_offices(session, load_policies(settings.policies_folder))
    database.dispose()
    typer.echo(f"{len(done.added)} offices added, {len(done.changed)} changed, {done.unchanged} as they were.")
    if done.strays:
        typer.echo(f"In the database only, and kept: {', '.join(done.strays)}", err=True)


def main() -> None:
    """The entry point of the `waymark` command."""
    app()
