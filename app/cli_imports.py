"""The command line of imports and of long work: `waymark import cases` and `waymark jobs run`.

Cases belong to an office and are opened by somebody: who brings them in signs in at the terminal, with password and
code, and what they may do at their desk they may do here.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.settings import Settings
from app.terminal import must_be_migrated, stop, told

if TYPE_CHECKING:
    from app.access.desk import House
    from app.access.door import Door
    from app.imports.schemas import ImportOut

imports_app = typer.Typer(help="Cases from files of other systems.", no_args_is_help=True)
jobs_app = typer.Typer(help="Long work.", no_args_is_help=True)


@imports_app.command("cases")
@told
def import_cases(
    file: Annotated[Path, typer.Argument(help="CSV, XLSX, ODS or a JSON list.", exists=True, dir_okay=False)],
    mapping: Annotated[str, typer.Option(help="A mapping of policies/imports by its name, or a file of your own.")],
    login: Annotated[str, typer.Option("--as", help="The account that brings the cases in, to its own office.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would come in, and change nothing.")] = False,
    all_or_nothing: Annotated[bool, typer.Option("--all-or-nothing", help="Every row, or none.")] = False,
    why: Annotated[str, typer.Option(help="What this is, for the second person and the record.")] = "",
    other: Annotated[
        list[int] | None, typer.Option(help="A line about somebody else than the person with a like name; or several.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="Where the report goes: .csv or .json. It repeats nothing of the cells.")
    ] = None,
    secrets_stdin: Annotated[
        bool, typer.Option("--secrets-stdin", help="Read password and code from standard input, a line each.")
    ] = False,
) -> None:
    """Try out a file of cases, and bring them in; 1 if a row cannot come in. A second time changes nothing."""
    from app.imports import service
    from app.imports.rights import RIGHT, may_bring
    from app.imports.schemas import ImportIn, StartIn
    from app.imports.taking import standard_of, take

    settings = Settings()
    must_be_migrated(settings)
    house_mapping = not Path(mapping).is_file()
    text = "" if house_mapping else Path(mapping).read_text(encoding="utf-8-sig")
    body = ImportIn(mapping=mapping if house_mapping else "", mapping_text=text, all_or_nothing=all_or_nothing)
    with at_the_terminal(settings, login, secrets_stdin, RIGHT) as (house, door):
        _must_be_mapping(house, body, mapping)
        read = service.mapping_of(house.policies, body)
        with door.read() as desk:
            may_bring(desk, read)
        try:
            rules, standard = house.policies.safeguards.imports, standard_of(house.policies, read)
            with file.open("rb") as content:
                # One byte more than may be is enough to see that it is too large.
                taken = take(content.read(rules.largest_bytes + 1), read, rules, standard=standard)
        except Exception as error:
            _say_where(error)
            raise
        with door.write() as desk:
            asked = service.ask(desk, body, read, taken)
        work(house, asked.check.id, "Trying out")
        found = _look(door, asked.id)
        _summary("Trial run", found.check.counts)
        stage = "check"
        if not dry_run:
            with door.write() as desk:
                said = StartIn(why=why or f"Import of {file.name[:100]}.", others=other or [])
                found = service.start(desk, asked.id, said)
            if found.approval is not None:
                typer.echo(f"A second person has to agree: approval {found.approval.id}. Then the cases come in.")
            elif found.bring is not None:
                work(house, found.bring.id, "Bringing in")
                found, stage = _look(door, asked.id), "bring"
                _summary("Import", found.bring.counts if found.bring else {})
        if report is not None:
            _write(door, asked.id, stage, report)
        job = found.bring if stage == "bring" and found.bring else found.check
        if job.state != "done":
            stop(f"it was stopped: {job.why or job.state}. `waymark jobs run {job.id}` goes on once it is resumed.")
        if job.faults:
            stop(f"{job.faults} rows cannot come in like this; the report says why.")


@jobs_app.command("run")
@told
def run_job(job: Annotated[str, typer.Argument(help="The id of the work, as its page shows it.")]) -> None:
    """Do long work here and now, as a worker would; others may be at it too. Ctrl-C stops after a step."""
    from app.casework import jobs
    from app.main import open_house

    settings = Settings()
    must_be_migrated(settings)
    house = open_house(settings)
    row = work(house, job, "Working")
    house.db.dispose()
    if row.state != jobs.DONE:
        stop(f"it is not done: {row.why or row.state}, {row.done} of {row.total}.")
    typer.echo(f"Done: {row.done} of {row.total}, {row.faults} with faults.")


@contextmanager
def at_the_terminal(settings: Settings, login: str, from_input: bool, right: str) -> Iterator[tuple[House, Door]]:
    """The house, and a door under ``right`` for whoever signs in here; their sign-in ends with the command."""
    from app.access import sessions, stepup
    from app.access.door import Door
    from app.access.log import looked
    from app.access.sessions import sign_in
    from app.accounts.own import lacks_factor
    from app.main import open_house

    house = open_house(settings)
    password = _secret("Password", from_input)
    code = _secret("Code of your authenticator (empty if you have none)", from_input)
    grant = sign_in(house, login, password, "command-line", code or None)
    claims = house.tokens.read(grant.access_token, house.clock.now())
    door = Door(house, claims, right, "command-line")
    try:
        with door.write() as desk:
            if lacks_factor(desk):
                stop("people who hold a right of power need an authenticator for this: enrol one at your desk first.")
            # Password and code were shown a moment ago: the proof that acts of power ask for.
            stepup.mark(desk.session, desk.session_id, desk.now)
            looked(desk, "stepped_up", "session", desk.session_id, {"by": "terminal"})
        yield house, door
    finally:
        with house.db.write() as session:
            sessions.end_session(session, claims.sid, house.clock.now(), "signed_out")
        house.db.dispose()


def _secret(what: str, from_input: bool) -> str:
    if from_input:
        return sys.stdin.readline().rstrip("\r\n")
    return str(typer.prompt(what, hide_input=True, default="", show_default=False))


def _must_be_mapping(house: House, body: Any, named: str) -> None:
    """End the command with every problem of the mapping and its line, where it cannot be used."""
    from policies.import_checks import read_mapping

    if body.mapping and body.mapping not in house.policies.imports:
        known = ", ".join(sorted(house.policies.imports))
        stop(f"there is no mapping and no file '{named}'. Mappings of the house: {known}.")
    if body.mapping_text:
        _, problems = read_mapping(named, body.mapping_text, house.policies)
        if problems:
            stop("the mapping cannot be used:\n" + "\n".join(str(each) for each in problems))


def _say_where(error: Exception) -> None:
    """Which line or columns a file was refused for."""
    for each in getattr(error, "extra", {}).get("errors", ()):
        if "line" in each:
            typer.echo(f"line {each['line']}: {each['sentence']}", err=True)
        if "columns" in each:
            typer.echo(f"{each['sentence']} {', '.join(each['columns'])}", err=True)


def work(house: House, job_id: str, what: str) -> Any:
    """Do a job in the foreground with a bar on standard error."""
    from app.casework import jobs

    at = 0
    with typer.progressbar(length=100, label=what, file=sys.stderr) as bar:

        def show(row: Any) -> None:
            nonlocal at
            share = 100 * row.done // row.total if row.total else 100
            bar.update(share - at)
            at = share

        return jobs.run(house, job_id, show)


def _look(door: Door, import_id: str) -> ImportOut:
    from app.imports import service

    with door.write() as desk:
        return service.read(desk, import_id)


def _summary(what: str, counts: dict[str, int]) -> None:
    from app.imports.findings import COUNTED, OUTCOMES

    typer.echo(f"{what}:")
    for word, count in counts.items():
        typer.echo(f"  {count:>7}  {({**OUTCOMES, **COUNTED})[word]}")


def _write(door: Door, import_id: str, stage: str, to: Path) -> None:
    """The report as CSV, or with the ending .json as JSON; it never holds what stood in a cell."""
    from app.imports import service

    with door.write() as desk:
        if to.suffix == ".json":
            found = service.report(desk, import_id, stage, most=10_000_000)
            content = found.model_dump_json(indent=1).encode("utf-8")
        else:
            content = service.report_file(desk, import_id, stage)
    to.write_bytes(content)
    typer.echo(f"Report: {to}")
