"""The file of a backup: every byte of it changed, cut or added to is noticed and told with the file's name."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.kit import bundle
from app.kit.bundle import DATA, BundleBroken, Writer, read
from app.kit.crypto import KeyMissing, KeyRing
from app.kit.signing import SigningKeys

CONTENT = bytes(range(256)) * 2


@pytest.fixture
def file(tmp_path: Path, keys: KeyRing, signing: SigningKeys, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(bundle, "PART_BYTES", 100)
    path = tmp_path / "small.backup"
    with path.open("wb") as opened:
        writer = Writer(opened, DATA, "3f2c9a54-7d0e-4f5e-9d53-0a5d2c1b8e77", keys, signing.signer("TH"))
        for start in range(0, len(CONTENT), 60):
            writer.write(CONTENT[start : start + 60])
        writer.finish({"rows": 3})
    return path


def test_what_is_written_is_read(file: Path, keys: KeyRing, signing: SigningKeys) -> None:
    content: list[bytes] = []
    told = read(file, keys, signing, content.append)
    assert b"".join(content) == CONTENT and len(content) == 6
    assert (told.kind, told.manifest) == (DATA, {"rows": 3})
    assert CONTENT[:40] not in file.read_bytes()


def test_every_changed_byte_and_every_cut_is_noticed(file: Path, keys: KeyRing, signing: SigningKeys) -> None:
    whole = file.read_bytes()
    damaged = [whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in range(len(whole))]
    damaged += [whole[:at] for at in range(0, len(whole), 7)] + [whole + b"\0", whole + whole]
    for content in damaged:
        file.write_bytes(content)
        with pytest.raises((BundleBroken, KeyMissing), match=r"small\.backup"):
            read(file, keys, signing)


def test_parts_that_change_places_are_noticed(file: Path, keys: KeyRing, signing: SigningKeys) -> None:
    whole = file.read_bytes()
    at = len(bundle.MAGIC)
    at += 4 + int.from_bytes(whole[at : at + 4], "big")
    size = 4 + int.from_bytes(whole[at : at + 4], "big")
    one, two, rest = whole[at : at + size], whole[at + size : at + 2 * size], whole[at + 2 * size :]
    for content in (whole[:at] + two + one + rest, whole[:at] + one + rest, whole[:at] + one + one + rest):
        file.write_bytes(content)
        with pytest.raises(BundleBroken, match=r"part [12] does not open"):
            read(file, keys, signing)
