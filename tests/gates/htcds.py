"""The gate of the exchange standard: records that are right pass, and one that is not names its field, for each field.

``python -m tests.gates.htcds --long`` does it with 10,000 records in each shape of file; the suite with few. Its
mutants: an alias that is dropped, and labels that are not read.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.standards.htcds import book as books
from app.standards.htcds import csv_file, json_file, sheet_file
from app.standards.htcds.book import Book, folded
from app.standards.htcds.checking import check, rows
from app.standards.htcds.reading import object_rows
from app.standards.htcds.rows import RECORD, Row
from app.standards.htcds.writing import objects
from policies.load import load_policies
from policies.standards import Standard
from tests.factories import htcds

STANDARD: Standard = load_policies().standards["htcds-2.0"]
TARGETS = ("csv", "json", "template", "template-single", "xlsform")
MOST_MEMORY_MB = 600
AT = datetime(2026, 11, 27, tzinfo=UTC)


def write(path: Path, target: str, made: list[Row]) -> None:
    book = Book(STANDARD, target)
    if target == "json":
        path.write_bytes(json_file.write(book, made, {"note": "invented"}))
    elif target == "csv":
        path.write_bytes(csv_file.write(book, made, "invented")[0])
    else:
        path.write_bytes(sheet_file.write(book, made, ["invented"], made_at=AT)[0])


def valid(folder: Path, target: str, count: int) -> tuple[int, int]:
    """How many records of ``count`` came back, and how many faults were found in them."""
    made = [row for each in htcds.records(STANDARD, count, seed=count) for row in each]
    path = folder / f"{target}.{'xlsx' if target not in ('csv', 'json') else target}"
    write(path, target, made)
    report = check(path, STANDARD, target)
    return report.records, report.counted.total()


def named(name: str, seed: int = 1) -> bool:
    """Whether a record with one wrong value, in the field ``name``, is told of by this field and no other."""
    row = next(iter(htcds.full(STANDARD)))
    (said,) = objects(Book(STANDARD, "json"), [Row(row.record, 1, row.values)])
    wrong = htcds.corrupted(STANDARD.fields[name])
    said[name] = [wrong] if isinstance(said[name], list) else wrong
    told: list[Any] = []
    found = [*object_rows(Book(STANDARD, "json"), [(1, said)], told.append)]
    faults = [each for each in told if not each.warning]
    kept = STANDARD.fields[name].list is None or wrong in found[0].unknown.get(name, ())
    return [each.field for each in faults] == [name] and all(wrong not in each.sentence for each in faults) and kept


@contextmanager
def without_alias(word: str) -> Iterator[None]:
    """The mutant: one alias is not known any more."""
    before = books.Book.named

    def forgetful(self: Book, text: str) -> str | None:
        return None if folded(text) == folded(word) else before(self, text)

    books.Book.named = forgetful  # type: ignore[method-assign]
    try:
        yield
    finally:
        books.Book.named = before  # type: ignore[method-assign]


@contextmanager
def without_labels() -> Iterator[None]:
    """The mutant: only names are read in cells."""
    before = books.Book.word

    def bare(self: Book, list_name: str, text: str) -> books.Word | None:
        return before(self, list_name, text) if text in self.standard.lists[list_name].codes else None

    books.Book.word = bare  # type: ignore[method-assign]
    try:
        yield
    finally:
        books.Book.word = before  # type: ignore[method-assign]


def comes_back(folder: Path, target: str) -> bool:
    """Whether what a full record says in this kind of file is read again, each field of it."""
    row = htcds.full(STANDARD)[0]
    path = folder / f"mutant-{target}.xlsx"
    write(path, target, [row])
    (found,) = rows(path, STANDARD, target, lambda _: None)
    room = {column.field for column in STANDARD.columns(target)}
    return set(found.values) == room & set(row.values) and not set(found.unknown) and RECORD not in found.beside


def run(count: int) -> int:
    """The whole gate, with a line for each part; 0 if nothing is wrong."""
    wrong = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for target in TARGETS:
            began = time.monotonic()
            records, faults = valid(folder, target, count)
            took = time.monotonic() - began
            wrong += faults + (records != count)
            print(
                f"GATE htcds target={target} records={records} faults={faults} limit=0 seconds={took:.0f}", flush=True
            )
        fields = [name for name in STANDARD.fields if named(name)]
        wrong += len(STANDARD.fields) - len(fields)
        print(f"GATE htcds corrupted={len(STANDARD.fields)} named={len(fields)}")
        with without_alias("prs_First_Name"):
            alias = comes_back(folder, "xlsform")
        with without_labels():
            labels = comes_back(folder, "template")
        wrong += alias + labels + (not comes_back(folder, "xlsform")) + (not comes_back(folder, "template"))
        print(f"GATE htcds mutants alias_dropped_seen={not alias} labels_not_read_seen={not labels}")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"GATE htcds memory_mb={memory} limit={MOST_MEMORY_MB}")
    return int(wrong > 0 or memory > MOST_MEMORY_MB)


def main() -> int:
    """Parse the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--long", action="store_true", help="10,000 records in each shape of file")
    parser.add_argument("--records", type=int, default=100)
    given = parser.parse_args()
    random.seed(0)
    return run(10_000 if given.long else given.records)


if __name__ == "__main__":
    sys.exit(main())
