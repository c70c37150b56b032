"""Compares the rows of two stores: numbers, digests, and the first row of each table that is not the same."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Select, String, Table, collate, select
from sqlalchemy.orm import Session

from app.kit.address import SQLITE
from app.models import load_all
from app.models.base import Base
from app.moving.columns import Columns, form

__all__ = ["Compared", "compare", "compare_all", "digest_of", "tables"]

AT_ONCE: Final = 1000
Told = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Compared:
    """One table: how many rows it has here and there, the digest of each (SHA-256, hex), and the first difference."""

    table: str
    here: int
    there: int
    digest_here: str
    digest_there: str
    difference: str | None

    @property
    def same(self) -> bool:
        """Whether both hold the same rows."""
        return self.difference is None and (self.here, self.digest_here) == (self.there, self.digest_there)

    @property
    def sentence(self) -> str:
        """What is not the same, in words."""
        return f"{self.table} has {self.here} rows here and {self.there} there; {self.difference}"


def tables() -> list[Table]:
    """Every table of the program, parents before their children."""
    load_all()
    return list(Base.metadata.sorted_tables)


def compare_all(here: Session, there: Session, told: Told = lambda _rows: None) -> list[Compared]:
    """Compare every table; both sessions must see every row. ``told``: called with the rows that were read since."""
    return [compare(here, there, table, told) for table in tables()]


def compare(here: Session, there: Session, table: Table, told: Told = lambda _rows: None) -> Compared:
    """Walk through one table of both stores in the order of its key, in memory that does not grow with it."""
    columns = Columns(table)
    with closing(_Side(here, columns)) as ours, closing(_Side(there, columns)) as theirs:
        difference = _walked(columns, ours, theirs, told)
    return Compared(table.name, ours.count, theirs.count, ours.digest, theirs.digest, difference)


def _walked(columns: Columns, ours: _Side, theirs: _Side, told: Told) -> str | None:
    """Go through both to their ends; the first difference."""
    difference: str | None = None
    while ours.row is not None or theirs.row is not None:
        found, step_here, step_there = _beside(columns, ours, theirs)
        difference = difference or found
        if step_here:
            ours.step()
            if ours.count % AT_ONCE == 0:
                told(AT_ONCE)
        if step_there:
            theirs.step()
    told(ours.count % AT_ONCE)
    return difference


def digest_of(found: Sequence[Compared]) -> str:
    """One digest over those of all tables here."""
    whole = hashlib.sha256()
    for each in found:
        whole.update(form((each.table, each.here, each.digest_here)))
    return whole.hexdigest()


class _Side:
    """The rows of one store in the order of their keys; those that were passed are counted and in the digest."""

    def __init__(self, session: Session, columns: Columns) -> None:
        self._found = session.execute(_ordered(session, columns.table), execution_options={"yield_per": AT_ONCE})
        self._rows: Iterator[Any] = iter(self._found)
        self._hash = hashlib.sha256()
        self.count = -1
        self.line = b""
        self.row: Sequence[Any] | None = None
        self.step()

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()

    def close(self) -> None:
        """Give the rest of the rows up."""
        self._found.close()

    def step(self) -> None:
        """Go on to the next row; ``row`` is None after the last."""
        self._hash.update(self.line)
        self.count += 1
        self.row = next(self._rows, None)
        self.line = b"" if self.row is None else form(self.row)


def _beside(columns: Columns, ours: _Side, theirs: _Side) -> tuple[str | None, bool, bool]:
    """What differs at this place, and which side goes on to its next row."""
    if ours.row is not None and ours.line == theirs.line:
        return None, True, True
    here = None if ours.row is None else columns.key(ours.row)
    there = None if theirs.row is None else columns.key(theirs.row)
    if ours.row is not None and (there is None or (here is not None and here < there)):
        return f"{columns.named(ours.row)} is missing there", True, False
    if theirs.row is not None and (here is None or (there is not None and there < here)):
        return f"{columns.named(theirs.row)} is there alone", False, True
    assert ours.row is not None and theirs.row is not None
    names = columns.differing(ours.row, theirs.row)
    return f"{columns.named(ours.row)} differs in {', '.join(names)}", True, True


def _ordered(session: Session, table: Table) -> Select[Any]:
    """By the key, texts by their bytes: that is how SQLite orders them, and no language does."""
    on_sqlite = session.get_bind().dialect.name == SQLITE
    keys = [
        column if on_sqlite or not isinstance(column.type, String) else collate(column, "C")
        for column in table.primary_key.columns
    ]
    return select(table).order_by(*keys)
