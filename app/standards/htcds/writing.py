"""Rows of the standard as the cells of one kind of file, and exactly what that kind has no room for."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from app.standards.htcds.book import Book
from app.standards.htcds.rows import MORE, RECORD, ROW, UNKNOWN, Row, Value

__all__ = ["Losses", "Table", "objects"]

# (what, field) -> how often. What: no_column, further_values, further_rows, unknown, beside, line_breaks.
Losses = Counter[tuple[str, str]]

OURS: Final = (RECORD, ROW, UNKNOWN, MORE)


class Table:
    """Rows as lines of cells.

    lossless_text: False for files that have no line breaks inside a cell. ``losses`` fills while ``lines`` is read.
    """

    def __init__(self, book: Book, *, lossless_text: bool = True, beside: Sequence[str] = ()) -> None:
        self.book = book
        self.losses: Losses = Counter()
        self._breaks = lossless_text
        self._beside = tuple(beside) if book.target.extensions else ()
        self._columns = [column.field for column in book.columns]
        self._ours = OURS if book.target.extensions else ()

    @property
    def headers(self) -> tuple[tuple[str, ...], ...]:
        """One or two header rows."""
        lead = ("",) if self.book.target.row_numbers else ()
        names = (*lead, *(self.book.headers[each] for each in self._columns), *self._ours, *self._beside)
        if self.book.target.header_rows == 1:
            return (names,)
        return names, (*lead, *(self.book.labels[each] for each in self._columns), *self._ours, *self._beside)

    def lines(self, rows: Iterable[Row]) -> Iterator[tuple[Any, ...]]:
        """The cells of each row: text, numbers and nothing else; None for an empty one."""
        count = 0
        for row in rows:
            if row.number > 1 and not self.book.target.extensions:
                self.losses["further_rows", row_part(self.book, row)] += 1
                continue
            count += 1
            values, more = self._cut(row)
            cells = [self._cell(name, values.get(name)) for name in self._columns]
            extra = {RECORD: row.record, ROW: row.number, UNKNOWN: _said(row.unknown), MORE: _said(more)}
            lead = (count,) if self.book.target.row_numbers else ()
            yield (
                *lead,
                *cells,
                *(extra[name] for name in self._ours),
                *(row.beside.get(each) for each in self._beside),
            )

    def _cut(self, row: Row) -> tuple[dict[str, Value], dict[str, tuple[str, ...]]]:
        """What of a row this kind of file has columns for, and the further values of fields of one."""
        values, more = cut(self.book, row)
        for name in values.keys() - set(self._columns):
            self.losses["no_column", name] += 1
        if not self.book.target.extensions:
            for name in more:
                self.losses["further_values", name] += 1
            for name in row.unknown:
                self.losses["unknown", name] += 1
        for name in row.beside.keys() - set(self._beside):
            self.losses["beside", name] += 1
        return values, more

    def _cell(self, name: str, value: Value | None) -> Any:
        if value is None:
            return None
        field = self.book.fields[name]
        if isinstance(value, tuple):
            assert field.list is not None
            shown = [self.book.shown(field.list, each) for each in value]
            return self.book.target.within.join(shown)
        if isinstance(value, bool):
            return "TRUE" if value else "FALSE"
        if isinstance(value, str):
            text = self.book.shown(field.list, value) if field.list is not None else value
            if field.pattern is not None:
                # A number with its plus would be taken for a formula; the pattern has room without.
                return text.removeprefix("+")
            if not self._breaks and "\n" in text:
                self.losses["line_breaks", name] += 1
            return text
        return value


def row_part(book: Book, row: Row) -> str:
    """What a further row is about: comment, event, plan or outgoing, or several of them."""
    parts = {book.fields[name].repeats or "" for name in row.values}
    return "+".join(sorted(parts))


def cut(book: Book, row: Row) -> tuple[dict[str, Value], dict[str, tuple[str, ...]]]:
    """The values as a kind of file takes them (of several the first where it takes one), and the further ones."""
    values: dict[str, Value] = {}
    more: dict[str, tuple[str, ...]] = {}
    for name, value in row.values.items():
        if isinstance(value, tuple) and book.one_only(name):
            if len(value) > 1:
                more[name] = value[1:]
            values[name] = value[:1]
        else:
            values[name] = value
    return values, more


def objects(book: Book, rows: Iterable[Row]) -> Iterator[dict[str, Any]]:
    """Rows as JSON objects; nothing is lost in them."""
    for row in rows:
        values, more = cut(book, row)
        said: dict[str, Any] = {RECORD: row.record, ROW: row.number}
        for name, value in values.items():
            if isinstance(value, tuple):
                said[name] = value[0] if book.one_only(name) else list(value)
            else:
                said[name] = value
        if row.unknown:
            said[UNKNOWN] = {name: list(kept) for name, kept in row.unknown.items()}
        if more:
            said[MORE] = {name: list(kept) for name, kept in more.items()}
        yield {**said, **row.beside}


def _said(kept: Any) -> str | None:
    return json.dumps({name: list(each) for name, each in kept.items()}, ensure_ascii=False) if kept else None
