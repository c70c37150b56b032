"""How large a file may be that somebody else has made: above these it is refused before it fills the memory."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from pathlib import Path
from typing import BinaryIO, Final

from app.standards.htcds.faults import Unreadable

__all__ = ["MOST_COLUMNS", "MOST_LINE", "MOST_RECORD", "check_archive"]

MOST_COLUMNS: Final = 1_000
MOST_LINE: Final = 4 * 1024 * 1024  # letters in one line of text
MOST_RECORD: Final = 4 * 1024 * 1024  # letters of one JSON record
MOST_FILE: Final = 50 * 1024 * 1024  # bytes of a spreadsheet
MOST_UNPACKED: Final = 400 * 1024 * 1024  # bytes of all that is packed in it
MOST_PARTS: Final = 2_000
MOST_CELLS: Final = 20_000_000

_CHUNK: Final = 1 << 16
_OVERLAP: Final = 200
_LOCAL: Final = struct.Struct("<4s5H3I2H")
# A cell far away makes readers set aside room for all between.
_CELL: Final = re.compile(rb'<c r="([A-Z]{1,7})(\d{1,9})"')
_REPEATED: Final = re.compile(rb'<table:(?:covered-)?table-cell\b[^<>]*?number-columns-repeated="(\d{1,12})"[^<>/]*>')
_ROWS: Final = re.compile(rb'number-rows-repeated="(\d{1,12})"')
_SHEET_ROWS: Final = 1_048_576


def check_archive(path: Path) -> None:
    """Read a packed spreadsheet once, without keeping anything. Unreadable for one that would fill the memory."""
    if path.stat().st_size > MOST_FILE:
        raise Unreadable(
            f"The file is larger than {MOST_FILE // 1024 // 1024} MB. Save it as CSV, which may be of any length."
        )
    try:
        with zipfile.ZipFile(path) as archive, path.open("rb") as file:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS:
                raise Unreadable(f"The file holds more than {MOST_PARTS} parts, so it is no spreadsheet.")
            left = MOST_UNPACKED
            for part in parts:
                left -= _read_through(file, part, left)
    except (zipfile.BadZipFile, zlib.error, struct.error, OSError) as fault:
        raise Unreadable("The file is damaged: it cannot be unpacked. Save it again.") from fault


def _read_through(file: BinaryIO, part: zipfile.ZipInfo, left: int) -> int:
    """Unpack one part piece by piece, whatever it says of its own size; how many bytes it has."""
    file.seek(part.header_offset)
    _, _, _, method, *_, names, extras = _LOCAL.unpack(file.read(_LOCAL.size))
    file.seek(names + extras, 1)
    if method not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Unreadable("The file is packed in a way that spreadsheets do not use.")
    unpack = zlib.decompressobj(-15) if method == zipfile.ZIP_DEFLATED else None
    whole, packed, tail, far = 0, part.compress_size, b"", _Far(part.filename)
    while packed > 0:
        data = file.read(min(_CHUNK, packed))
        if not data:
            break
        packed -= len(data)
        while True:
            piece = unpack.decompress(data, 4 * _CHUNK) if unpack else data
            whole += len(piece)
            if whole > left:
                raise Unreadable("The file unpacks to more than 400 MB. Save it as CSV, which may be of any length.")
            far.look(tail + piece)
            tail = (tail + piece)[-_OVERLAP:]
            data = unpack.unconsumed_tail if unpack else b""
            if not data:
                break
    return whole


class _Far:
    """Watches the cells of a sheet for one so far away that a reader would set aside too much room."""

    def __init__(self, name: str) -> None:
        self.sheet = name.startswith("xl/worksheets/")
        self.text = name == "content.xml"
        self.columns, self.rows = 1, 1

    def look(self, piece: bytes) -> None:
        if self.sheet:
            for column, row in _CELL.findall(piece):
                number = 0
                for letter in column:
                    number = number * 26 + letter - 64
                self.columns, self.rows = max(self.columns, number), max(self.rows, int(row))
        elif self.text:
            for repeated in _REPEATED.findall(piece):
                self.columns = max(self.columns, int(repeated))
            for repeated in _ROWS.findall(piece):
                if int(repeated) > _SHEET_ROWS:
                    self.rows = MOST_CELLS
        if self.columns > MOST_COLUMNS:
            raise Unreadable(f"The sheet has more than {MOST_COLUMNS} columns; HTCDS 2.0 has 83 fields.")
        if self.columns * self.rows > MOST_CELLS:
            raise Unreadable(f"The sheet spans more than {MOST_CELLS:,} cells. Save it as CSV.")
