"""The book beside a signing key: handed over by the key before, nothing believed that is not written so."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.kit import signing as module
from app.kit.keybook import read_book
from app.kit.signing import CHECKPOINTS, KeyFile, KeyMissing, SigningKeys, end_earlier, exchange, verify

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
DATA = b"the canonical bytes of a message"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the keys of Thailand and Myanmar."""
    made = SigningKeys.from_folder(tmp_path / "signing", create=True)
    for country in ("TH", "MM"):
        made.signer(country)
    return tmp_path / "signing"


def test_a_running_program_takes_up_the_new_key_and_believes_the_old_one_until_it_is_retired(folder: Path) -> None:
    keys = SigningKeys.from_folder(folder)
    old = keys.signer("TH")
    before = old.sign(DATA)
    fresh = exchange(folder / "TH.pem", "TH", NOW)
    assert keys.signer("TH").key_id == fresh.key_id != old.key_id
    assert (folder / "TH.pem").stat().st_mode & 0o777 == 0o600 and not (folder / "TH.next.pem").exists()
    assert old.sign(DATA) and [each.public for each in keys.known("TH")] == [old.public, fresh.public]
    later = NOW + timedelta(days=1)
    assert keys.verifies("TH", DATA, before, old.key_id, later) and keys.bears("TH", DATA, before, later)
    assert end_earlier(folder / "TH.pem", "TH", later) == (old.key_id,)
    assert end_earlier(folder / "TH.pem", "TH", later) == ()
    # What was signed while it counted is proven for ever, and nothing that comes with it now.
    assert keys.verifies("TH", DATA, before, old.key_id, later - timedelta(seconds=1))
    assert not keys.verifies("TH", DATA, before, old.key_id, later) and not keys.bears("TH", DATA, before, later)
    assert keys.verifies("TH", DATA, fresh.sign(DATA), fresh.key_id, later)
    assert keys.holder_of(old.key_id) == "TH" and keys.holder_of("0" * 16) is None
    # No key of another country, and none that is not named, stands in for it.
    assert not keys.verifies("MM", DATA, before, old.key_id, NOW)
    assert not keys.verifies("TH", DATA, before, fresh.key_id, NOW) and not keys.verifies("LA", DATA, before, None, NOW)
    assert KeyFile(folder / "MM.pem", "MM").known[0].public == keys.public("MM")


def test_the_key_before_signs_for_the_one_after_it(folder: Path) -> None:
    keys = SigningKeys.from_folder(folder)
    for day in range(3):
        exchange(folder / "TH.pem", "TH", NOW + timedelta(days=day))
    known = read_book(folder / "TH.pem", "TH")
    assert len(known) == 4 and not known[0].vouched and all(each.vouched for each in known[1:])
    # The line says whose key it is: that of another country is none of ours.
    with pytest.raises(KeyMissing, match=r"TH\.pub:3: .* not signed by the key before it"):
        read_book(folder / "TH.pem", "LA")
    book = folder / "TH.pub"
    lines = book.read_text().splitlines()
    spoilt: dict[str, tuple[str, list[str]]] = {
        "another key": (r"TH\.pub:4: .* not signed", [*lines[:3], f"{'ab' * 32} {lines[3].split(' ', 1)[1]}"]),
        "another moment": (r"TH\.pub:4: .* not signed", [*lines[:3], lines[3].replace("2026", "2025")]),
        "one left out": (r"TH\.pub:3: .* not signed", [*lines[:2], *lines[3:]]),
        "twice": (r"TH\.pub:6: .* twice", [*lines, lines[1]]),
        "no key": (r"TH\.pub:2 holds a line that is no public key", [lines[0], "no key"]),
        "no moment": (r"TH\.pub:3 holds a line", [*lines[:2], lines[2].replace("since=2026", "since=x")]),
        "an unknown word": (r"TH\.pub:2 holds a line", [lines[0], f"{lines[1]} for=ever"]),
        "half a signature": (r"TH\.pub:3 holds a line", [*lines[:2], lines[2][:-1]]),
    }
    for what, (words, written) in spoilt.items():
        book.write_text("\n".join(written) + "\n")
        with pytest.raises(KeyMissing, match=words):
            SigningKeys.from_folder(folder)
        assert keys.signer("TH").sign(DATA), f"{what}: who runs keeps the keys there were"
    book.write_bytes(b"\xff")
    with pytest.raises(KeyMissing, match=r"TH\.pub, the book of public keys, cannot be read"):
        SigningKeys.from_folder(folder)


def test_a_key_from_before_there_was_a_book_is_written_down_at_its_exchange(folder: Path) -> None:
    (folder / "TH.pub").unlink()
    old = SigningKeys.from_folder(folder).signer("TH")
    exchange(folder / "TH.pem", "TH", NOW)
    assert read_book(folder / "TH.pem", "TH")[0].public == old.public
    # A lost key is made anew without anybody's word, and what the lost one signed is still proven.
    (folder / "TH.pem").unlink()
    made = SigningKeys.from_folder(folder, create=True)
    assert made.signer("TH") and [bool(each.vouched) for each in made.known("TH")] == [False, True, False]
    assert made.bears("TH", DATA, old.sign(DATA), NOW)


def test_killed_at_any_point_the_same_call_finishes_the_exchange(folder: Path) -> None:
    """kill -9 between any two writes: until the last step the old key signs, and there is one new key, not two."""
    file = folder / "TH.pem"
    for point in ("write_private", "write_book", "same_owner"):
        old = SigningKeys.from_folder(folder).signer("TH")
        before = len(SigningKeys.from_folder(folder).known("TH"))
        child = os.fork()
        if child == 0:
            _die_after(point)
            try:
                exchange(file, "TH", NOW)
            finally:
                os._exit(7)
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status), point
        keys = SigningKeys.from_folder(folder)
        assert keys.signer("TH").key_id == old.key_id and (folder / "TH.next.pem").exists(), point
        if point != "write_private":
            with pytest.raises(KeyMissing, match="was cut off"):
                end_earlier(file, "TH", NOW)
        fresh = exchange(file, "TH", NOW + timedelta(hours=1))
        assert keys.signer("TH").key_id == fresh.key_id and len(keys.known("TH")) == before + 1, point
        assert verify(keys.public("TH"), DATA, keys.signer("TH").sign(DATA))
        assert not list(folder.glob("*.next.pem"))


def _die_after(point: str) -> None:
    real: Callable[..., Any] = getattr(module, point)

    def dying(*arguments: Any) -> None:
        real(*arguments)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(module, point, dying)


def test_a_lost_or_broken_key_is_named_with_its_file(folder: Path) -> None:
    keys = SigningKeys.from_folder(folder)
    (folder / "TH.pem").write_bytes(b"no key")
    assert keys.signer("TH").sign(DATA), "who runs keeps the key until the file is mended"
    for act in (exchange, end_earlier):
        with pytest.raises(KeyMissing, match=r"TH\.pem cannot be read"):
            act(folder / "TH.pem", "TH", NOW)
    with pytest.raises(KeyMissing, match=r"signing key of LA is missing: there is no .*LA\.pem"):
        keys.signer("LA")
    with pytest.raises(KeyMissing, match=r"checkpoint\.pem cannot be read"):
        KeyFile(folder / "checkpoint.pem", CHECKPOINTS)
    with pytest.raises(KeyMissing, match="folder of the key file .* is missing"):
        exchange(folder / "none" / "TH.pem", "TH", NOW)
