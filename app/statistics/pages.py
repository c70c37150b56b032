"""The HTML door of the statistics room: durations of stages, what open work waits for, and the declared tables."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from app.access.desk import Desk
from app.access.may import permitted
from app.access.page_door import Page, opens
from app.access.sheet import PageForm
from app.access.stepup import must_be_fresh
from app.kit import csv_text
from app.kit.errors import NotFound
from app.statistics import bars, board, durations, files, release, service, shown
from app.statistics.durations import Durations
from app.statistics.microdata import files as microdata_files
from app.statistics.microdata.overview import overview
from app.statistics.schemas import ReleaseIn, TableOut
from app.statistics.working_out import work_out
from policies.microdata import MicroFile
from policies.reports import Report

router = APIRouter()

Reader = Annotated[Page, Depends(opens("statistics:read"))]
Year = Annotated[int | None, Query(ge=1990, le=2100)]
PeriodText = Annotated[str | None, Query(min_length=4, max_length=20, pattern=r"^[0-9Q.-]+$")]
Releaser = Annotated[Page, Depends(opens(release.RELEASE))]
PERIOD: Final = r"^[0-9Q.-]+$"
# The parts of a file of synthetic records.
_MEDIA_TYPES: Final = {**files.MEDIA_TYPES, "zip": microdata_files.MEDIA}
_PARTS: Final = {"csv": microdata_files.RECORDS, "json": microdata_files.ABOUT}
# Where a section of the board leads, for whom.
_WAYS: Final = {
    "/reports/late": "task:read", "/reports/attempts": "attempt:read", "/reports/emergency": "emergency:review",
}  # fmt: skip


class ReleasePage(PageForm):
    """Which period, and of a later release what is corrected."""

    period: Annotated[str, Field(min_length=4, max_length=20, pattern=PERIOD)]
    why: Annotated[str, Field(max_length=300)] = ""


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
        smallest = durations.fewest(desk)
    return page.show("statistics/waiting.html", here="reports", rows=rows, smallest=smallest)


@router.get("/reports/tables")
def tables(page: Reader) -> Response:
    """Which tables there are."""
    with page.read() as desk:
        found = service.reports(desk)
    return page.show("statistics/tables.html", here="reports", tables=[each for each in found.items if each.readable])


@router.get("/reports/tables/{report}")
def table(report: str, page: Reader, period: PeriodText = None, year: Year = None) -> Response:
    """One table of a period, with its definition, its date and its method."""
    with page.write() as desk:
        found = service.table(desk, report, _asked(desk, report, period, year))
        declared = desk.policies.reports[report]
        figures = [each.count or 0 for each in found.cells] + [each.count or 0 for each in found.margins]
        context: dict[str, Any] = {
            "periods": _periods(declared, desk.today),
            "by": declared.as_of.by,
            "spans": declared.spans_years,
            "most": max(figures, default=0),
            "lists": shown.lists_of(declared),
            "may_release": permitted(desk, release.RELEASE),
            "approval": None,
        }
    return page.show("statistics/table.html", here="reports", table=found, share=bars.share, **context)


@router.get("/reports/tables/{report}/file.{form}")
def table_file(
    report: str, form: Literal["csv", "xlsx", "json"], page: Reader, period: PeriodText = None, year: Year = None
) -> Response:
    """The table that is shown, as a file; figures that are not told are not told there either."""
    with page.write() as desk:
        found = service.table(desk, report, _asked(desk, report, period, year))
    return _table_file(found, form, f"{found.report}-{found.period}-inside")


@router.get("/reports/releases")
def releases(page: Reader) -> Response:
    """What was given to the public."""
    with page.write() as desk:
        found = release.listed(desk)
        declared: dict[str, Report | MicroFile] = {**desk.policies.reports, **desk.policies.microdata.files}
        titles = {name: each.title for name, each in declared.items()}
    return page.show(
        "statistics/releases.html", here="reports", releases=found.items, titles=titles, forms=release.FORMS
    )  # fmt: skip


@router.get("/reports/microdata")
def microdata(page: Reader, year: Year = None) -> Response:
    """Files of synthetic records: what may be made, what was spent, what was made."""
    with page.read() as desk:
        found = overview(desk, str(year or desk.today.year - 1), release.RELEASE)
        titles = {each.name: each.title for each in found.files}
        may_release = permitted(desk, release.RELEASE)
    return page.show(
        "statistics/microdata.html", here="reports", found=found, titles=titles, may_release=may_release
    )  # fmt: skip


@router.get("/reports/releases/{report}/{period}/{issue}.{form}")
def release_file(
    report: str, period: str, issue: int, form: Literal["csv", "xlsx", "json", "zip"], page: Reader
) -> Response:
    """A release as a file. The very bytes that were released are JSON of a table, ZIP of records; others are made."""
    with page.write() as desk:
        found, content = release.released(desk, report, period, issue)
        if form not in release.FORMS[found.media]:
            raise NotFound()
    if found.media == microdata_files.MEDIA:
        part = content if form == "zip" else microdata_files.member(content, _PARTS[form])
        return _download(part, f"{report}-{period}-release-{issue}", form)
    if form == "json":
        return _download(content, f"{report}-{period}-release-{issue}", form)
    table = TableOut.model_validate_json(content)
    return _table_file(table, form, f"{report}-{period}-release-{issue}", issue)


@router.get("/reports/drafts/{draft_id}")
def draft(draft_id: str, page: Releaser) -> Response:
    """The table that waits for a second person, as it would become public."""
    with page.write() as desk:
        found, state = release.draft(desk, draft_id)
        declared = desk.policies.reports.get(found.report)
    figures = [each.count or 0 for each in found.cells] + [each.count or 0 for each in found.margins]
    return page.show(
        "statistics/table.html", here="reports", table=found, share=bars.share, approval=draft_id,
        waits=state == "waiting", most=max(figures, default=0), lists=shown.lists_of(declared) if declared else {},
    )  # fmt: skip


@router.get("/reports/tables/{report}/release")
def release_page(report: str, page: Releaser, period: PeriodText = None) -> Response:
    """The form with which a table is given to the public."""
    with page.write() as desk:
        context = _release_context(desk, report, period)
    return page.show("statistics/release.html", **context)


@router.post("/reports/tables/{report}/release")
def ask_for_release(report: str, page: Releaser) -> Response:
    """Ask for it; a second person agrees."""
    with page.write() as desk:
        context = _release_context(desk, report, None)
    fields = {"period_not_over": "period", "release_same": "period", "budget_spent": "period"}
    page.again("statistics/release.html", fields, **context)
    form = page.form(ReleasePage)

    body = ReleaseIn(report=report, period=form.period, why=form.why)
    worked = work_out(page, body)

    def act(desk: Desk) -> str:
        asked = release.ask(desk, body, worked)
        return f"/reports/approvals/{asked.id}"

    return page.act(act, then="/reports/releases")


def _release_context(desk: Desk, name: str, period: str | None) -> dict[str, Any]:
    must_be_fresh(desk, release.ACT)
    report = service.declared(desk, name)
    if isinstance(report, MicroFile):
        micro = {"smallest": report.smallest, "budget": report.budget, "whole": desk.policies.microdata.budget}
        return {"here": "reports", "report": report, "period": period or str(desk.today.year - 1), **micro}
    return {
        "here": "reports", "report": report, "period": period or _newest_over(report, desk.today),
        "smallest": report.smallest_cell.public, "budget": None,
    }  # fmt: skip


def _asked(desk: Desk, name: str, period: str | None, year: int | None) -> str:
    """The period that was asked for; without one, the present."""
    if period or year:
        return period or str(year)
    return shown.periods_back(service.readable(desk, name), desk.today)[0]


def _periods(report: Report, today: date) -> list[str]:
    return shown.periods_back(report, today)


def _newest_over(report: Report, today: date) -> str:
    return shown.periods_back(report, today)[1]


def _table_file(found: TableOut, form: str, name: str, issue: int | None = None) -> Response:
    if form == "csv":
        return _download(files.as_csv(found, issue), name, form)
    if form == "xlsx":
        return _download(files.as_workbook(found, found.as_of, issue), name, form)
    return _download(files.as_json(found), name, form)


def _download(content: bytes, name: str, form: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="waymark-{name}.{form}"'}
    return Response(content, headers=headers, media_type=_MEDIA_TYPES[form])


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
