"""Comma-separated text that no spreadsheet takes for a formula: every cell is plain text and stays plain text."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable
from decimal import Decimal

__all__ = ["LIVE", "MEDIA_TYPE", "cell", "shielded", "table"]

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
    return shielded(_seen(text))


def shielded(text: str) -> str:
    """A text for a cell of a spreadsheet: with its lines and letters, and an apostrophe where it looks like a formula.

    In a workbook text is text and nothing is reckoned, until somebody saves it as CSV or types into the cell. Only what
    stands unseen before such a text goes, so that whoever reads the cell can take the apostrophe off again.
    """
    if unicodedata.normalize("NFKC", _seen(text)).lstrip(" '\"")[:1] not in LIVE:
        return text
    begins = next(n for n, letter in enumerate(text) if not _skipped(letter))
    return f"'{text[begins:]}"


def _skipped(letter: str) -> bool:
    return letter.isspace() or unicodedata.category(letter) in UNSEEN


def _seen(text: str) -> str:
    """What of a text can be seen, without white space at its ends."""
    return "".join(letter for letter in text if unicodedata.category(letter) not in UNSEEN).strip()


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
