"""Comma-separated text, line by line: its mark of order, its separator, and no line that fills the memory."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import IO, Any, Final

from app.kit import csv_text
from app.standards.htcds.book import Book
from app.standards.htcds.faults import Unreadable
from app.standards.htcds.limits import MOST_COLUMNS, MOST_LINE
from app.standards.htcds.source import File, size_of
from app.standards.htcds.writing import Losses, Table

__all__ = ["lines", "write"]

SEPARATORS: Final = (",", ";", "\t")
WIDE: Final = (b"\xff\xfe", b"\xfe\xff")

Progress = Callable[[int, int], None]


def lines(path: File, book: Book, progress: Progress | None = None) -> Iterator[tuple[int, list[str]]]:
    """The cells of each line, with its number in the file. Raises Unreadable where it is no such text."""
    whole = size_of(path)
    with path.open("rb") as begin:
        if begin.read(2) in WIDE:
            raise Unreadable("The file is UTF-16. Save it as CSV in UTF-8.", "not_utf8")
    with path.open("rb") as raw, io.TextIOWrapper(raw, encoding="utf-8-sig", newline="") as file:
        try:
            start = file.readline(MOST_LINE + 1)
            separator = _separator(start, book)
            file.seek(0)
            reader = csv.reader(_bounded(file), delimiter=separator, strict=True)
            before = 0
            for cells in reader:
                if len(cells) > MOST_COLUMNS:
                    raise Unreadable(
                        f"Line {before + 1} has more than {MOST_COLUMNS} columns; HTCDS 2.0 has 83 fields.",
                        "too_many_columns",
                        before + 1,
                    )
                yield before + 1, cells
                before = reader.line_num
                if progress is not None and before % 500 == 0:
                    progress(raw.tell(), whole)
        except UnicodeDecodeError as fault:
            raise Unreadable(
                "The file is not in UTF-8. Save it as CSV in UTF-8 (in Excel: CSV UTF-8).", "not_utf8"
            ) from fault
        except csv.Error as fault:
            raise Unreadable(
                f"Line {before + 1} cannot be read as CSV ({fault}).", "open_quotes", before + 1
            ) from fault


def _separator(start: str, book: Book) -> str:
    """What the header is parted by: that with which most of it is known."""

    def known(separator: str) -> int:
        try:
            cells = next(csv.reader([start], delimiter=separator), [])
        except csv.Error:
            return -1
        return sum(bool(book.named(each) or book.labelled(each)) for each in cells[:MOST_COLUMNS])

    return max(SEPARATORS, key=known)


def _bounded(file: IO[str]) -> Iterator[str]:
    number = 0
    while line := file.readline(MOST_LINE + 1):
        number += 1
        if len(line) > MOST_LINE:
            raise Unreadable(
                f"Line {number} is longer than {MOST_LINE // 1024 // 1024} million letters.", "cell_without_end", number
            )
        if "\0" in line:
            raise Unreadable(f"Line {number} holds a zero byte, so this is no CSV.", "wrong_type", number)
        yield line


def write(book: Book, rows: Iterable[Any], stamp: str, beside: tuple[str, ...] = ()) -> tuple[bytes, Losses]:
    """The rows as a file without formulas, and what it could not hold; ``stamp`` stands alone in the last row.

    With two header rows (the template) the second one is a row like any other.
    """
    table = Table(book, lossless_text=False, beside=beside)
    head, *more = table.headers
    return csv_text.table(head, chain(more, table.lines(rows)), stamp), table.losses
