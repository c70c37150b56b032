"""The command line of the standards, `waymark htcds`: checks a file, and prints the schema it is checked by."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from app.terminal import told
from policies.load import load_policies

if TYPE_CHECKING:
    from app.standards.htcds.checking import Report

htcds_app = typer.Typer(help="HTCDS 2.0, the case data standard of the IOM.", no_args_is_help=True)

STANDARD: Final = "htcds-2.0"
SHOWN: Final = 50
UNREADABLE: Final = 2


@htcds_app.callback()
def htcds() -> None:
    """HTCDS 2.0, the case data standard of the IOM."""


@htcds_app.command("schema")
@told
def schema() -> None:
    """Print the JSON Schema (draft 2020-12) of a file of records."""
    from app.standards.htcds.schema import text

    sys.stdout.write(text(load_policies().standards[STANDARD]))


@htcds_app.command("validate")
@told
def validate(
    file: Annotated[Path, typer.Argument(help="CSV, XLSX, ODS or JSON.")],
    target: Annotated[
        str | None, typer.Option(help="csv, template, template-single, xlsform or json; as it looks if left out.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The report for programs.")] = False,
) -> None:
    """Check a file: 0 nothing wrong, 1 faults, 2 not to be read. What stands in a cell is never repeated."""
    from app.demo.progress import Bar
    from app.standards.htcds.checking import as_text, check
    from app.standards.htcds.faults import Unreadable

    standard = load_policies().standards[STANDARD]
    if target is not None and target not in standard.targets:
        typer.echo(f"waymark: there is no target '{target}': {', '.join(standard.targets)}.", err=True)
        raise typer.Exit(UNREADABLE)
    bar = Bar(f"Checking {file.name}")
    try:
        if not file.is_file():
            raise Unreadable("There is no such file.")
        report = check(file, standard, target, bar)
    except (Unreadable, OSError) as fault:
        typer.echo(f"waymark: {file.name}: {fault}", err=True)
        raise typer.Exit(UNREADABLE) from None
    bar.end(f"{report.rows} rows checked")
    typer.echo(as_text(report) if as_json else "\n".join(_said(report, file.name)))
    raise typer.Exit(0 if report.valid else 1)


def _said(report: Report, name: str) -> list[str]:
    lines = [f"{name}: {report.records} records in {report.rows} rows, read as {report.target}."]
    if report.valid:
        lines.append("Nothing is wrong.")
    else:
        lines.append(f"{report.counted.total()} faults:")
        lines += [f"  {each.sentence}" for each in report.faults[:SHOWN]]
        if report.counted.total() > SHOWN:
            lines += [f"  and by field: {field}, {rule}: {n}" for (field, rule), n in sorted(report.counted.items())]
    if report.warned:
        lines.append(f"{report.warned.total()} warnings:")
        lines += [f"  {each.sentence}" for each in report.warnings[:SHOWN]]
    if report.core_empty:
        lines.append(f"Core fields that no record fills: {', '.join(report.core_empty)}.")
    for field, count in sorted(report.unknown.items()):
        lines.append(f"Kept as unknown in {field}: {count}.")
    for column, count in sorted(report.beside.items()):
        lines.append(f"HTCDS cannot say: {column} ({count}).")
    return lines
