"""How large a file may be that somebody else has made: above these it is refused before it fills the memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.kit import packed
from app.standards.htcds.faults import Unreadable
from app.standards.htcds.source import File, size_of

__all__ = ["MOST_COLUMNS", "MOST_LINE", "MOST_RECORD", "check_archive"]

MOST_COLUMNS: Final = 1_000
MOST_LINE: Final = 4 * 1024 * 1024  # letters in one line of text
MOST_RECORD: Final = 4 * 1024 * 1024  # letters of one JSON record
MOST_FILE: Final = 50 * 1024 * 1024  # bytes of a spreadsheet
SHEET: Final = packed.Limits(unpacked=400 * 1024 * 1024, columns=MOST_COLUMNS, cells=20_000_000)
_SAID: Final[Mapping[packed.Why, str]] = {
    "damaged": "The file is damaged: it cannot be unpacked. Save it again.",
    "locked": "The file is locked with a password. Save it without one.",
    "other_packing": "The file is packed in a way that spreadsheets do not use.",
    "too_many_parts": f"The file holds more than {SHEET.parts} parts, so it is no spreadsheet.",
    "bursts": "The file unpacks to more than 400 MB. Save it as CSV, which may be of any length.",
    "too_many_columns": f"The sheet has more than {MOST_COLUMNS} columns; HTCDS 2.0 has 83 fields.",
    "too_many_cells": f"The sheet spans more than {SHEET.cells:,} cells. Save it as CSV.",
}

_WHY: Final[Mapping[packed.Why, str]] = {
    "damaged": "broken", "locked": "locked", "other_packing": "broken", "too_many_columns": "too_many_columns",
}  # fmt: skip


def check_archive(path: File) -> None:
    """Read a packed spreadsheet once, without keeping anything. Unreadable for one that would fill the memory."""
    if size_of(path) > MOST_FILE:
        raise Unreadable(
            f"The file is larger than {MOST_FILE // 1024 // 1024} MB. Save it as CSV, which may be of any length.",
            "too_large",
        )
    try:
        with path.open("rb") as file:
            packed.look_through(file, SHEET)
    except packed.Unsafe as refusal:
        raise Unreadable(_SAID[refusal.why], _WHY.get(refusal.why, "bursts")) from refusal
