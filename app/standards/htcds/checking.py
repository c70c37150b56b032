"""A whole file checked: what it is, row by row what is wrong, and in the end what it says that HTCDS cannot."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

from app.standards.htcds import csv_file, json_file, sheet_file
from app.standards.htcds.book import Book
from app.standards.htcds.faults import Fault, Unreadable
from app.standards.htcds.reading import Tell, object_rows, table_rows
from app.standards.htcds.rows import Row
from app.standards.htcds.source import File
from policies.standards import Standard

__all__ = ["JSON", "Report", "check", "rows", "target_of"]

JSON: Final = "json"
SHEETS: Final = (".xlsx", ".xlsm", ".ods")
# Each fault is counted; so many are told one by one.
MOST_TOLD: Final = 1_000
_LOOK: Final = 3

Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Report:
    """What was found: counts of everything, and the first faults and warnings one by one."""

    target: str
    records: int = 0
    rows: int = 0
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    counted: Counter[tuple[str, str]] = field(default_factory=Counter)
    warned: Counter[tuple[str, str]] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)
    filled: Counter[str] = field(default_factory=Counter)
    beside: Counter[str] = field(default_factory=Counter)
    core_empty: list[str] = field(default_factory=list)

    def tell(self, fault: Fault) -> None:
        """Count a fault or a warning, and keep it while there are not too many."""
        told, counted = (self.warnings, self.warned) if fault.warning else (self.faults, self.counted)
        counted[fault.field, fault.rule] += 1
        if len(told) < MOST_TOLD:
            told.append(fault)

    @property
    def valid(self) -> bool:
        """Whether nothing is wrong; warnings are no faults."""
        return not self.counted

    @property
    def plain(self) -> dict[str, Any]:
        """The whole report for programs."""
        return {
            "valid": self.valid, "target": self.target, "records": self.records, "rows": self.rows,
            "fault_count": self.counted.total(), "faults": [each.plain for each in self.faults],
            "warning_count": self.warned.total(), "warnings": [each.plain for each in self.warnings],
            "by_field": [
                {"field": name, "rule": rule, "count": count} for (name, rule), count in sorted(self.counted.items())
            ],
            "kept_as_unknown": dict(sorted(self.unknown.items())),
            "htcds_cannot_say": dict(sorted(self.beside.items())),
            "filled": dict(sorted(self.filled.items())), "core_fields_empty": self.core_empty,
        }  # fmt: skip


def target_of(path: File, standard: Standard) -> str:
    """What kind of file it looks like, by its name and its first lines."""
    if path.suffix.lower() in (".json", ".jsonl", ".ndjson"):
        return JSON
    first = [cells for _, cells in islice(_lines(path, Book(standard, "csv"), None), _LOOK)]
    for cells in first[:1]:
        names = {str(each).strip() for each in cells}
        aliases = {alias for each in ("prs_FirstName", "prs_SecondName", "vic_MethodsOfControl")
                   for alias in standard.fields[each].aliases}  # fmt: skip
        if names & aliases:
            return "xlsform"
    sheet = Book(standard, "template")
    labels = max((sum(sheet.labelled(str(each)) is not None for each in cells) for cells in first[:2]), default=0)
    return "template" if labels > len(sheet.columns) // 2 else "csv"


def _lines(path: File, book: Book, progress: Progress | None) -> Iterator[tuple[int, Any]]:
    with path.open("rb") as file:
        begins = file.read(5)
    if not begins:
        raise Unreadable("The file is empty.", "empty")
    if begins == b"%PDF-":
        raise Unreadable(
            "This is a PDF file, whatever its name says. HTCDS comes as CSV, XLSX, ODS or JSON.", "wrong_type"
        )
    if path.suffix.lower() in SHEETS or begins[:4] == sheet_file.PACKED or begins[:4] == sheet_file.OLD:
        return sheet_file.lines(path, book, progress)
    return csv_file.lines(path, book, progress)


def rows(
    path: File,
    standard: Standard,
    target: str | None,
    tell: Tell,
    progress: Progress | None = None,
    *,
    strays: bool = False,
) -> Iterator[Row]:
    """The rows of a file, one by one; target: None = as it looks.

    tell: gets every fault and warning of a row before the row. strays: what stands in columns that are no part of the
    standard and do not say so is kept in ``beside`` too. Raises Unreadable where the file is not what it is meant to
    be, and KeyError for a target that the standard does not have.
    """
    found = target or target_of(path, standard)
    book = Book(standard, found)
    if found == JSON:
        with path.open("rb") as file:
            if file.read(5) == b"%PDF-":
                raise Unreadable("This is a PDF file, whatever its name says.", "wrong_type")
        return object_rows(book, json_file.read(path, progress), tell, strays=strays)
    return table_rows(book, _lines(path, book, progress), tell, strays=strays)


def check(path: File, standard: Standard, target: str | None = None, progress: Progress | None = None) -> Report:
    """Read a whole file and report on it; of its rows nothing is kept. Raises Unreadable as `rows` does."""
    report = Report(target or target_of(path, standard))
    for row in rows(path, standard, report.target, report.tell, progress):
        report.rows += 1
        report.records += row.number == 1
        report.filled.update(row.values.keys())
        report.unknown.update({name: len(kept) for name, kept in row.unknown.items()})
        report.beside.update(row.beside.keys())
    for fault in report.warnings:
        if fault.rule in ("unknown_column", "ambiguous_column"):
            report.beside[fault.field] += 1
    _core(report, standard)
    return report


def _core(report: Report, standard: Standard) -> None:
    if not report.rows:
        return
    room = {column.field for column in standard.columns(report.target)}
    for name, each in standard.fields.items():
        if each.core and not each.deprecated and name in room and not report.filled[name]:
            report.core_empty.append(name)


def as_text(report: Report) -> str:
    """The report as JSON text."""
    return json.dumps(report.plain, ensure_ascii=False, indent=1)
