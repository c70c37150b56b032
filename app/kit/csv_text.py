"""Comma-separated text that no spreadsheet takes for a formula: every cell is plain text and stays plain text."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable
from decimal import Decimal

__all__ = ["MEDIA_TYPE", "cell", "table"]

MEDIA_TYPE = "text/csv; charset=utf-8"
# What starts a formula, a macro or an old link to another program, in one spreadsheet or another.
LIVE = frozenset("=+-@|%")
# Characters that show nothing, and behind which a formula hides: control, format and private ones, surrogates.
UNSEEN = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})


def cell(value: object) -> str:
    """The text of one cell: nothing unseen in it, and an apostrophe before what could be read as a formula.

    None becomes the empty text. White space at both ends goes, for spreadsheets skip it before they look for a
    formula; full-width and other compatible forms count as the letter they stand for. A number is no text: it keeps its
    sign, and is written without an exponent.
    """
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return format(Decimal(str(value)), "f")
    text = "" if value is None else str(value)
    text = "".join(" " if letter in "\t\r\n" else letter for letter in text)
    text = "".join(letter for letter in text if unicodedata.category(letter) not in UNSEEN).strip()
    looks_like = unicodedata.normalize("NFKC", text).lstrip(" '\"")
    return f"'{text}" if looks_like[:1] in LIVE else text


def table(header: Iterable[str], rows: Iterable[Iterable[object]], stamp: str | None) -> bytes:
    """The whole file in UTF-8: header, rows, and ``stamp`` alone in the last row; every cell quoted.

    stamp: None for a file whose rows are all of one kind, and which is explained beside.
    """
    written = io.StringIO(newline="")
    writer = csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([cell(name) for name in header])
    writer.writerows([cell(value) for value in row] for row in rows)
    if stamp is not None:
        writer.writerow([cell(f"# {stamp}")])
    return written.getvalue().encode("utf-8")
