"""Works out what a table may tell, before it is asked for: read in one look, reckoned outside of any transaction.

The reckoning may take long, and nobody waits for it but who asked. What it came to is used only if nothing has become
public meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from sqlalchemy import Row

from app.access import rows
from app.access.desk import Desk
from app.access.stepup import must_be_fresh
from app.kit.errors import AppError, Conflict, Invalid
from app.kit.words import mark
from app.statistics import queries
from app.statistics.beside import Neighbours, neighbours, told_by
from app.statistics.counting import Cells, count, wanted
from app.statistics.hiding import Figure, TellsTooMuch, hidden
from app.statistics.later import hidden_later
from app.statistics.periods import Period, period_of, year_of
from app.statistics.schemas import ReleaseIn, TableOut
from app.statistics.service import declared
from policies.microdata import MicroFile
from policies.reports import Report

__all__ = ["ACT", "Told", "Worked", "fit_to_ask", "newest_number", "one_period", "work_out"]

ACT: Final = mark("giving a table to the public")


class Looks(Protocol):
    """A door through which one may look."""

    def read(self) -> AbstractContextManager[Desk]:
        """Open a transaction that only looks."""


@dataclass(frozen=True, slots=True)
class Told:
    """What of a table is told. ``newest``: its newest release, if there is one."""

    cells: Cells
    hide: frozenset[Figure]
    newest: TableOut | None
    turn: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Worked:
    """What the reckoning came to: what is told, a refusal, or nothing where nothing was to be counted."""

    came_to: Told | None = None
    refused: AppError | None = None

    def told(self) -> Told:
        """What is told; raises the refusal, which is answered where the asking is, once for each key."""
        if self.refused is not None:
            raise self.refused
        assert self.came_to is not None, "a table is asked for with what was worked out for it"
        return self.came_to


@dataclass(frozen=True, slots=True)
class _Counted:
    """All that is read of a table that is asked for."""

    report: Report
    cells: Cells
    before: tuple[TableOut, ...]
    near: Neighbours
    turn: int
    at: datetime

    def told(self) -> Told:
        smallest, before = self.report.smallest_cell.public, tuple(map(told_by, self.before))
        alone = self._after(smallest) if before else hidden(self.cells, smallest)
        hide = self.near.hidden(self.report, self.cells, alone, before)
        newest = self.before[-1] if before else None
        return Told(self.cells, hide, newest, self.turn, self.at)

    def _after(self, smallest: int) -> frozenset[Figure]:
        """What is hidden beside the earlier releases of the very table."""
        try:
            return hidden_later(self.cells, smallest, *map(told_by, self.before))
        except TellsTooMuch as reason:
            raise Conflict(
                mark("Too little has changed: beside the earlier release, the new figures would tell of a few people."),
                code="release_tells",
                extra={"release": len(self.before), "sources": ["CTDC-K11"]},
            ) from reason


def work_out(door: Looks, body: ReleaseIn) -> Worked:
    """Count the whole country's table, whoever asks, and reckon what of it is not told beside all that is public.

    For `release.ask`. Every refusal is kept in what is returned; only who may not pass the door is refused here.
    """
    with door.read() as desk:
        try:
            counted = _counted(desk, body)
        except AppError as refusal:
            return Worked(refused=refusal)
    try:
        return Worked(counted.told() if counted is not None else None)
    except AppError as refusal:
        return Worked(refused=refusal)


def fit_to_ask(desk: Desk, body: ReleaseIn) -> tuple[Report | MicroFile, Period, int]:
    """What is asked for, and the number of its newest release; refused as `release.ask` says."""
    report = declared(desk, body.report)
    period = one_period(report, body.period)
    before = newest_number(desk, report, period.text)
    if before and not body.why.strip():
        raise Invalid(
            mark("This period was released already. Say what is corrected."),
            extra={"errors": [{"field": "why", "rule": "required for a later release"}]},
        )
    if period.last >= desk.today:
        raise Conflict(
            mark("The period is not over: its figures would still grow, and each growth would tell of somebody."),
            code="period_not_over",
            extra={"last_day": period.last.isoformat()},
        )
    must_be_fresh(desk, ACT)
    return report, period, before


def newest_number(desk: Desk, report: Report | MicroFile, period: str) -> int:
    """The number of the newest release of a period, 0 where there is none.

    A file of records has its number from when its budget was spent, whether or not it was ever finished.
    """
    if isinstance(report, MicroFile):
        numbers = [row.number for row in queries.made_of_year(desk, period) if row.report == report.name]
        return max(numbers, default=0)
    before = queries.newest_release(desk, report.name, period)
    return 0 if before is None else int(before.number)


def one_period(report: Report | MicroFile, text: str) -> Period:
    """One period alone: several years side by side would tell the same people in two releases.

    Of tables of a day the last one of a year: from one day to the next a few people come and go. Raises Invalid.
    """
    if isinstance(report, MicroFile):
        return year_of(text)
    period = period_of(report, text)
    if period.stands and not period.ends_a_year:
        raise Invalid(
            mark("Only the last day of a year becomes public: two days near each other tell who came or left."),
            extra={"errors": [{"field": "period", "rule": "such as 2025-12-31", "source": "CTDC-K11"}]},
        )
    if ".." in text:
        raise Invalid(
            mark("Each year is released by itself."),
            extra={"errors": [{"field": "period", "rule": "one year, such as 2017"}]},
        )
    return period


def _counted(desk: Desk, body: ReleaseIn) -> _Counted | None:
    """All that is needed to reckon; None for a file of synthetic records, which is long work of its own."""
    report, period, _ = fit_to_ask(desk, body)
    if isinstance(report, MicroFile):
        return None
    before = _same_shape(report, queries.releases_of(desk, report.name, period.text))
    with rows.as_the_house(desk.session, desk.actor.country):
        cells = count(desk.session, desk.policies, wanted(report), period, country=desk.actor.country)
    near = neighbours(desk, report, period)
    return _Counted(report, cells, before, near, queries.turns(desk) + 1, desk.now)


def _same_shape(report: Report, before: Sequence[Row[Any]]) -> tuple[TableOut, ...]:
    """Its earlier releases, the oldest first, which have to be declared as it is."""
    tables = tuple(TableOut.model_validate_json(bytes(each.content)) for each in before)
    if tables and (tables[-1].dimensions, tables[-1].smallest_cell) != (
        list(report.dimensions), report.smallest_cell.public,
    ):  # fmt: skip
        raise Conflict(
            mark("The table is declared in another way than when it was released: that release stands."),
            code="release_other_shape",
        )
    return tables
