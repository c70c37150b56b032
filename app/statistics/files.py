"""A table as a file: CSV, a workbook, or JSON; every one with its unit, its date, its source and its note."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from app.kit import csv_text
from app.kit import workbook as book
from app.statistics.schemas import TableOut

__all__ = ["HIDDEN", "MEDIA_TYPES", "as_csv", "as_json", "as_workbook"]

# What stands in the place of a figure that is not told, whether it is small itself or protects a small one.
HIDDEN: Final = "not told"
ALL: Final = "all"
# What leaves as a file may lie beside a release on the same disk.
INSIDE: Final = "inside only, for it may tell of few people; the public gets a release"
MEDIA_TYPES: Final = {
    "csv": csv_text.MEDIA_TYPE,
    "xlsx": book.MEDIA_TYPE,
    "json": "application/json",
}


def as_csv(table: TableOut, release: int | None = None) -> bytes:
    """The cells, the margins, the total, and in the last row what they are; ``release``: its number, if it is one."""
    stamp = "; ".join(f"{name}: {value}" for name, value in _about(table, release))
    return csv_text.table(_header(table), [*_rows(table), *_sums(table)], stamp)


def as_json(table: TableOut) -> bytes:
    """The table as the JSON door gives it, and that it is for inside alone: a release is served as it was stored."""
    return json.dumps({"use": INSIDE, **table.model_dump(mode="json")}, ensure_ascii=False, indent=1).encode()


def as_workbook(table: TableOut, made_at: datetime, release: int | None = None) -> bytes:
    """Three sheets: the cells, the margins, and what they are."""
    return book.workbook(
        {
            "Table": [_header(table), *_rows(table)],
            "Sums": [_header(table), *_sums(table)],
            "About": [["what", "value"], *([name, value] for name, value in _about(table, release))],
        },
        made_at,
    )


def _header(table: TableOut) -> list[str]:
    return [*table.dimensions, table.unit + "s", *(["per 100,000 people"] if table.per else [])]


def _rows(table: TableOut) -> Iterator[list[Any]]:
    for cell in table.cells:
        yield [*(cell.key[name] for name in table.dimensions), *_figure(table, cell.count, cell.rate)]


def _sums(table: TableOut) -> Iterator[list[Any]]:
    for margin in table.margins:
        key = [margin.value if name == margin.dimension else ALL for name in table.dimensions]
        yield [*key, *_figure(table, margin.count, margin.rate)]
    yield [*(ALL for _ in table.dimensions), *_figure(table, table.total, table.total_rate)]


def _figure(table: TableOut, count: int | None, rate: float | None) -> list[Any]:
    shown: list[Any] = [HIDDEN if count is None else count]
    return [*shown, "" if rate is None else rate] if table.per else shown


def _about(table: TableOut, release: int | None) -> Iterator[tuple[str, str]]:
    yield "Use", INSIDE if release is None else f"public, release {release}"
    yield "Table", table.title
    yield "Unit", f"{table.unit}: {table.what}"
    yield "Country and period", f"{table.country} {table.period}, by {table.counted_by}"
    if table.channel:
        yield "Channel", ", ".join(table.channel)
    yield "Counted", f"{table.as_of:%Y-%m-%dT%H:%M:%SZ}"
    yield "Source", ", ".join(f"{each.id} ({each.title})" for each in table.sources)
    yield "Note", f"{table.note} Figures of different tables must not be added."
    yield "Wording", f"{table.revision.number} of {table.revision.date:%Y-%m-%d}: {table.revision.changed}"
    if table.smallest_cell > 1:
        yield "Hidden", f"{HIDDEN}: below {table.smallest_cell}, or one from which such a figure could be worked out"
    if table.per:
        yield "People of the country", str(table.per.people or table.per.says)
