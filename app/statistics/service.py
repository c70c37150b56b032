"""Draws up a declared table for one reader: within their scope, and without figures that betray a person."""

from __future__ import annotations

from typing import Final

from sqlalchemy import ColumnElement

from app.access import rows
from app.access.desk import Desk
from app.access.log import looked
from app.access.scope import all_but, cases_in_scope, referrals_in_scope
from app.casework.held import FACTS
from app.casework.shapes import SourceOut
from app.kit.errors import Forbidden, Invalid, NotFound
from app.kit.words import mark
from app.statistics.counting import Cells, count, parts, wanted
from app.statistics.hiding import Figure, figures, hidden, hidden_apart
from app.statistics.periods import Period, period_of
from app.statistics.schemas import (
    CellOut,
    MarginOut,
    PerOut,
    ReportOut,
    ReportsOut,
    RevisionOut,
    TableOut,
)
from policies.microdata import MicroFile
from policies.model import Scope
from policies.reports import Report

__all__ = [
    "READ", "TOLD_ALL", "counted_cells", "declared", "drawn_up", "readable", "reads_every_case", "reports", "table",
]  # fmt: skip

READ: Final = "statistics:read"
# The limit of a table in which nothing is hidden.
TOLD_ALL: Final = 1
_HUNDRED_THOUSAND: Final = 100_000
NO_PEOPLE: Final = mark("Nobody has said how many people this country had in that year (policies/population.yaml).")


def reports(desk: Desk) -> ReportsOut:
    """Which tables there are, and which of them the actor's roles may open."""
    return ReportsOut(
        items=[
            ReportOut(
                name=name,
                title=report.title,
                unit=report.unit,
                what=report.what,
                by=report.as_of.by,
                dimensions=list(report.dimensions),
                readable=bool(desk.actor.roles & set(report.roles)),
            )
            for name, report in sorted(desk.policies.reports.items())
        ]
    )


def table(desk: Desk, name: str, period: str) -> TableOut:
    """One table of a period for the actor's country, as far as `statistics:read` reaches.

    Raises NotFound for an unknown report, Forbidden when no role of the actor is named in it, Invalid for a period that
    the report does not count by, or for a day that the actor is not told.
    """
    report = readable(desk, name)
    over = period_of(report, period)
    smallest = TOLD_ALL if reads_every_case(desk) else report.smallest_cell.inside
    if smallest > TOLD_ALL and over.stands and over.last != desk.today and not over.ends_a_year:
        # Any two days near each other would tell them who came or left between.
        raise Invalid(
            mark("Of the days before today, only the last of each year is told to those who may not open the cases."),
            extra={"errors": [{"field": "period", "rule": "today, or such as 2025-12-31", "source": "CTDC-K11"}]},
        )
    cells = counted_cells(desk, report, over)
    hide = _hidden(report, over, cells, smallest)
    looked(
        desk, "statistics_read", "report", name, {"period": over.text, "cells": len(cells), "suppressed": len(hide)}
    )
    return drawn_up(desk, report, over, cells, hide, smallest)


def readable(desk: Desk, name: str) -> Report:
    """The declaration; NotFound where there is none, Forbidden for whom it is not meant."""
    report = desk.policies.reports.get(name)
    if report is None:
        raise NotFound()
    _is_for(desk, report.roles)
    return report


def declared(desk: Desk, name: str) -> Report | MicroFile:
    """What can be released under a name: a table or a file of synthetic records; refuses as `readable` does."""
    file = desk.policies.microdata.files.get(name)
    if file is None:
        return readable(desk, name)
    _is_for(desk, file.roles)
    return file


def _is_for(desk: Desk, roles: tuple[str, ...]) -> None:
    if not desk.actor.roles & set(roles):
        raise Forbidden(
            f"This table is for: {', '.join(roles)}.", code="report_not_for_role", extra={"roles": list(roles)}
        )


def counted_cells(desk: Desk, report: Report, period: Period) -> Cells:
    """What the actor's `statistics:read` counts, exactly: for the house alone until it was looked at for persons."""
    scopes = {"case": cases_in_scope, "referral": referrals_in_scope}
    about = parts(desk.policies, report.counts, desk.session.get_bind().dialect.name)
    within: dict[str, ColumnElement[bool]] = {each.scope: scopes[each.scope](desk, READ) for each in about}
    hidden_ones = all_but(desk, READ)
    if hidden_ones is not None:
        within["facts"] = FACTS.c.case_id.not_in(hidden_ones)
    # The house counts, within the very predicate that is the reader's scope: figures hold no row, and the second wall
    # would ask about each of a million.
    with rows.as_the_house(desk.session, desk.actor.country):
        return count(desk.session, desk.policies, wanted(report), period, country=desk.actor.country, within=within)


def _hidden(report: Report, period: Period, cells: Cells, smallest: int) -> frozenset[Figure]:
    """What is not told to a reader, who may ask for each year alone and for any years side by side."""
    if len(period.years) > 1:
        return hidden_apart(cells, smallest, report.dimensions.index("year"))
    return hidden(cells, smallest)


def drawn_up(
    desk: Desk, report: Report, period: Period, cells: Cells, hide: frozenset[Figure], smallest: int
) -> TableOut:
    """The table as it is told: every figure but the hidden ones, with all that is needed to read it."""
    every = figures(cells)
    people, per = _per(desk, report, period)

    def told(name: Figure) -> int | None:
        return None if name in hide else every.get(name, 0)

    def rate(name: Figure) -> float | None:
        number = told(name)
        return round(number * _HUNDRED_THOUSAND / people, 2) if people and number is not None else None

    names = report.dimensions
    total: Figure = (None,) * len(names)
    margins = sorted(
        (each for each in every if len(names) > 1 and sum(value is not None for value in each) == 1), key=_by_dimension
    )
    return TableOut(
        report=report.name,
        title=report.title,
        unit=report.unit,
        what=report.what,
        country=desk.actor.country,
        period=period.text,
        counted_by=report.as_of.date,
        channel=list(report.channel),
        as_of=desk.now,
        dimensions=list(names),
        cells=[
            CellOut(key=dict(zip(names, key, strict=True)), count=told(key), suppressed=key in hide, rate=rate(key))
            for key in cells
        ],
        margins=[
            MarginOut(
                dimension=names[at], value=str(each[at]), count=told(each), suppressed=each in hide, rate=rate(each)
            )
            for each in margins
            for at in (_fixed(each),)
        ],
        total=0 if not cells else told(total),
        total_rate=rate(total) if cells else None,
        suppressed_cells=sum(key in hide for key in cells),
        smallest_cell=smallest,
        sources=[
            SourceOut(id=each.id, title=each.title, asks=each.asks)
            for each in map(desk.policies.source, report.sources)
        ],
        note=report.note,
        revision=RevisionOut(
            number=report.revision.number, date=report.revision.date, changed=report.revision.changed
        ),
        per=per,
    )


def _fixed(margin: Figure) -> int:
    return next(at for at, value in enumerate(margin) if value is not None)


def _by_dimension(margin: Figure) -> tuple[int, str]:
    return _fixed(margin), str(margin[_fixed(margin)])


def _per(desk: Desk, report: Report, period: Period) -> tuple[int | None, PerOut | None]:
    """How many people the country had, where the table is told per head; no figure is made up where there is none."""
    if report.per is None:
        return None, None
    found = desk.policies.people_of(desk.actor.country, period.first.year)
    if found is None or len(period.years) > 1:
        return None, PerOut(people=None, says=NO_PEOPLE)
    return found.people, PerOut(people=found.people, says=found.says)


def reads_every_case(desk: Desk) -> bool:
    """Whether the actor may open every case that is counted for them, so that no figure tells them anything new.

    For everybody else a small figure could be the one person they have heard of (CTDC-K11).
    """
    counted = desk.policies.scope_for(desk.actor.roles, READ)
    readable_cases = desk.policies.scope_for(desk.actor.roles, "case:read")
    return Scope.COUNTRY in readable_cases or counted <= readable_cases
