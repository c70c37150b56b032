"""The columns of a file of synthetic records and every value each can have, from the policies alone.

Nothing here looks at a person: which values a file can have is said before anybody is counted, or the mere presence
of a value would tell that somebody has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from policies.microdata import MicroColumn, MicroFile
from policies.microdata_checks import is_word
from policies.model import Policies
from policies.standards import ListMap

__all__ = ["YEAR", "Attribute", "attributes", "encoded", "header", "unfilled", "written"]

# The column of the year, which is the same in every record of a file.
YEAR: Final = "yearOfRegistration"
EMPTY: Final = ""
Cells = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Attribute:
    """One dimension: the cells of each of our codes, and all the cells there can be, the empty ones first."""

    dimension: str
    columns: tuple[str, ...]
    cells: Mapping[str, Cells]
    domain: tuple[Cells, ...]

    def at(self, code: str) -> int:
        """Where the cells of a code stand in the domain; what is not known, or not listed, is empty."""
        return self.domain.index(self.cells[code]) if code in self.cells else 0


def attributes(policies: Policies, file: MicroFile) -> tuple[Attribute, ...]:
    """The dimensions of a file in the order of its columns."""
    view = policies.standard_maps[file.standard].views[file.view]
    found = []
    for column in file.columns:
        empty = (EMPTY,) * len(column.columns)
        cells: dict[str, Cells]
        if column.list is None:
            cells = {code: (text,) for code, text in column.codes.items()}
        else:
            cells = {code: _cells(column, theirs) for code, theirs in _told(view.lists[column.list]).items()}
        domain = (empty, *sorted(set(cells.values()) - {empty}))
        found.append(Attribute(column.dimension, column.columns, cells, domain))
    return tuple(found)


def header(found: tuple[Attribute, ...]) -> list[str]:
    """The names of the columns, the year first."""
    return [YEAR, *(name for each in found for name in each.columns)]


def unfilled(policies: Policies, file: MicroFile) -> list[str]:
    """The columns of the view that this file does not have."""
    written = {YEAR, *(name for column in file.columns for name in column.columns)}
    return [name for name in policies.standard_maps[file.standard].views[file.view].columns if name not in written]


def encoded(found: tuple[Attribute, ...], codes: tuple[str, ...]) -> tuple[int, ...]:
    """A person's codes as places in the domains."""
    return tuple(each.at(code) for each, code in zip(found, codes, strict=True))


def written(found: tuple[Attribute, ...], year: int, record: tuple[int, ...]) -> list[str]:
    """The cells of a record."""
    return [str(year), *(cell for each, at in zip(found, record, strict=True) for cell in each.domain[at])]


def _told(table: ListMap) -> Mapping[str, tuple[str, ...]]:
    return {code: theirs for code, theirs in table.forth.items() if code not in table.unsaid}


def _cells(column: MicroColumn, theirs: tuple[str, ...]) -> Cells:
    """A word in its column, or flags: 1 where the code leads to the column, 0 where it leads to others."""
    if is_word(theirs[0]):
        return (theirs[0],)
    return tuple("1" if name in theirs else "0" for name in column.columns)
