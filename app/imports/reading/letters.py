"""From bytes to rows: comma-separated text in whatever letters it came, and JSON made of one object a record."""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Iterator
from typing import Any, Final

from app.imports.reading.terms import LONGEST_CELL, Limits, Rows, Shape, Unread

__all__ = ["decoded", "from_csv", "from_json", "named"]

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
_DELIMITERS: Final = (",", ";", "\t", "|")
_DEEPEST: Final = 4
# A value of JSON nested deeper than this is no record of a person.
_NESTED: Final = 60


def decoded(content: bytes, encoding: str) -> str:
    """The text of a file. A mark at its beginning says which letters it is written in, then the mapping, then UTF-8.

    Unread (not_this_encoding) with the line of the first byte that does not fit. Nothing is guessed: letters that are
    read wrongly make wrong names.
    """
    found = next((name for mark, name in _MARKS if content.startswith(mark)), None)
    name = found or ("utf-8" if encoding == "find" else encoding)
    try:
        return content.decode(name)
    except UnicodeDecodeError as error:
        why = "not_utf8" if encoding == "find" and found is None else "not_this_encoding"
        raise Unread(why, content.count(b"\n", 0, error.start) + 1) from None


def from_csv(content: bytes, shape: Shape, limits: Limits) -> Rows:
    """Rows of comma-separated text, with the line on which each begins.

    Unread for letters that do not fit, quotes that stay open, too many rows or columns, and a header that is none.
    """
    text = decoded(content, shape.encoding)
    delimiter = shape.delimiter if shape.delimiter != "find" else _delimiter_of(text, shape)
    lines = _lines(text, delimiter)
    header: tuple[str, ...] | None = None
    rows: list[tuple[int, tuple[str, ...]]] = []
    for line, cells in lines:
        if header is None:
            if line >= shape.header and any(cell.strip() for cell in cells):
                header = _columns(cells, limits)
            continue
        if not any(cell.strip() for cell in cells):
            continue
        if len(rows) >= limits.rows:
            raise Unread("too_many_rows", line)
        if len(cells) > limits.columns:
            raise Unread("too_many_columns", line)
        # What is empty to the right of the header is no cell too many: spreadsheets write such commas.
        while len(cells) > len(header) and not cells[-1].strip():
            cells.pop()
        rows.append((line, tuple(cells)))
    if header is None:
        raise Unread("no_header")
    return named(header, rows)


def named(header: tuple[str, ...], rows: list[tuple[int, tuple[str, ...]]]) -> Rows:
    """The rows under their header; a column without a name is left out where nothing stands in it.

    Unread (unnamed_column) where something does, (doubled_column) for a name that stands twice.
    """
    unnamed = [at for at, name in enumerate(header) if not name]
    used = [at for at in unnamed if any(len(cells) > at and cells[at].strip() for _, cells in rows)]
    if used:
        raise Unread("unnamed_column", 0, [str(at + 1) for at in used])
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        raise Unread("doubled_column", 0, [str(at + 1) for at, name in enumerate(header) if name in twice])
    if not unnamed:
        return Rows(header, tuple(rows))
    left = [at for at, name in enumerate(header) if name]
    cut = [
        (line, tuple(cells[at] for at in left if at < len(cells)) + tuple(cells[len(header):])) for line, cells in rows
    ]  # fmt: skip
    return Rows(tuple(header[at] for at in left), tuple(cut))


def from_json(content: bytes, limits: Limits) -> Rows:
    """Records of a JSON list (or of a list under ``data``); what is nested is named with dots: a.b.

    The line of a record is its number in the list, from 1. A list of plain values becomes one text, one of objects
    stays as it is written. Unread as `from_csv`.
    """
    try:
        told = json.loads(
            decoded(content, "find"), parse_constant=_no_number, parse_float=str, parse_int=str,
            object_pairs_hook=_no_twins,
        )  # fmt: skip
    except (ValueError, RecursionError) as error:
        raise Unread("not_json", getattr(error, "lineno", 0)) from None
    records = told.get("data") if isinstance(told, dict) else told
    if not isinstance(records, list) or not records:
        raise Unread("no_records")
    if len(records) > limits.rows:
        raise Unread("too_many_rows", limits.rows + 1)
    flat: list[tuple[int, dict[str, str]]] = []
    names: dict[str, None] = {}
    for number, record in enumerate(records, 1):
        if not isinstance(record, dict):
            raise Unread("not_a_record", number)
        pairs = list(_flat(record, "", 0))
        cells = dict(pairs)
        if len(cells) != len(pairs):
            raise Unread("doubled_column", number)
        names |= dict.fromkeys(cells)
        if len(names) > limits.columns:
            raise Unread("too_many_columns", number)
        flat.append((number, cells))
    header = _columns(list(names), limits)
    return named(header, [(number, tuple(cells.get(name, "") for name in names)) for number, cells in flat])


def _flat(record: dict[str, Any], before: str, depth: int) -> Iterator[tuple[str, str]]:
    for name, value in record.items():
        # A name with half a letter in it could be told to nobody.
        path = f"{before}{name}".encode("utf-8", "replace").decode("utf-8")
        if isinstance(value, dict) and value and depth < _DEEPEST:
            yield from _flat(value, f"{path}.", depth + 1)
        else:
            yield path, _text(value)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and not any(isinstance(each, dict | list) for each in value):
        return "; ".join(filter(None, (_text(each) for each in value)))
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False) if value else ""
    return str(value)


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of which no name stands twice: of two values one would be lost without a word."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def _no_number(_: str) -> Any:
    raise ValueError("not a number")


def _lines(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Each row with the line it begins on; Unread where quotes do not close or a cell has no end."""
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    before = 0
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            why = "cell_without_end" if "field larger" in str(error) else "open_quotes"
            raise Unread(why, before + 1) from None
        yield before + 1, cells
        before = reader.line_num


def _delimiter_of(text: str, shape: Shape) -> str:
    """The sign under which the header names most of the columns that the mapping knows."""
    best, most = ",", 0
    for sign in _DELIMITERS:
        try:
            first = next(
                (cells for line, cells in _lines(text, sign) if line >= shape.header and any(map(str.strip, cells))), []
            )
        except Unread:
            continue
        named_there = len({cell.strip() for cell in first} & set(shape.known))
        if named_there > most:
            best, most = sign, named_there
    return best


def _columns(cells: list[str], limits: Limits) -> tuple[str, ...]:
    names = [cell.strip() for cell in cells]
    while names and not names[-1]:
        names.pop()
    if len(names) > limits.columns:
        raise Unread("too_many_columns")
    if not any(names):
        raise Unread("no_header")
    return tuple(names)
