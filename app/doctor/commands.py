"""The command `waymark doctor`."""

from __future__ import annotations

import json
import textwrap
from typing import Annotated, Final

import typer

from app.doctor import environment
from app.doctor.examine import examine
from app.doctor.findings import Finding, Report
from app.doctor.meanings import Level
from app.kit.clock import Clock

__all__ = ["doctor"]

_WIDTH: Final = 110
_HEADS: Final = {Level.BROKEN: "BROKEN", Level.ATTENTION: "ATTENTION", Level.NOTE: "NOTE"}


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="All of it for a machine.")] = False,
    offline: Annotated[bool, typer.Option("--offline", help="Ask no partner over the network.")] = False,
) -> None:
    """Examine this installation and change nothing; ends with 0 (well), 1 (needs attention) or 2 (broken)."""
    settings, findings = environment.read()
    report = examine(settings, findings, Clock(), offline=offline)
    if as_json:
        typer.echo(json.dumps(report.plain(), indent=2, ensure_ascii=False))
    else:
        for line in _lines(report):
            typer.echo(line)
    raise typer.Exit(report.exit_code)


def _lines(report: Report) -> list[str]:
    lines = [line for each in report.findings for line in _told(each)]
    because: dict[str, list[str]] = {}
    for each in report.not_looked_at:
        because.setdefault(each.because, []).append(each.check)
    lines += [f"Not looked at, since {why}: {', '.join(checks)}." for why, checks in because.items()]
    counted = {level: sum(each.level is level for each in report.findings) for level in Level}
    said = f"{counted[Level.BROKEN]} broken, {counted[Level.ATTENTION]} to be attended to"
    verdict = said if report.exit_code else "nothing is wrong"
    return [*lines, f"{len(report.looked_at)} things looked at: {verdict}."]


def _told(finding: Finding) -> list[str]:
    parts = (("Why", finding.why), ("Mend", finding.mend), ("Who", finding.who))
    told = [f"{_HEADS[finding.level]} {finding.name}: {finding.what}"]
    for head, words in parts:
        first, others = f"    {head}: ", " " * 8
        told += textwrap.wrap(
            words, _WIDTH, initial_indent=first, subsequent_indent=others, break_on_hyphens=False,
            break_long_words=False,
        )  # fmt: skip
    return told
