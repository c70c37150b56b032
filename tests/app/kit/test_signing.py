"""Signatures: one key per country, and never a true answer to a false signature."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from app.kit.signing import ORDER_EIGHT, PRIME, KeyMissing, SigningKeys, key_id_of, verify

DATA = b"the canonical bytes of a message"


def test_a_signature_verifies_and_a_changed_byte_does_not(signing: SigningKeys) -> None:
    signer = signing.signer("TH")
    signature = signer.sign(DATA)
    assert verify(signer.public, DATA, signature)
    assert not verify(signer.public, DATA + b"x", signature)
    assert not verify(signing.public("MM"), DATA, signature)
    for index in range(len(signature)):
        assert not verify(
            signer.public, DATA, signature[:index] + bytes([signature[index] ^ 1]) + signature[index + 1 :]
        )


@pytest.mark.parametrize("signature", [b"", b"x", bytes(64), bytes(65)], ids=len)
def test_nonsense_is_false_and_not_an_exception(signing: SigningKeys, signature: bytes) -> None:
    assert verify(signing.public("TH"), DATA, signature) is False
    assert verify(b"short", DATA, signing.signer("TH").sign(DATA)) is False
    assert verify(bytes(32), DATA, signature) is False


def test_public_keys_that_would_verify_anything_are_refused() -> None:
    # The root that ORDER_EIGHT claims to be, with the curve's d.
    d = -121665 * pow(121666, -1, PRIME)
    assert (d * pow(ORDER_EIGHT, 4, PRIME) + 2 * ORDER_EIGHT**2 - 1) % PRIME == 0
    zero_signature = bytes(64)
    identity_signature = (1).to_bytes(32, "little") + bytes(32)
    for y in (0, 1, PRIME - 1, PRIME, PRIME + 1, ORDER_EIGHT, PRIME - ORDER_EIGHT):
        for sign in (0, 1 << 255):
            public = (y + sign).to_bytes(32, "little")
            for signature in (zero_signature, identity_signature):
                assert not any(verify(public, b"message %d" % n, signature) for n in range(16))


def test_keys_are_made_private_once_and_found_again(tmp_path: Path) -> None:
    folder = tmp_path / "signing"
    first = SigningKeys.from_folder(folder, create=True)
    assert first.countries == ()
    public = first.public("LA")
    assert (folder / "LA.pem").stat().st_mode & 0o777 == 0o600
    again = SigningKeys.from_folder(folder)
    assert again.countries == ("LA",)
    assert again.public("LA") == public
    assert again.signer("LA").key_id == key_id_of(public)
    assert repr(again) == "SigningKeys(LA)"
    assert repr(again.signer("LA")) == f"Signer(key_id='{key_id_of(public)}')"


def test_two_that_ask_at_once_get_the_same_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        made = list(
            threads.map(lambda _: SigningKeys.from_folder(tmp_path / "signing", create=True).public("TH"), range(8))
        )
    assert len(set(made)) == 1


def test_without_leave_to_make_keys_a_missing_one_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeyMissing, match="is missing"):
        SigningKeys.from_folder(tmp_path / "none")
    (tmp_path / "empty").mkdir()
    with pytest.raises(KeyMissing, match=r"holds no CC\.pem"):
        SigningKeys.from_folder(tmp_path / "empty")
    SigningKeys.from_folder(tmp_path / "some", create=True).signer("TH")
    with pytest.raises(KeyMissing, match="signing key of MM is missing"):
        SigningKeys.from_folder(tmp_path / "some").signer("MM")


@pytest.mark.parametrize("country", ["", "th", "THA", "../TH", "T/", "T1"])
def test_what_is_no_country_code_never_becomes_a_file(signing: SigningKeys, country: str) -> None:
    with pytest.raises(ValueError, match="two capital letters"):
        signing.signer(country)


def test_other_kinds_of_keys_and_broken_files_are_named(tmp_path: Path) -> None:
    other = generate_private_key(SECP256R1())
    pem = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "TH.pem").write_bytes(pem)
    with pytest.raises(KeyMissing, match="another kind of key"):
        SigningKeys.from_folder(tmp_path)
    (tmp_path / "TH.pem").write_bytes(b"no key")
    with pytest.raises(KeyMissing, match=r"TH\.pem cannot be read"):
        SigningKeys.from_folder(tmp_path)
