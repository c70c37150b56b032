"""Draws up a declared table for one reader: within their scope, and without figures that betray a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Final

from app.access.desk import Desk
from app.access.log import looked
from app.access.scope import cases_in_scope, referrals_in_scope
from app.casework.shapes import SourceOut
from app.kit.errors import Forbidden, NotFound
from app.statistics.schemas import CellOut, ReportOut, ReportsOut, TableOut
from app.statistics.tables import Table, findings_table, returns_table, shelter_table
from policies.model import Report, Scope

READ: Final = "statistics:read"
Figures = dict[tuple[tuple[str, str], ...], int]


def reports(desk: Desk) -> ReportsOut:
    """Which tables there are, and which of them the actor's roles may open."""
    return ReportsOut(
        items=[
            ReportOut(
                name=name,
                title=report.title,
                unit=report.unit,
                dimensions=list(report.dimensions),
                readable=bool(desk.actor.roles & set(report.roles)),
            )
            for name, report in sorted(desk.policies.reports.items())
        ]
    )


def table(desk: Desk, name: str, year: int) -> TableOut:
    """One table of a year for the actor's country, as far as `statistics:read` reaches.

    Raises NotFound for an unknown report, Forbidden when no role of the actor is named in it.
    """
    report = desk.policies.reports.get(name)
    if report is None:
        raise NotFound()
    if not desk.actor.roles & set(report.roles):
        raise Forbidden(
            f"This table is for: {', '.join(report.roles)}.",
            code="report_not_for_role",
            extra={"roles": list(report.roles)},
        )
    figures = _COUNTING[report.counts](desk, report, year)
    hide = not reads_every_case(desk)
    cells = [_cell(dict(key), persons, report.smallest_cell if hide else 1) for key, persons in figures.items()]
    small = [persons for persons in figures.values() if hide and persons < report.smallest_cell]
    looked(desk, "statistics_read", "report", name, {"year": year, "cells": len(cells), "suppressed": len(small)})
    return TableOut(
        report=name,
        title=report.title,
        unit=report.unit,
        country=desk.actor.country,
        year=year,
        as_of=desk.now,
        dimensions=list(report.dimensions),
        cells=cells,
        total=None if _total_betrays(small, report.smallest_cell) else sum(figures.values()),
        suppressed_cells=len(small),
        smallest_cell=report.smallest_cell,
        sources=[
            SourceOut(id=each.id, title=each.title, asks=each.asks)
            for each in map(desk.policies.source, report.sources)
        ],
        note=report.note,
    )


def reads_every_case(desk: Desk) -> bool:
    """Whether the actor may open every case that is counted for them, so that no figure tells them anything new.

    For everybody else a small figure could be the one person they have heard of (CTDC-K11).
    """
    counted = desk.policies.scope_for(desk.actor.roles, READ)
    readable = desk.policies.scope_for(desk.actor.roles, "case:read")
    return Scope.COUNTRY in readable or counted <= readable


def _total_betrays(small: list[int], smallest: int) -> bool:
    """Whether the total minus what is shown would give a suppressed figure away."""
    return bool(small) and (len(small) == 1 or sum(small) < smallest)


def _cell(key: dict[str, str], persons: int, smallest: int) -> CellOut:
    hidden = persons < smallest
    return CellOut(key=key, persons=None if hidden else persons, suppressed=hidden)


def _cases(desk: Desk, report: Report, year: int) -> Figures:
    found = shelter_table(desk.session, desk.actor.country, year, within=cases_in_scope(desk, READ))
    return _named(report, found, ("nationality", "exploitation", "age_band", "sex"), year)


def _findings(desk: Desk, report: Report, year: int) -> Figures:
    codes = desk.policies.codes["other_finding"].codes
    found = findings_table(desk.session, desk.actor.country, year, codes, within=cases_in_scope(desk, READ))
    return _named(report, found, ("finding", "nationality", "age_band", "sex"), year)


def _referrals(desk: Desk, report: Report, year: int) -> Figures:
    """Only corridors whose people travel through one of the report's channels (the official one)."""
    found = returns_table(desk.session, year, country=desk.actor.country, within=referrals_in_scope(desk, READ))
    wanted = report.filters.get("channel", ())
    official = {
        key: persons
        for key, persons in found.items()
        if not wanted or desk.policies.corridor(key[0], key[1]).statistics_channel in wanted
    }
    return _named(report, official, ("from_country", "to_country", "sex", "age_band"), year)


def _named(report: Report, found: Table, columns: tuple[str, ...], year: int) -> Figures:
    """The figures by the dimensions the report declares, in its order; NotFound for one that we cannot count by."""
    if not set(report.dimensions) <= {*columns, "year"}:
        raise NotFound()
    figures: Counter[tuple[tuple[str, str], ...]] = Counter()
    for key, persons in found.items():
        values = {**dict(zip(columns, key, strict=True)), "year": str(year)}
        figures[tuple((name, values[name]) for name in report.dimensions)] += persons
    return dict(figures)


_COUNTING: Final[dict[str, Callable[[Desk, Report, int], Figures]]] = {
    "cases": _cases, "findings": _findings, "referrals": _referrals,
}  # fmt: skip
