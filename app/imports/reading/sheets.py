"""From a packed spreadsheet (XLSX, ODS) to rows; what would burst is refused before it is unpacked."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from python_calamine import CalamineError, CalamineWorkbook

from app.imports.reading.letters import named
from app.imports.reading.terms import Limits, Rows, Shape, Unread
from app.kit import packed

__all__ = ["from_sheet"]

# What the look through it says -> what is told; everything else is a file made to burst.
_WHY: Final[Mapping[packed.Why, str]] = {
    "damaged": "broken", "locked": "locked", "other_packing": "broken", "too_many_columns": "too_many_columns",
}  # fmt: skip


def from_sheet(content: bytes, shape: Shape, limits: Limits) -> Rows:
    """Rows of one sheet, with the number of each row in it; of a formula the value it had when the file was saved.

    Unread for what is no spreadsheet, is locked, would burst, or has no sheet of that name.
    """
    _must_not_burst(content, limits)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        names = list(book.sheet_names)
        if shape.sheet and shape.sheet not in names:
            raise Unread("no_such_sheet")
        if not names:
            raise Unread("no_header")
        sheet = book.get_sheet_by_name(shape.sheet or names[0])
        if sheet.total_width > limits.columns * 4:
            raise Unread("too_many_columns")
        if sheet.total_height > limits.rows + shape.header + 10_000:
            raise Unread("too_many_rows")
        cells = [[_text(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
    except CalamineError:
        raise Unread("broken") from None
    return _table(cells, shape, limits)


def _table(cells: list[list[str]], shape: Shape, limits: Limits) -> Rows:
    header: tuple[str, ...] | None = None
    rows: list[tuple[int, tuple[str, ...]]] = []
    for number, row in enumerate(cells, 1):
        if number < shape.header or not any(cell.strip() for cell in row):
            continue
        if header is None:
            names = [cell.strip() for cell in row]
            while names and not names[-1]:
                names.pop()
            if len(names) > limits.columns:
                raise Unread("too_many_columns", number)
            header = tuple(names)
            continue
        if len(rows) >= limits.rows:
            raise Unread("too_many_rows", number)
        # A sheet is as wide as its widest row: what is empty to the right of the header is no cell too many.
        cut = list(row)
        while len(cut) > len(header) and not cut[-1].strip():
            cut.pop()
        rows.append((number, tuple(cut)))
    if header is None:
        raise Unread("no_header")
    return named(header, rows)


def _must_not_burst(content: bytes, limits: Limits) -> None:
    # Four times the columns of a table, as elsewhere here: what is formatted and empty to the right is no column.
    columns = limits.columns * 4
    most = packed.Limits(limits.unpacked, columns, columns * (limits.rows + 10_000))
    try:
        packed.look_through(io.BytesIO(content), most)
    except packed.Unsafe as refusal:
        raise Unread(_WHY.get(refusal.why, "bursts")) from None


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return "" if value is None else str(value)
