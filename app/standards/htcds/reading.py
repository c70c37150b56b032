"""Raw lines of a file made into rows of the standard; everything wrong is told, nothing that stood there is dropped."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from app.standards.htcds.book import AMBIGUOUS, Book
from app.standards.htcds.cells import read_cell, text_of
from app.standards.htcds.faults import Fault, Unreadable, class_of, letters
from app.standards.htcds.rows import MORE, RECORD, ROW, UNKNOWN, Row, Value, plain_list

__all__ = ["Header", "Tell", "object_rows", "table_rows"]

Tell = Callable[[Fault], None]
Line = tuple[int, Sequence[Any]]

MOST_NAMES: Final = 60
# Of the cells of a second header row so many are labels, or it is a row of data.
SHARE_OF_LABELS: Final = 0.5
STAMP: Final = "# "


@dataclass(slots=True)
class Header:
    """What each column is: a field, one of our own columns, a column of others, or nothing.

    ``names``: what stands over a column of others that goes by its letters.
    """

    fields: dict[int, str] = field(default_factory=dict)
    ours: dict[int, str] = field(default_factory=dict)
    others: dict[int, str] = field(default_factory=dict)
    unread: dict[int, str] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    numbers: int | None = None
    width: int = 0


def table_rows(book: Book, lines: Iterable[Line], tell: Tell, *, strays: bool = False) -> Iterator[Row]:
    """The rows of a table with one or two header rows.

    lines: (line from 1, its cells). tell: gets every fault and warning. strays: as in `app.standards.htcds.checking`.
    Raises Unreadable where no column of the header is one of the standard.
    """
    source = iter(lines)
    first = next((line for line in source if _filled(line[1])), None)
    if first is None:
        raise Unreadable("The file is empty: there is no header row in it.", "no_header")
    second = next(source, None)
    header, waits = _header(book, first, second, tell)
    if strays:
        _take_in(header)
    follow = _Follow(book, tell)
    for number, cells in _chain(second, waits, source):
        if not _is_data(cells, header):
            continue
        yield follow.checked(_table_row(book, header, number, cells, tell))


def _chain(second: Line | None, waits: bool, source: Iterator[Line]) -> Iterator[Line]:
    if waits and second is not None:
        yield second
    yield from source


def _filled(cells: Sequence[Any]) -> bool:
    return any(text_of(each) for each in cells)


def _is_data(cells: Sequence[Any], header: Header) -> bool:
    """Whether a line says anything: not an empty one, a number in column A alone, or the stamp below a list."""
    said = [(at, text_of(each)) for at, each in enumerate(cells)]
    said = [(at, text) for at, text in said if text and at != header.numbers]
    return bool(said) and not (len(said) == 1 and said[0][0] == 0 and said[0][1].startswith(STAMP))


def _header(book: Book, first: Line, second: Line | None, tell: Tell) -> tuple[Header, bool]:
    """What the columns are, and whether the second line is data already."""
    names = [text_of(each) for each in first[1]]
    labels = [text_of(each) for each in second[1]] if second is not None else []
    told = [each for each in labels if each]
    heard = sum(book.labelled(each) is not None for each in told)
    two = any(map(book.named, names)) and bool(told) and heard / len(told) > SHARE_OF_LABELS
    header = Header(width=max(len(names), len(labels) if two else 0))
    taken: set[str] = set()
    for at in range(header.width):
        name = names[at] if at < len(names) else ""
        label = labels[at] if two and at < len(labels) else ""
        if not name and not label:
            if at == 0:
                header.numbers = 0
            continue
        _column(book, header, at, name, label, (first[0], second[0] if two and second else first[0]), taken, tell)
    if not header.fields:
        raise Unreadable(
            "No column of the header is a field of HTCDS 2.0. The first row holds its names, such as prs_Gender,"
            " or their labels.",
            "not_the_standard",
        )
    return header, not two


def _column(
    book: Book, header: Header, at: int, name: str, label: str, lines: tuple[int, int], taken: set[str], tell: Tell
) -> None:
    by_name, by_label = book.named(name), book.labelled(label or name)
    found = by_name or by_label
    if label and by_label not in (None, AMBIGUOUS) and by_name not in (None, by_label):
        # People typed under what they could see; the row of names is hidden in the published sheets.
        found = by_label
        tell(
            Fault(
                lines[1], at + 1, str(by_label), "header_rows_disagree", hint=book.labels[str(by_label)], warning=True
            )
        )
    if found == AMBIGUOUS:
        header.unread[at] = name or label
        tell(Fault(lines[0], at + 1, _clipped(label or name), "ambiguous_column", warning=True))
    elif found is not None:
        if found in taken:
            tell(Fault(lines[0], at + 1, found, "column_twice"))
            return
        taken.add(found)
        header.fields[at] = found
        if book.fields[found].deprecated:
            tell(Fault(lines[0], at + 1, found, "deprecated_field", warning=True))
    elif book.is_ours(name):
        header.ours[at] = name.strip().lower()
    elif book.is_extension(name):
        header.others[at] = _free(header, at, name.strip())
        tell(Fault(lines[0], at + 1, _clipped(name), "foreign_extension", warning=True))
    else:
        header.unread[at] = name or label
        tell(Fault(lines[0], at + 1, _clipped(name or label), "unknown_column", warning=True))


def _take_in(header: Header) -> None:
    """Columns that are no part of the standard are kept like those of others.

    A name that does not look like one of a field may be somebody's, in a file without a header: it is kept with what
    stands below it, and the column goes by its letters.
    """
    for at, name in header.unread.items():
        plain = _is_plain(name)
        header.others[at] = _free(header, at, name if plain else f"column {letters(at + 1)}")
        if not plain:
            header.names[at] = name


def _free(header: Header, at: int, name: str) -> str:
    """The name of a column, with its letters where another column has the same: neither takes the other's place."""
    return f"{name} [{letters(at + 1)}]" if name in header.others.values() else name


def _clipped(text: str) -> str:
    # A header is no value of a person, but a file without a header begins with one: nothing of it is repeated.
    return f"column '{text}'" if _is_plain(text) else "a column"


def _is_plain(text: str) -> bool:
    return text.isidentifier() and "_" in text and len(text) <= MOST_NAMES


def _table_row(book: Book, header: Header, line: int, cells: Sequence[Any], tell: Tell) -> Row:
    made = _Making(book, line, tell)
    for at, raw in enumerate(cells):
        if raw is None or raw == "":
            continue
        if at in header.fields:
            made.cell(header.fields[at], at + 1, raw)
        elif at in header.ours:
            made.extension(header.ours[at], at + 1, _from_text(raw))
        elif at in header.others:
            said = text_of(raw)
            made.beside[header.others[at]] = f"{header.names[at]}: {said}" if said and at in header.names else said
        elif at >= header.width and text_of(raw):
            tell(Fault(line, at + 1, "no column", "beyond_header", class_of(raw)))
    return made.row()


def _from_text(raw: Any) -> Any:
    text = text_of(raw)
    if text.startswith("{"):
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text


def object_rows(
    book: Book, objects: Iterable[tuple[int, Any]], tell: Tell, *, strays: bool = False
) -> Iterator[Row]:
    """The rows of a list of objects; ``objects``: (line on which it begins, object); ``strays`` as in `table_rows`."""
    follow = _Follow(book, tell)
    said: set[str] = set()
    for line, each in objects:
        if not isinstance(each, dict):
            tell(Fault(line, None, "record", "not_an_object", class_of(each)))
            continue
        made = _Making(book, line, tell)
        for key, raw in each.items():
            name = book.named(key)
            if name is not None:
                if name in made.values:
                    tell(Fault(line, None, name, "column_twice", class_of(raw)))
                    continue
                made.cell(name, None, raw)
            elif book.is_ours(key):
                made.extension(key.strip().lower(), None, raw)
            elif book.is_extension(key):
                made.beside[key] = raw if isinstance(raw, str) else json.dumps(raw, ensure_ascii=False)
            else:
                rule = "unknown_column"
                if key not in said:
                    said.add(key)
                    tell(Fault(line, None, _clipped(key), rule, class_of(raw), warning=True))
                if strays:
                    made.beside[key] = raw if isinstance(raw, str) else json.dumps(raw, ensure_ascii=False)
        yield follow.checked(made.row())


class _Making:
    """One row while it is read."""

    def __init__(self, book: Book, line: int, tell: Tell) -> None:
        self.book, self.line, self.tell = book, line, tell
        self.values: dict[str, Value] = {}
        self.unknown: dict[str, tuple[str, ...]] = {}
        self.beside: dict[str, str] = {}
        self.record, self.number = "", 1

    def cell(self, name: str, column: int | None, raw: Any) -> None:
        """Read one cell of a field."""
        found = read_cell(self.book, name, raw)
        if found.value is not None:
            self.values[name] = found.value
        if found.unknown:
            self.unknown[name] = (*self.unknown.get(name, ()), *found.unknown)
        if found.rule:
            self.tell(Fault(self.line, column, name, found.rule, class_of(raw), found.hint))
        if found.near:
            self.tell(Fault(self.line, column, name, "read_as_nearest", class_of(raw), found.near, warning=True))

    def extension(self, name: str, column: int | None, raw: Any) -> None:
        """Read one of our own columns."""
        if name == RECORD:
            self.record = text_of(raw)
        elif name == ROW:
            text = text_of(raw)
            self.number = int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0
        elif name in (UNKNOWN, MORE):
            self._kept(name, column, raw)
        else:
            self.beside[name] = raw if isinstance(raw, str) else json.dumps(raw, ensure_ascii=False)

    def _kept(self, name: str, column: int | None, raw: Any) -> None:
        try:
            if not isinstance(raw, Mapping):
                raise ValueError("an object is needed")
            said = {key: plain_list(value) for key, value in raw.items()}
            if not said.keys() <= self.book.fields.keys():
                raise ValueError("only fields of the standard")
        except ValueError:
            self.tell(Fault(self.line, column, name, "not_extension_json", class_of(raw)))
            return
        for key, kept in said.items():
            if name == UNKNOWN:
                self.unknown[key] = tuple(dict.fromkeys((*self.unknown.get(key, ()), *kept)))
            else:
                self._more(key, kept)

    def _more(self, key: str, kept: tuple[str, ...]) -> None:
        """Further values of a field that has room for one alone in this kind of file."""
        there = self.values.get(key, ())
        first = there if isinstance(there, tuple) else (str(there),)
        found = _Making(self.book, self.line, self.tell)
        words = []
        for each in kept:
            found.values.pop(key, None)
            found.cell(key, None, each)
            value = found.values.get(key)
            words += [*value] if isinstance(value, tuple) else []
        self.values[key] = tuple(dict.fromkeys((*first, *words)))
        if found.unknown.get(key):
            self.unknown[key] = (*self.unknown.get(key, ()), *found.unknown[key])

    def row(self) -> Row:
        """The row as read."""
        ordered = {name: self.values[name] for name in self.book.fields if name in self.values}
        return Row(self.record, self.number, ordered, self.unknown, self.beside, self.line)


class _Follow:
    """Watches that the rows of a record stand together and in order, and that only what repeats stands further down."""

    def __init__(self, book: Book, tell: Tell) -> None:
        self.book, self.tell = book, tell
        self.record, self.number, self.count = "", 0, 0

    def checked(self, row: Row) -> Row:
        """The row, with a number of its own for a record that has none."""
        if not row.record:
            self.count += 1
            if row.number != 1:
                self.tell(Fault(row.line, None, RECORD, "row_out_of_order"))
            return Row(f"{self.count}", 1, row.values, row.unknown, row.beside, row.line, made=True)
        expected = self.number + 1 if row.record == self.record else 1
        if row.number != expected:
            self.tell(Fault(row.line, None, ROW, "row_out_of_order"))
        self.record, self.number = row.record, row.number
        if row.number > 1:
            for name, value in row.values.items():
                if self.book.fields[name].repeats is None:
                    self.tell(Fault(row.line, None, name, "stands_in_first_row", class_of(value)))
        return row
