"""Workbooks (XLSX) that no spreadsheet takes for more than text and numbers; the same content gives the same bytes."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import xlsxwriter

from app.kit import csv_text

__all__ = ["MEDIA_TYPE", "MOST_TEXT", "workbook"]

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What one cell of the format holds; the library would leave a longer text out without a word.
MOST_TEXT: Final = 32_767
_WIDTH: Final = 18
# Text stays text: no formula, no link and no number is made of what somebody typed.
_PLAIN: Final = {
    "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False, "in_memory": True,
    "nan_inf_to_errors": False,
}  # fmt: skip


def workbook(
    sheets: Mapping[str, Iterable[Iterable[Any]]],
    made_at: datetime,
    *,
    heads: int = 1,
    title: str = "",
    comments: str = "",
) -> bytes:
    """A workbook of some sheets: name -> its rows, the first ``heads`` of which stay in sight.

    Numbers are numbers; all else is text, cut at 32,767 letters, and with an apostrophe before it where it could be
    read as a formula: whoever types in such a cell, or saves it as CSV later, gets none either (G25). made_at: aware;
    it stands in the file in the place of the clock.
    """
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, _PLAIN)
    # The format keeps moments without a zone; they are those of UTC.
    created = made_at.astimezone(UTC).replace(tzinfo=None)
    book.set_properties({"title": title, "comments": comments, "author": "Waymark", "created": created})
    bold = book.add_format({"bold": True})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for at, cells in enumerate(rows):
            style = bold if at < heads else None
            for column, value in enumerate(cells):
                if value is None or value == "":
                    continue
                if isinstance(value, int | float) and not isinstance(value, bool):
                    sheet.write_number(at, column, value)
                else:
                    sheet.write_string(at, column, csv_text.shielded(str(value))[:MOST_TEXT], style)
        if heads:
            sheet.freeze_panes(heads, 0)
        sheet.set_column(0, 12, _WIDTH)
    book.close()
    return written.getvalue()
