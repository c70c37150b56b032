"""Ed25519 signatures: one key per country, with which its messages, receipts and checkpoints are signed."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from app.kit.keyfile import KeyMissing, write_private

__all__ = ["KeyMissing", "Signer", "SigningKeys", "key_id_of", "known_publics", "own_signer", "verify"]

COUNTRY = re.compile(r"[A-Z]{2}")
PUBLIC = re.compile(r"[0-9a-f]{64}")

# Public keys of small order (eight points of the curve) verify one fixed signature over any data at all.
# They are known by their y: 0, 1, -1 and the two roots of d*y**4 + 2*y**2 = 1 modulo the field prime.
PRIME = 2**255 - 19
ORDER_EIGHT = 2707385501144840649318225287225658788936804267575313519463743609750303402022
SMALL_ORDER = frozenset({0, 1, PRIME - 1, ORDER_EIGHT, PRIME - ORDER_EIGHT})
SIGN_BIT = 1 << 255


def key_id_of(public: bytes) -> str:
    """Return the name of a public key (32 bytes): the first 16 hex digits of its SHA-256."""
    return hashlib.sha256(public).hexdigest()[:16]


def verify(public: bytes, data: bytes, signature: bytes) -> bool:
    """Tell whether `signature` (64 bytes) over `data` was made with the private half of `public` (32 bytes).

    Whatever is wrong with the key or the signature, the answer is False, never an exception.
    """
    if int.from_bytes(public, "little") % SIGN_BIT % PRIME in SMALL_ORDER:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, data)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError):
        return False
    return True


class Signer:
    """One private key, able to sign and unable to show itself."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        """Hold the key and name it after its public half."""
        self._private = private
        self.public: bytes = private.public_key().public_bytes_raw()
        self.key_id: str = key_id_of(self.public)

    def sign(self, data: bytes) -> bytes:
        """Return the signature (64 bytes) over `data`."""
        return self._private.sign(data)

    def __repr__(self) -> str:
        """Name the key, never its value."""
        return f"Signer(key_id={self.key_id!r})"


class SigningKeys:
    """The signing keys this installation holds, by country code."""

    def __init__(self, signers: Mapping[str, Signer], folder: Path | None = None) -> None:
        """Hold the signers; with a folder, the key of a country asked for the first time is made there."""
        self._signers = dict(signers)
        self._folder = folder
        self._making = threading.Lock()

    @classmethod
    def from_folder(cls, path: Path, create: bool = False) -> SigningKeys:
        """Read every `CC.pem` (PKCS 8, not encrypted) of a folder; CC is a country code such as TH.

        Args:
            path: the folder.
            create: make the folder, and later the key of each country asked for, mode 0600
                (demonstration only).

        Raises:
            KeyMissing: no such folder or no key in it while `create` is off, or a file that holds no
                Ed25519 private key.
        """
        if create:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.is_dir():
            raise KeyMissing(f"the folder of signing keys {path} is missing; it holds a CC.pem per country")
        signers = {file.stem: _read(file) for file in sorted(path.glob("*.pem")) if COUNTRY.fullmatch(file.stem)}
        if not signers and not create:
            raise KeyMissing(f"the folder of signing keys {path} holds no CC.pem, such as TH.pem")
        return cls(signers, path if create else None)

    @property
    def countries(self) -> tuple[str, ...]:
        """The country codes whose key is at hand, sorted."""
        return tuple(sorted(self._signers))

    def signer(self, country: str) -> Signer:
        """Return the signer of a country (code in capitals, such as TH).

        Raises:
            KeyMissing: there is none, and this installation may not make one.
            ValueError: the text is no country code.
        """
        if not COUNTRY.fullmatch(country):
            raise ValueError("a country code is two capital letters")
        known = self._signers.get(country)
        if known is not None:
            return known
        if self._folder is None:
            raise KeyMissing(f"the signing key of {country} is missing")
        with self._making:
            file = self._folder / f"{country}.pem"
            write_private(file, _pem(Ed25519PrivateKey.generate()))
            self._signers.setdefault(country, _read(file))
            return self._signers[country]

    def public(self, country: str) -> bytes:
        """Return the public key (32 bytes) of a country.

        Raises:
            KeyMissing, ValueError: as in `signer`.
        """
        return self.signer(country).public

    def __repr__(self) -> str:
        """Name the countries, never the keys."""
        return f"SigningKeys({', '.join(self.countries)})"


def own_signer(path: Path, *, create: bool) -> Signer:
    """Return the signer of one purpose, such as checkpoints, whose key is in a file of its own.

    The public half is noted beside it, in the same name with `.pub`, one line of hex for each key there ever was, so
    that what an earlier key signed can still be checked.

    Args:
        path: the file, PKCS 8, not encrypted.
        create: make the key, mode 0600, if there is none.

    Raises:
        KeyMissing: no such file while `create` is off, or one that holds no Ed25519 private key.
    """
    if create and not path.exists():
        write_private(path, _pem(Ed25519PrivateKey.generate()))
    signer = _read(path)
    if create and signer.public not in known_publics(path):
        notes = path.with_suffix(".pub")
        write_private(notes, b"# public halves of the keys that signed or sign; the newest is the last\n")
        with notes.open("a", encoding="ascii") as file:
            file.write(f"{signer.public.hex()}\n")
    return signer


def known_publics(path: Path) -> tuple[bytes, ...]:
    """Return the public halves (32 bytes each) noted beside the key file `path`; none if nothing is noted.

    Raises:
        KeyMissing: a line is no key.
    """
    notes = path.with_suffix(".pub")
    if not notes.is_file():
        return ()
    lines = [line.strip() for line in notes.read_text(encoding="ascii", errors="replace").splitlines()]
    wanted = [line for line in lines if line and not line.startswith("#")]
    if not all(PUBLIC.fullmatch(line) for line in wanted):
        raise KeyMissing(f"{notes} holds a line that is no public key (64 hex digits)")
    return tuple(bytes.fromhex(line) for line in wanted)


def _pem(private: Ed25519PrivateKey) -> bytes:
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _read(file: Path) -> Signer:
    try:
        private = load_pem_private_key(file.read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
        raise KeyMissing(f"{file} cannot be read as an unencrypted private key") from None
    if not isinstance(private, Ed25519PrivateKey):
        raise KeyMissing(f"{file} holds another kind of key than Ed25519")
    return Signer(private)
