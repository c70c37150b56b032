"""Spreadsheets of strangers: what would burst, or set aside room for cells far away, is refused before it is opened."""

from __future__ import annotations

import io
import zipfile

import pytest

from app.kit.packed import Limits, Unsafe, look_through

SMALL = Limits(unpacked=2_000_000, columns=100, cells=10_000, parts=5)
SHEET = "xl/worksheets/sheet1.xml"
LONG = b" " * 300_000


def packed(parts: dict[str, bytes], way: int = zipfile.ZIP_DEFLATED) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", way) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return kept.getvalue()


def why(content: bytes) -> str:
    with pytest.raises(Unsafe) as refused:
        look_through(io.BytesIO(content), SMALL)
    return refused.value.why


def test_a_sound_one_passes() -> None:
    look_through(io.BytesIO(packed({SHEET: b'<c r="A1"/><c r="CV100"/>', "a.png": b"\x00" * 9000})), SMALL)


@pytest.mark.parametrize(
    "cell",
    [
        b'<c r="XFD2"/>',
        b'<c s="1" r="XFD2"/>',
        b'<x:c s="1" r="XFD2"/>',
        b'<c r="xfd2"/>',
        LONG[:-50] + b'<c s="' + b"7" * 400 + b'" r="XFD2"/>',
        LONG + b'<c s="' + b"7" * 270_000 + b'" r="XFD2"/>',
    ],
)
def test_a_cell_far_away_is_seen_however_it_is_written(cell: bytes) -> None:
    for way in (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED):
        assert why(packed({SHEET: cell}, way)) == "too_many_columns"


def test_what_takes_too_much_is_refused() -> None:
    assert why(packed({SHEET: b'<c r="B9999"/>'})) == "too_many_cells"
    assert why(packed({"a": b"\x00" * 2_100_000})) == "bursts"
    assert why(packed({SHEET: b"<c " + b"7" * 1_200_000})) == "bursts"
    assert why(packed({str(each): b"" for each in range(6)})) == "too_many_parts"
    assert why(packed({"a": b"x"}, zipfile.ZIP_LZMA)) == "other_packing"
    assert why(b"PK\x03\x04 and no more") == "damaged"
    locked = bytearray(packed({"a": b"x"}))
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    assert why(bytes(locked)) == "locked"
