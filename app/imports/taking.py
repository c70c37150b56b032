"""Takes a file in: what it is by its content, and its rows as a process of its own has read them.

What strangers made is opened in that process (`app.imports.reading`), which holds no key and sees no database.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from app.imports.findings import UNREAD
from app.imports.reading.terms import CSV, JSON, SHEET, Limits, Rows, Shape, Unread
from app.imports.rows import columns_fit
from app.kit.errors import Busy, Invalid
from policies.import_mapping import ImportMapping
from policies.model import Policies
from policies.safeguards import Imports
from policies.standards import Standard

__all__ = ["Taken", "kind_of", "rows_of", "standard_of", "take", "unread"]

_PACKED: Final = b"PK\x03\x04"
# Files that are no table, whatever they are called: PDF, pictures, old binary spreadsheets, packed archives.
_OTHERS: Final = (b"%PDF", b"\xff\xd8\xff", b"\x89PNG", b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"MZ")
_AT_ONCE: Final = threading.BoundedSemaphore(2)
_PATIENCE: Final = 15.0
_ROOT: Final = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Taken:
    """A table that was read. ``digest``: SHA-256 (hex) of the file; ``kept``: columns that are kept as told."""

    table: Rows
    digest: str
    kept: tuple[str, ...]


def take(
    content: bytes | None,
    mapping: ImportMapping,
    rules: Imports,
    field: str = "file",
    standard: Standard | None = None,
) -> Taken:
    """The rows of a file (None: nothing was sent), which has the columns that the mapping needs.

    standard: as `standard_of` the mapping; ValueError for one without the other.

    Invalid (422) with a sentence at ``field``, and line or columns, for a file that cannot be read as this table;
    Busy (503) if too many are read already.
    """
    if (mapping.standard is None) != (standard is None):
        raise ValueError("the mapping of a standard is read with its standard, and no other mapping is")
    if content is None:
        raise unread(Unread("missing"), field)
    if not content:
        raise unread(Unread("empty"), field)
    if len(content) > rules.largest_bytes:
        raise unread(Unread("too_large"), field)
    kind = kind_of(content)
    if kind is None:
        raise unread(Unread("wrong_type"), field)
    if not _AT_ONCE.acquire(timeout=_PATIENCE):
        raise Busy()
    try:
        table = _apart(content, kind, mapping, rules, standard)
        if not table.rows:
            raise Unread("empty")
        kept = columns_fit(mapping, table)
    except Unread as refusal:
        raise unread(refusal, field) from None
    finally:
        _AT_ONCE.release()
    return Taken(table, hashlib.sha256(content).hexdigest(), kept)


def standard_of(policies: Policies, mapping: ImportMapping) -> Standard | None:
    """The standard by whose reader a file is read with a mapping; None where it is a table like any other."""
    return None if mapping.standard is None else policies.standards[mapping.standard]


def kind_of(content: bytes) -> str | None:
    """What a file is by its first bytes: a packed spreadsheet, JSON, or text; None for what is no table."""
    if content.startswith(_PACKED):
        return SHEET
    if content.startswith(_OTHERS):
        return None
    return JSON if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"[", b"{") else CSV


def unread(refusal: Unread, field: str = "file") -> Invalid:
    """The refusal of a whole file: why, on which line, which columns."""
    rule: dict[str, Any] = {"field": field, "rule": refusal.why, "sentence": UNREAD[refusal.why]}
    if refusal.line:
        rule["line"] = refusal.line
    if refusal.columns:
        rule["columns"] = list(refusal.columns[:100])
    said = "This file cannot be read as the mapping says."
    return Invalid(said, code=f"table_{refusal.why}", extra={"errors": [rule]})


def rows_of(told: dict[str, Any]) -> Rows:
    """A table as it was written down: header, rows, notes."""
    return Rows(
        tuple(told["header"]),
        tuple((line, tuple(cells)) for line, cells in told["rows"]),
        {int(line): tuple((*note,) for note in notes) for line, notes in told.get("notes", {}).items()},
    )


def _apart(
    content: bytes, kind: str, mapping: ImportMapping, rules: Imports, standard: Standard | None
) -> Rows:
    """What the reading process answers; one that died of the file counts as a file that bursts."""
    shape = Shape(
        mapping.table.encoding, mapping.table.delimiter, mapping.table.sheet or "", mapping.table.header,
        tuple(sorted(mapping.named)),
    )  # fmt: skip
    before = b"" if standard is None else standard.model_dump_json().encode("utf-8")
    told = {
        "standard": len(before), "record": mapping.record, "kind": kind, "shape": asdict(shape),
        "limits": asdict(Limits(rules.rows_at_most, rules.columns)), "seconds": rules.seconds,
        "memory": rules.memory_bytes,
    }  # fmt: skip
    command = [sys.executable, "-m", "app.imports.reading", json.dumps(told)]
    try:
        done = subprocess.run(
            command, input=before + content, capture_output=True, cwd=_ROOT, env={}, timeout=rules.seconds * 6,
            check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise Unread("bursts") from None
    if done.returncode != 0 or not done.stdout:
        raise Unread("bursts")
    answer = json.loads(done.stdout)
    if "refused" in answer:
        raise Unread(answer["refused"], answer["line"], answer["columns"])
    return rows_of(answer)
