"""Packed spreadsheets (XLSX, ODS) that strangers made: read through, keeping nothing, before a reader opens them."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import BinaryIO, Final, Literal

__all__ = ["Limits", "Unsafe", "Why", "look_through"]

Why = Literal["damaged", "locked", "other_packing", "too_many_parts", "bursts", "too_many_columns", "too_many_cells"]

_CHUNK: Final = 1 << 16
# No tag of a sheet is longer; one that is was made so that it is not seen whole.
_LONGEST_TAG: Final = 1 << 20
_LOCAL: Final = struct.Struct("<4s5H3I2H")
_ENCRYPTED: Final = 1
# A cell far away makes readers set aside room for all between; its place may be any of its attributes.
_CELL: Final = re.compile(rb'<(?:\w+:)?c\b[^<>]*?\sr="([A-Za-z]{1,7})(\d{1,9})"')
_REPEATED: Final = re.compile(rb'<table:(?:covered-)?table-cell\b[^<>]*?number-columns-repeated="(\d{1,12})"[^<>/]*>')
_ROWS: Final = re.compile(rb'number-rows-repeated="(\d{1,12})"')
# Rows at the end of a sheet are repeated up to its very last one, and say nothing.
_SHEET_ROWS: Final = 1_048_576


class Unsafe(Exception):
    """A file that would take too much, or cannot be unpacked; ``why``: a code."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why: Why = why


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a spreadsheet may hold: bytes once unpacked, columns, and cells from the first to the last."""

    unpacked: int
    columns: int
    cells: int
    parts: int = 2_000


def look_through(file: BinaryIO, limits: Limits) -> None:
    """Unpack every part of a spreadsheet piece by piece, whatever it says of its own size. Unsafe above a limit."""
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
        if len(parts) > limits.parts:
            raise Unsafe("too_many_parts")
        if any(part.flag_bits & _ENCRYPTED for part in parts):
            raise Unsafe("locked")
        left = limits.unpacked
        for part in parts:
            left -= _read_through(file, part, left, limits)
    except (zipfile.BadZipFile, zlib.error, struct.error, OSError, ValueError) as fault:
        raise Unsafe("damaged") from fault


def _read_through(file: BinaryIO, part: zipfile.ZipInfo, left: int, limits: Limits) -> int:
    """How many bytes one part really has."""
    file.seek(part.header_offset)
    _, _, _, method, *_, names, extras = _LOCAL.unpack(file.read(_LOCAL.size))
    file.seek(names + extras, 1)
    if method not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Unsafe("other_packing")
    unpack = zlib.decompressobj(-15) if method == zipfile.ZIP_DEFLATED else None
    whole, packed, far = 0, part.compress_size, _Far(part.filename, limits)
    while packed > 0:
        data = file.read(min(_CHUNK, packed))
        if not data:
            break
        packed -= len(data)
        while True:
            piece = unpack.decompress(data, 4 * _CHUNK) if unpack else data
            whole += len(piece)
            if whole > left:
                raise Unsafe("bursts")
            far.look(piece)
            data = unpack.unconsumed_tail if unpack else b""
            if not data:
                break
    return whole


class _Far:
    """Watches the cells of a sheet for one so far away that a reader would set aside too much room."""

    def __init__(self, name: str, limits: Limits) -> None:
        self.sheet = name.startswith("xl/worksheets/")
        self.text = name == "content.xml"
        self.limits = limits
        self.columns, self.rows, self.begun = 1, 1, b""

    def look(self, piece: bytes) -> None:
        """Look at the next piece of the part. Unsafe where the sheet is too wide, or spans too many cells."""
        if not (self.sheet or self.text):
            return
        piece = self.begun + piece
        # A tag that begins here may end in the next piece.
        self.begun = piece[at:] if (at := piece.rfind(b"<")) >= 0 else b""
        if len(self.begun) > _LONGEST_TAG:
            raise Unsafe("bursts")
        if self.sheet:
            for column, row in _CELL.findall(piece):
                number = 0
                for letter in column.upper():
                    number = number * 26 + letter - 64
                self.columns, self.rows = max(self.columns, number), max(self.rows, int(row))
        else:
            for repeated in _REPEATED.findall(piece):
                self.columns = max(self.columns, int(repeated))
            for repeated in _ROWS.findall(piece):
                if int(repeated) > _SHEET_ROWS:
                    self.rows = self.limits.cells
        if self.columns > self.limits.columns:
            raise Unsafe("too_many_columns")
        if self.columns * self.rows > self.limits.cells:
            raise Unsafe("too_many_cells")
