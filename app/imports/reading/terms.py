"""What the reading of a table is told and what it tells: limits, rows with their lines, and why it cannot be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

__all__ = ["CSV", "JSON", "KINDS", "LONGEST_CELL", "SHEET", "Limits", "Note", "Rows", "Shape", "Unread"]

CSV: Final = "csv"
JSON: Final = "json"
# XLSX and ODS: both are folders of XML, packed.
SHEET: Final = "sheet"
KINDS: Final = (CSV, JSON, SHEET)
# No field of a case holds more; what is longer is no cell but a file that was not closed.
LONGEST_CELL: Final = 20_000
# Something found while reading: column, rule, class of the value, and the rule in the words of the standard's reader.
Note = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a file may hold: rows, columns, bytes once unpacked."""

    rows: int
    columns: int
    unpacked: int = 200_000_000


@dataclass(frozen=True, slots=True)
class Shape:
    """How the file is written, as the mapping says it; "find" where that is to be found out.

    ``known``: the columns the mapping names, by which the sign between cells is found.
    """

    encoding: str = "find"
    delimiter: str = "find"
    sheet: str = ""
    header: int = 1
    known: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rows:
    """A table that was read: the names of its columns, and each row that is not empty with its line.

    ``notes``: line -> what the reading itself found in the row.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    notes: Mapping[int, tuple[Note, ...]] = field(default_factory=dict)


class Unread(Exception):
    """The file cannot be read as a table. ``why``: a code; ``line``: where, 0 for nowhere in particular.

    ``columns``: names or numbers of columns, never what stands in a cell.
    """

    def __init__(self, why: str, line: int = 0, columns: Sequence[str] = ()) -> None:
        super().__init__(why)
        self.why = why
        self.line = line
        self.columns = tuple(columns)
