"""The HTML door of the statistics room: durations of stages, what open work waits for, and the declared tables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Response

from app.access.may import permitted
from app.access.page_door import Page, opens
from app.kit import csv_text
from app.statistics import bars, board, durations, service
from app.statistics.durations import Durations
from app.statistics.schemas import TableOut

router = APIRouter()

Reader = Annotated[Page, Depends(opens("statistics:read"))]
Year = Annotated[int | None, Query(ge=1990, le=2100)]
YEARS: Final = 8
# Where a section of the board leads, for whom.
_WAYS: Final = {
    "/reports/late": "task:read", "/reports/attempts": "attempt:read", "/reports/emergency": "emergency:review",
}  # fmt: skip


@router.get("/reports/stages")
def stages(page: Reader) -> Response:
    """How long each stage takes, against its own limit."""
    with page.write() as desk:
        table = durations.durations(desk)
        leads = permitted(desk, "task:read")
    return page.show("statistics/stages.html", here="reports", table=table, bar=bars.bar, leads=leads)


@router.get("/reports/stages.csv")
def stages_file(page: Reader) -> Response:
    """The same table as a file."""
    with page.write() as desk:
        table = durations.durations(desk)
    header = ["stage", "visits", "half_done_by_days", "nine_of_ten_by_days", "limit", "limit_unit", "late_now"]
    return _file("stages", header, _stage_cells(table), f"Waymark, stages begun since {table.since:%Y-%m-%d}")


@router.get("/reports/board")
def board_page(page: Reader) -> Response:
    """What supervision looks at, section by section."""
    with page.write() as desk:
        found = board.board(desk)
        ways = {path: permitted(desk, right) for path, right in _WAYS.items()}
    return page.show("statistics/board.html", here="reports", board=found, facts=board.FACTS, ways=ways)


@router.get("/reports/waiting")
def waiting(page: Reader) -> Response:
    """What the open work waits for."""
    with page.write() as desk:
        rows = durations.waiting(desk)
        smallest = desk.policies.safeguards.watching.smallest_group
    return page.show("statistics/waiting.html", here="reports", rows=rows, smallest=smallest)


@router.get("/reports/tables")
def tables(page: Reader) -> Response:
    """Which tables there are."""
    with page.read() as desk:
        found = service.reports(desk)
    return page.show("statistics/tables.html", here="reports", tables=[each for each in found.items if each.readable])


@router.get("/reports/tables/{report}")
def table(report: str, page: Reader, year: Year = None) -> Response:
    """One table of a year, with its definition, its date and its method."""
    with page.write() as desk:
        found = service.table(desk, report, year or desk.today.year)
        years = range(desk.today.year, desk.today.year - YEARS, -1)
    return page.show("statistics/table.html", here="reports", table=found, years=years)


@router.get("/reports/tables/{report}/file.csv")
def table_file(report: str, page: Reader, year: Year = None) -> Response:
    """The table that is shown, as a file; cells of too few people say so there as well."""
    with page.write() as desk:
        found = service.table(desk, report, year or desk.today.year)
    stamp = (
        f"{found.title}, {found.unit}, {found.country} {found.year}, counted {found.as_of:%Y-%m-%dT%H:%M:%SZ}."
        f" {found.note} Cells below {found.smallest_cell} are hidden from whoever may not open the cases."
    )
    return _file(f"{found.report}-{found.year}", [*found.dimensions, "persons"], _cells(found), stamp)


def _cells(found: TableOut) -> Iterable[list[Any]]:
    few = f"fewer than {found.smallest_cell}"
    for cell in found.cells:
        yield [*(cell.key[name] for name in found.dimensions), few if cell.suppressed else cell.persons]


def _stage_cells(found: Durations) -> Iterable[list[Any]]:
    for row in found.rows:
        yield [
            row.stage.title, row.count, _days(row.half), _days(row.most), row.limit.value, row.limit.unit, row.late,
        ]  # fmt: skip


def _days(time: float | None) -> str:
    return "not yet" if time is None else f"{time:.1f}"


def _file(name: str, header: list[str], rows: Iterable[list[Any]], stamp: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="waymark-{name}.csv"'}
    return Response(csv_text.table(header, rows, stamp), headers=headers, media_type=csv_text.MEDIA_TYPE)
