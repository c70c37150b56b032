"""What must hold of a declared table: its population knows its unit, its dates, and every dimension and filter."""

from __future__ import annotations

from collections.abc import Mapping

from policies.checks import Names, countries_known, listed, source_ids
from policies.nodes import Document, maybe
from policies.populations import COUNTRY, OFFICE, POPULATIONS, SPELLED, YEAR, Population
from policies.reports import PopulationFigure, Report
from policies.terms import Policy

__all__ = ["check_report", "read_population"]


def check_report(document: Document, report: Report, names: Names) -> None:
    """Roles, sources, unit, dates, dimensions and filters of one report declaration."""
    source_ids(document, report.sources, names, "sources")
    for at, role in enumerate(report.roles):
        if role not in names.roles:
            document.complain(f"there is no role '{role}'{maybe(role, names.roles)}", "roles", at)
    counted = POPULATIONS.get(report.counts)
    if counted is None:
        document.complain(f"nobody counts '{report.counts}'{maybe(report.counts, POPULATIONS)}", "counts")
        return
    if report.unit != counted.unit:
        document.complain(f"{report.counts} are counted by the {counted.unit}, not by the {report.unit}", "unit")
    _check_period(document, report, counted)
    for at, name in enumerate(report.dimensions):
        if name not in counted.dimensions:
            hint = maybe(name, counted.dimensions)
            document.complain(f"{report.counts} have no dimension '{name}'{hint}", "dimensions", at)
        elif name in report.dimensions[:at]:
            document.complain(f"the dimension '{name}' stands here twice", "dimensions", at)
    for name, values in report.filters.items():
        kind = counted.filters.get(name)
        if kind is None or kind == YEAR:
            hint = maybe(name, counted.filters)
            document.complain(f"{report.counts} cannot be narrowed by '{name}'{hint}", "filters", name)
        else:
            _check_values(document, values, kind, names, "filters", name)
    if report.channel:
        _check_channel(document, report, counted, names)


def _check_period(document: Document, report: Report, counted: Population) -> None:
    rule = report.as_of
    if rule.date not in counted.dates:
        known = ", ".join(counted.dates)
        document.complain(f"{report.counts} have no date '{rule.date}' (they have: {known})", "as_of", "date")
    if rule.by == "day" and not counted.stands:
        said = f"of {report.counts} nobody can say who was there on a day"
        document.complain(said, "as_of", "by")
    if rule.by != "year" and "year" in report.dimensions:
        document.complain("only a table by year has the dimension 'year'", "dimensions")
    if report.per is not None and (report.unit != "person" or rule.by != "year"):
        document.complain("only people counted by year are told for each hundred thousand", "per")


def _check_channel(document: Document, report: Report, counted: Population, names: Names) -> None:
    if not counted.channel:
        document.complain(f"{report.counts} have no channel", "channel")
    elif counted.channel in counted.filters:
        _check_values(document, report.channel, counted.filters[counted.channel], names, "channel")
    else:
        _check_values(document, report.channel, "return_channel", names, "channel")


def _check_values(
    document: Document, values: tuple[str, ...], kind: str, names: Names, *path: str | int
) -> None:
    if kind == COUNTRY:
        countries_known(document, values, names, *path)
        return
    for at, value in enumerate(values):
        if kind in SPELLED:
            if value not in SPELLED[kind]:
                document.complain(f"'{value}' is none of: {', '.join(SPELLED[kind])}", *path, at)
        elif kind == OFFICE:
            if not any(value in offices for offices in names.offices.values()):
                document.complain(f"no country has an office '{value}'", *path, at)
        else:
            listed(document, value, kind, names, *path, at)


class _File(Policy):
    population: dict[str, tuple[PopulationFigure, ...]]


def read_population(document: Document, names: Names) -> Mapping[str, tuple[PopulationFigure, ...]]:
    """Country -> its figures. Countries are known, and of one year there is one figure."""
    built = document.build(_File)
    if built is None:
        return {}
    for country, rows in built.population.items():
        if country not in names.countries:
            said = f"there is no country file countries/{country.lower()}.yaml"
            document.complain(said, "population", country)
        years = [row.year for row in rows]
        for at, year in enumerate(years):
            if year in years[:at]:
                document.complain(f"{year} stands here twice", "population", country, at, "year")
    return built.population
