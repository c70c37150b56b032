"""Spreadsheets: XLSX and ODS read by python-calamine, XLSX written without a single formula."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import xlsxwriter
from python_calamine import CalamineError, CalamineWorkbook

from app.kit import csv_text
from app.standards.htcds.book import Book
from app.standards.htcds.faults import Unreadable
from app.standards.htcds.limits import check_archive
from app.standards.htcds.writing import Losses, Table

__all__ = ["MEDIA_TYPE", "lines", "workbook", "write"]

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PACKED: Final = b"PK\x03\x04"
OLD: Final = b"\xd0\xcf\x11\xe0"
MOST_TEXT: Final = 32_767
# Text stays text: no formula, no link, no number is made of what somebody typed.
PLAIN: Final = {
    "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True,
    "nan_inf_to_errors": False,
}  # fmt: skip

Progress = Callable[[int, int], None]


def lines(path: Path, book: Book, progress: Progress | None = None) -> Iterator[tuple[int, list[Any]]]:
    """The cells of each row of the sheet with cases. Raises Unreadable for what is no such file, or too large."""
    with path.open("rb") as file:
        begins = file.read(4)
    if begins == OLD:
        raise Unreadable("This is an old Excel file (.xls). Save it as .xlsx.")
    if begins != PACKED:
        raise Unreadable("This is no XLSX or ODS file, whatever its name says. Open it and save it as .xlsx or CSV.")
    check_archive(path)
    try:
        found = CalamineWorkbook.from_path(str(path))
        names = found.sheet_names
        wanted = {each.casefold() for target in book.standard.targets.values() for each in target.sheets}
        name = next((each for each in names if each.casefold() in wanted), names[0] if names else "")
        sheet = found.get_sheet_by_name(name)
        whole = sheet.total_height
        for at, cells in enumerate(sheet.iter_rows()):
            yield at + 1, cells
            if progress is not None and at % 500 == 0:
                progress(at, whole)
    except CalamineError as fault:
        raise Unreadable("The file cannot be read as a spreadsheet. Open it and save it again as .xlsx.") from fault


def workbook(
    sheets: Mapping[str, Iterable[Iterable[Any]]], *, frozen: int = 1, title: str = "", comments: str = ""
) -> bytes:
    """An XLSX file of some sheets. Text is written as text, so nothing in it can be a formula or a link.

    What looks like one begins with an apostrophe, for whoever saves the sheet as CSV. Our reader takes it off again
    (cells.text_of).
    """
    kept = io.BytesIO()
    book = xlsxwriter.Workbook(kept, PLAIN)
    book.set_properties({"title": title, "comments": comments, "author": "Waymark"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for at, cells in enumerate(rows):
            for column, value in enumerate(cells):
                if value is None or value == "":
                    continue
                if isinstance(value, (int, float)) and not isinstance(value, bool):
                    sheet.write_number(at, column, value)
                else:
                    sheet.write_string(at, column, csv_text.shielded(str(value))[:MOST_TEXT])
        if frozen:
            sheet.freeze_panes(frozen, 0)
    book.close()
    return kept.getvalue()


def write(book: Book, rows: Iterable[Any], about: Iterable[str], beside: tuple[str, ...] = ()) -> tuple[bytes, Losses]:
    """The rows as an XLSX file with a sheet `about`, and what it could not hold."""
    table = Table(book, beside=beside)
    sheet = book.target.sheets[0] if book.target.sheets else "Cases"
    head = table.headers
    made = workbook(
        {sheet: _all(head, table.lines(rows)), "about": ([line] for line in about)},
        frozen=len(head), title=f"{book.standard.title} {book.standard.version}", comments=book.standard.attribution,
    )  # fmt: skip
    return made, table.losses


def _all(head: Iterable[Iterable[Any]], body: Iterable[Iterable[Any]]) -> Iterator[Iterable[Any]]:
    yield from head
    yield from body
