"""Spreadsheets: XLSX and ODS read by python-calamine, XLSX written by app.kit.workbook, without a formula."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any, Final

from python_calamine import CalamineError, CalamineWorkbook

from app.kit.workbook import workbook
from app.standards.htcds.book import Book
from app.standards.htcds.faults import Unreadable
from app.standards.htcds.limits import check_archive
from app.standards.htcds.source import File
from app.standards.htcds.writing import Losses, Table

__all__ = ["lines", "write"]

PACKED: Final = b"PK\x03\x04"
OLD: Final = b"\xd0\xcf\x11\xe0"

Progress = Callable[[int, int], None]


def lines(path: File, book: Book, progress: Progress | None = None) -> Iterator[tuple[int, list[Any]]]:
    """The cells of each row of the sheet with cases. Raises Unreadable for what is no such file, or too large."""
    with path.open("rb") as file:
        begins = file.read(4)
    if begins == OLD:
        raise Unreadable("This is an old Excel file (.xls). Save it as .xlsx.", "wrong_type")
    if begins != PACKED:
        raise Unreadable(
            "This is no XLSX or ODS file, whatever its name says. Open it and save it as .xlsx or CSV.",
            "wrong_type",
        )
    check_archive(path)
    try:
        with path.open("rb") as file:
            found = CalamineWorkbook.from_filelike(file)
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


def write(
    book: Book, rows: Iterable[Any], about: Iterable[str], beside: tuple[str, ...] = (), *, made_at: datetime
) -> tuple[bytes, Losses]:
    """The rows as an XLSX file with a sheet `about`, and what it could not hold; ``made_at`` as in `workbook`."""
    table = Table(book, beside=beside)
    sheet = book.target.sheets[0] if book.target.sheets else "Cases"
    head = table.headers
    made = workbook(
        {sheet: _all(head, table.lines(rows)), "about": ([line] for line in about)}, made_at,
        heads=len(head), title=f"{book.standard.title} {book.standard.version}", comments=book.standard.attribution,
    )  # fmt: skip
    return made, table.losses


def _all(head: Iterable[Iterable[Any]], body: Iterable[Iterable[Any]]) -> Iterator[Iterable[Any]]:
    yield from head
    yield from body
