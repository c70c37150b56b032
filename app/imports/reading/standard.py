"""From a file of a standard to one row for each record, by the standard's own reader (`app.standards.htcds`).

Nothing is dropped: a value that no list knows, the second event or plan, and columns of others stand in columns of
their own, and what the reader finds wrong goes along with the line of its record.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from app.imports.reading.terms import CSV, JSON, SHEET, Limits, Note, Rows, Unread
from app.standards.htcds.checking import rows
from app.standards.htcds.faults import Fault, Unreadable, letters
from app.standards.htcds.rows import RECORD, Row, Value
from app.standards.htcds.source import Held
from policies.import_mapping import part_name
from policies.standards import Standard

__all__ = ["from_standard"]

_ENDINGS: Final[Mapping[str, str]] = {CSV: ".csv", JSON: ".json", SHEET: ".xlsx"}
# Told of the header and of no row; what stands in these columns is kept all the same.
_HEADERS: Final = frozenset({"deprecated_field", "foreign_extension", "unknown_column", "ambiguous_column"})
# The value is kept as unknown, and told with it.
_UNKNOWN: Final = frozenset({"not_in_list", "not_in_open_list"})
_NOTED: Final = frozenset({"header_rows_disagree", "read_as_nearest"})
_MOST_NOTES: Final = 40
_CLASSES: Final[Mapping[str, str]] = {
    "": "row", "empty": "empty", "number": "number", "digits": "number", "digits written like a day": "day",
    "long text": "long_text", "several words": "text", "list": "text", "object": "text",
}  # fmt: skip


class _Record:
    """The rows of one record, put side by side in one row."""

    def __init__(self, line: int, number: str, made: bool) -> None:
        self.line, self.number, self.made, self.stopped = line, number, made, False
        self.cells: dict[str, str] = {}
        self.notes: list[Note] = []
        self.count = 0

    def add(self, row: Row) -> None:
        """Take in the next row: the n-th entry of whatever stands in it."""
        self.count += 1
        for name, value in row.values.items():
            self.cells[part_name(name, self.count)] = _text(value)
        for name, kept in row.unknown.items():
            self.cells[part_name(name, self.count, unknown=True)] = "\n".join(kept)
        for name, said in row.beside.items():
            self.cells[part_name(name, self.count)] = said


class _Reading:
    """The records of a file while it is read; faults are told before the row that they belong to."""

    def __init__(self, standard: Standard, kind: str) -> None:
        self.standard, self.kind = standard, kind
        self.records: list[_Record] = []
        self.waiting: list[Fault] = []
        self.seen = 0

    def tell(self, fault: Fault) -> None:
        """Keep a fault for the row that follows it."""
        if fault.rule == "column_twice" and fault.column is not None:
            raise Unread("doubled_column", fault.line, [fault.field])
        if fault.rule == "not_an_object":
            # There is no row of it.
            self.seen += 1
            self.records.append(_Record(self.seen, "", made=False))
            self._note(self.records[-1], fault)
        elif fault.rule not in _HEADERS and fault.rule not in _UNKNOWN and not self._whole(fault):
            self.waiting.append(fault)

    def row(self, row: Row) -> None:
        """Take a row in, to the record before it or as a new one."""
        self.seen += 1
        last = self.records[-1] if self.records else None
        if last is None or row.made or last.made or last.number != row.record:
            line = self.seen if self.kind == JSON else row.line
            last = _Record(line, row.record, row.made)
            self.records.append(last)
        last.add(row)
        for fault in self.waiting:
            self._note(last, fault)
        self.waiting.clear()

    def _whole(self, fault: Fault) -> bool:
        """Whether every value is carried, and only this kind of file has no room for them."""
        field = self.standard.fields.get(fault.field)
        return fault.rule == "several_values" and field is not None and field.holds_many

    def _note(self, record: _Record, fault: Fault) -> None:
        stops = fault.rule not in _NOTED
        # So many are told one by one; the first that stops a record is never left out.
        if len(record.notes) >= _MOST_NOTES and not (stops and not record.stopped):
            return
        record.stopped |= stops
        ours = fault.field in self.standard.fields or fault.field.startswith("x_")
        column = part_name(fault.field, max(1, record.count)) if ours else ""
        what = _CLASSES.get(fault.value, "word")
        if not stops:
            record.notes.append((column, fault.rule, what, fault.hint))
            return
        at = "" if self.kind == JSON or fault.line == record.line else f"line {fault.line}, "
        at += "" if fault.column is None else f"column {letters(fault.column)}, "
        record.notes.append((column, "not_the_standard", what, f"{at}{fault.rule}: {fault.mend}"))


def from_standard(content: bytes, kind: str, standard: Standard, record: str, limits: Limits) -> Rows:
    """One row for each record. ``kind``: csv, json or sheet; ``record``: the column with the number of a record.

    The line of a record is that of its first row; in JSON the number of its first object in the list. Where no record
    has a number and the mapping names none of its own, one is made from all that the record says. Unread as the
    other readers, and (not_the_standard) where no column is a field of the standard.
    """
    reading = _Reading(standard, kind)
    try:
        for row in rows(Held(content, _ENDINGS[kind]), standard, None, reading.tell, strays=True):
            if reading.seen >= limits.rows:
                raise Unread("too_many_rows", row.line)
            reading.row(row)
    except Unreadable as refusal:
        raise Unread(refusal.why, refusal.line) from None
    _number(reading.records, record)
    header = tuple(dict.fromkeys((record, *(name for each in reading.records for name in each.cells))))
    if len(header) > limits.columns:
        raise Unread("too_many_columns")
    if not any(record in each.cells for each in reading.records):
        header = tuple(name for name in header if name != record)
    return Rows(
        header,
        tuple((each.line, tuple(each.cells.get(name, "") for name in header)) for each in reading.records),
        {each.line: tuple(each.notes) for each in reading.records if each.notes},
    )


def _number(records: list[_Record], column: str) -> None:
    """Give every record its number: the one it has, or one made from what it says and how often that was said before.

    Nobody can be told apart who is told of in the same words twice in one file; so the second is the second.
    """
    counted: Counter[str] = Counter()
    for each in records:
        if not each.made:
            if each.number:
                each.cells[RECORD] = each.number
        elif column == RECORD:
            said = json.dumps(sorted(each.cells.items()), ensure_ascii=True).encode("ascii")
            digest = hashlib.sha256(said).hexdigest()[:32]
            counted[digest] += 1
            each.cells[RECORD] = f"{digest}-{counted[digest]}"
            each.notes.append((RECORD, "record_made", "row", ""))


def _text(value: Value | Any) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return ";".join(value) if isinstance(value, tuple) else str(value)
