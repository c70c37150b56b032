"""Envelope encryption: opens with the right key at the right place, and nowhere else."""

from __future__ import annotations

import base64
import secrets
from pathlib import Path

import pytest

from app.kit.crypto import KeyMissing, KeyRing, SealBroken
from app.kit.keyfile import load_keys

PLACE = b"person_identity|name|42|1"


def ring(*versions: int) -> KeyRing:
    return KeyRing({version: secrets.token_bytes(32) for version in versions}, max(versions))


@pytest.mark.parametrize("plaintext", [b"", b"x", "မြန်မာ".encode(), secrets.token_bytes(10_000)], ids=len)
def test_what_is_sealed_opens_again(plaintext: bytes) -> None:
    keys = ring(1)
    plain, wrapped = keys.new_data_key()
    sealed = keys.seal(keys.unwrap(wrapped), plaintext, PLACE)
    assert keys.open(plain, sealed, PLACE) == plaintext
    assert len(sealed) == len(plaintext) + 29
    assert len(wrapped) == 65


def test_keys_and_seals_are_never_repeated() -> None:
    keys = ring(1)
    made = [keys.new_data_key() for _ in range(50)]
    assert len({plain for plain, _ in made}) == len({wrapped for _, wrapped in made}) == 50
    assert len({keys.seal(made[0][0], b"same", PLACE) for _ in range(50)}) == 50


def test_a_field_moved_elsewhere_does_not_open() -> None:
    keys = ring(1)
    plain, _ = keys.new_data_key()
    sealed = keys.seal(plain, b"text", PLACE)
    with pytest.raises(SealBroken, match="at this place"):
        keys.open(plain, sealed, b"person_identity|name|43|1")


def test_every_changed_byte_is_noticed() -> None:
    keys = ring(1)
    plain, wrapped = keys.new_data_key()
    sealed = keys.seal(plain, b"text", PLACE)
    for index in range(len(sealed)):
        with pytest.raises(SealBroken):
            keys.open(plain, _flipped(sealed, index), PLACE)
    for index in range(len(wrapped)):
        with pytest.raises(KeyMissing):
            keys.unwrap(_flipped(wrapped, index))


def _flipped(blob: bytes, index: int) -> bytes:
    return blob[:index] + bytes([blob[index] ^ 1]) + blob[index + 1 :]


@pytest.mark.parametrize("blob", [b"", b"\x01", b"\x01" * 20, b"\x02" * 65, b"plain text that was never sealed"])
def test_bytes_that_were_never_sealed_are_refused(blob: bytes) -> None:
    keys = ring(1)
    plain, _ = keys.new_data_key()
    with pytest.raises(SealBroken):
        keys.open(plain, blob, PLACE)
    with pytest.raises(SealBroken):
        keys.unwrap(blob)


def test_another_data_key_does_not_open() -> None:
    keys = ring(1)
    sealed = keys.seal(keys.new_data_key()[0], b"text", PLACE)
    with pytest.raises(SealBroken):
        keys.open(keys.new_data_key()[0], sealed, PLACE)


def test_old_data_keys_open_after_a_new_version_came_and_move_over() -> None:
    old = {1: secrets.token_bytes(32)}
    plain, wrapped = KeyRing(old, 1).new_data_key()
    both = KeyRing({**old, 2: secrets.token_bytes(32)}, 2)
    assert both.unwrap(wrapped) == plain
    moved = both.rewrap(wrapped)
    assert (both.version_of(wrapped), both.version_of(moved)) == (1, 2)
    assert both.unwrap(moved) == plain


def test_a_missing_version_and_a_wrong_key_are_named() -> None:
    _, wrapped = ring(7).new_data_key()
    with pytest.raises(KeyMissing, match="version 7 of the key-encryption key is missing"):
        ring(8).unwrap(wrapped)
    with pytest.raises(KeyMissing, match="version 7 .* another key of the same number"):
        ring(7).unwrap(wrapped)
    with pytest.raises(KeyMissing, match="version 3"):
        KeyRing({1: secrets.token_bytes(32)}, 3)


WEAK = {
    "empty": b"",
    "short": b"short",
    "31 bytes": bytes(range(31)),
    "33 bytes": bytes(range(33)),
    "zeros": bytes(32),
    "two letters": b"ab" * 16,
    "JSON": b'{"k":"oct","kty":"abcdefghijk"}\n',
    "a sentence": b"correct horse battery staple 123",
}


@pytest.mark.parametrize("key", WEAK.values(), ids=WEAK.keys())
def test_weak_keys_are_refused_and_not_repeated(key: bytes) -> None:
    with pytest.raises(KeyMissing) as caught:
        KeyRing({1: key}, 1)
    assert not key or key.decode("latin-1") not in str(caught.value)


def test_nothing_shows_a_key(keys: KeyRing) -> None:
    assert repr(keys) == "KeyRing(versions=[1], current=1)"


def test_a_missing_file_is_made_once_and_only_when_asked(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "kek"
    with pytest.raises(KeyMissing, match="is missing. Each line"):
        KeyRing.from_file(path)
    made = KeyRing.from_file(path, create=True)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    _, wrapped = made.new_data_key()
    assert KeyRing.from_file(path, create=True).unwrap(wrapped)
    assert [file.name for file in path.parent.iterdir()] == ["kek"]


def test_the_highest_version_in_the_file_is_current(tmp_path: Path) -> None:
    path = tmp_path / "kek"
    lines = [f"{n} {base64.b64encode(secrets.token_bytes(32)).decode()}" for n in (2, 10, 1)]
    path.write_text("# a comment\n\n" + "\n".join(lines) + "\n")
    assert repr(KeyRing.from_file(path)) == "KeyRing(versions=[1, 2, 10], current=10)"


GOOD = base64.b64encode(bytes(range(7, 39))).decode()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "holds no key"),
        ("# only a comment\n", "holds no key"),
        ('{"1": "' + GOOD + '"}', ":1: expected a number and base64"),
        (GOOD, ":1: expected a number and base64"),
        ("1 not!base64", ":1: expected a number and base64"),
        (f"1 {GOOD}\n1 {GOOD}", ":2: version 1 of the purpose stands there twice"),
        ("1 c2hvcnQ=", "5 bytes instead of 32"),
        ("1 " + base64.b64encode(b"a password that somebody typed!!").decode(), "is not random"),
    ],
)
def test_unusable_files_say_why_and_show_nothing(tmp_path: Path, content: str, expected: str) -> None:
    path = tmp_path / "key"
    path.write_text(content)
    with pytest.raises(KeyMissing, match=expected) as caught:
        load_keys(path, create=True, purpose="purpose")
    assert GOOD not in str(caught.value)


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_bytes(b"\xff\x00" * 16)
    with pytest.raises(KeyMissing, match="cannot be read"):
        load_keys(path, create=False, purpose="token key")
