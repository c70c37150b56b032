"""Ed25519 signatures: one key per country, with which its messages, receipts and checkpoints are signed."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from app.kit.folders import keep_names
from app.kit.keybook import (
    ORDER_EIGHT,
    PRIME,
    Known,
    book_of,
    ended,
    key_id_of,
    read_book,
    statement,
    verify,
    write_book,
)
from app.kit.keyfile import KeyMissing, alone, mark_of, same_owner, write_private
from app.kit.partners import Partner, Partners

__all__ = [
    "CHECKPOINTS", "ORDER_EIGHT", "PRIME", "KeyFile", "KeyMissing", "Signer", "SigningKeys", "end_earlier", "exchange",
    "key_id_of", "known_publics", "own_signer", "verify",
]  # fmt: skip

COUNTRY = re.compile(r"[A-Z]{2}")
# Whose key it is, in the line by which one key hands over to the next: a country's code, or this.
CHECKPOINTS = "checkpoints"


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


class KeyFile:
    """A private key in its file, with the book of public halves beside it; a running program looks at both again."""

    def __init__(self, path: Path, holder: str) -> None:
        """Read both. ``holder``: whose key it is, a country's code or CHECKPOINTS. KeyMissing names the file."""
        self._path, self._holder = path, holder
        self._mark = self._marks()
        self._held = self._read()

    @property
    def signer(self) -> Signer:
        """The key that signs now."""
        return self._fresh()[0]

    @property
    def known(self) -> tuple[Known, ...]:
        """Every public key there was, oldest first; never empty."""
        return self._fresh()[1]

    def _fresh(self) -> tuple[Signer, tuple[Known, ...]]:
        mark = self._marks()
        if mark != self._mark:
            try:
                self._held = self._read()
                self._mark = mark
            except KeyMissing:
                pass  # whoever holds keys keeps them until the file is mended
        return self._held

    def _read(self) -> tuple[Signer, tuple[Known, ...]]:
        # The book is written before the key is exchanged, so it is read after the key.
        signer = _read(self._path)
        return signer, _with(signer, read_book(self._path, self._holder))

    def _marks(self) -> tuple[object, ...]:
        return tuple(mark_of(file) for file in (self._path, book_of(self._path)))


class SigningKeys:
    """The signing keys this installation holds, by country code; and the public halves of its partners' keys."""

    def __init__(
        self, held: Mapping[str, KeyFile], folder: Path, *, create: bool = False, partners: Partners | None = None
    ) -> None:
        """Hold the key files of a folder; with ``create`` the key of a country asked for the first time is made."""
        self._partners = partners or Partners()
        self._held = dict(held)
        self._folder = folder
        self._create = create
        self._making = threading.Lock()

    @classmethod
    def from_folder(cls, path: Path, create: bool = False, partners: Partners | None = None) -> SigningKeys:
        """Read every `CC.pem` (PKCS 8, not encrypted) of a folder, and the book `CC.pub`; CC is a country code.

        A key that is exchanged later (`exchange`) is taken up while this is used.

        Args:
            path: the folder.
            create: make the folder, and later the key of each country asked for, mode 0600
                (demonstration only).
            partners: the countries with an installation of their own, whose signatures are known from their books.

        Raises:
            KeyMissing: no such folder or no key in it while `create` is off, a file that holds no
                Ed25519 private key, or a book that cannot be read.
        """
        if create:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.is_dir():
            raise KeyMissing(f"the folder of signing keys {path} is missing; it holds a CC.pem per country")
        files = [file for file in sorted(path.glob("*.pem")) if COUNTRY.fullmatch(file.stem)]
        held = {file.stem: KeyFile(file, file.stem) for file in files}
        if not held and not create:
            raise KeyMissing(f"the folder of signing keys {path} holds no CC.pem, such as TH.pem")
        return cls(held, path, create=create, partners=partners)

    def partner(self, country: str) -> Partner | None:
        """The installation of its own that signs for a country; None where it is at home here, or unknown."""
        return self._partners.of(country)

    def said(self, country: str) -> bytes | None:
        """What a partner has said that it reads, as it came; None where it is at home here or has said nothing."""
        return self._partners.sayings.said(country) if self.partner(country) is not None else None

    @property
    def countries(self) -> tuple[str, ...]:
        """The country codes whose key is at hand, sorted."""
        return tuple(sorted(self._held))

    def signer(self, country: str) -> Signer:
        """Return the signer of a country (code in capitals, such as TH), the one that is current just now.

        Raises:
            KeyMissing: there is none, and this installation may not make one.
            ValueError: the text is no country code.
        """
        return self._of(country).signer

    def public(self, country: str) -> bytes:
        """Return the public key (32 bytes) of a country that is current just now.

        Raises:
            KeyMissing, ValueError: as in `signer`.
        """
        partner = self._partners.of(country)
        return partner.signing[-1].public if partner is not None else self.signer(country).public

    def known(self, country: str) -> tuple[Known, ...]:
        """Every public key of a country there was, oldest first. KeyMissing, ValueError: as in `signer`."""
        partner = self._partners.of(country)
        return partner.signing if partner is not None else self._of(country).known

    def named(self, country: str, key_id: str | None) -> Known | None:
        """The key of a country with this id, whether or not it still counts; the current one where none is named.

        KeyMissing, ValueError: as in `signer`.
        """
        wanted = key_id_of(self.public(country)) if key_id is None else key_id
        return next((each for each in self.known(country) if each.key_id == wanted), None)

    def verifies(self, country: str, data: bytes, signature: bytes, key_id: str | None, at: datetime) -> bool:
        """Whether `signature` over `data` is that of the country's key `key_id`, which counts at the moment `at`.

        key_id: None stands for the current key. at: of the signature, for what was proven when it came; now, for what
        comes just now, since whoever stole an old key writes any date. False for a country without a key here.
        """
        try:
            key = self.named(country, key_id)
        except (KeyMissing, ValueError):
            return False
        return key is not None and key.counts_at(at) and verify(key.public, data, signature)

    def bears(self, country: str, data: bytes, signature: bytes, at: datetime) -> bool:
        """Whether `signature` over `data` is that of any key of the country that counted at `at`."""
        try:
            known = self.known(country)
        except (KeyMissing, ValueError):
            return False
        return any(each.counts_at(at) and verify(each.public, data, signature) for each in known)

    def holder_of(self, key_id: str) -> str | None:
        """The country whose key this is or was; None if it is none of these."""
        return next((code for code in self.countries for each in self.known(code) if each.key_id == key_id), None)

    def file_of(self, country: str) -> Path:
        """Where the private key of a country is, or would be. ValueError: as in `signer`."""
        if not COUNTRY.fullmatch(country):
            raise ValueError("a country code is two capital letters")
        return self._folder / f"{country}.pem"

    def _of(self, country: str) -> KeyFile:
        file = self.file_of(country)
        if self._partners.of(country) is not None:
            raise KeyMissing(f"{country} is a partner with an installation of its own: only it signs for itself")
        known = self._held.get(country)
        if known is not None:
            return known
        if not self._create:
            raise KeyMissing(f"the signing key of {country} is missing: there is no {file}")
        with self._making:
            write_private(file, _pem(Ed25519PrivateKey.generate()))
            _note(file, country)
            return self._held.setdefault(country, KeyFile(file, country))

    def __repr__(self) -> str:
        """Name the countries, never the keys."""
        return f"SigningKeys({', '.join(self.countries)})"


def own_signer(path: Path, *, create: bool) -> Signer:
    """Return the signer of one purpose, such as checkpoints, whose key is in a file of its own.

    The public half is noted in the book beside it, so that what an earlier key signed can still be checked.

    Args:
        path: the file, PKCS 8, not encrypted.
        create: make the key, mode 0600, if there is none.

    Raises:
        KeyMissing: no such file while `create` is off, or one that holds no Ed25519 private key.
    """
    if create and not path.exists():
        write_private(path, _pem(Ed25519PrivateKey.generate()))
    signer = _read(path)
    if create:
        _note(path, CHECKPOINTS)
    return signer


def known_publics(path: Path) -> dict[bytes, datetime | None]:
    """Return the public halves (32 bytes each) noted beside the key file `path`, oldest first, or none.

    Each with the moment until which it counts; None while it does. Raises KeyMissing: a line is no key.
    """
    return {each.public: each.until for each in read_book(path, CHECKPOINTS)}


def exchange(path: Path, holder: str, now: datetime) -> Signer:
    """Put a fresh key in the place of the one in ``path``, which signs the new one's line in the book; the new signer.

    The old private half is gone afterwards, its public half stays and counts until `end_earlier`. Killed at any point:
    the same call again goes on with the key that was begun, and until the last step the old key signs.

    Raises:
        KeyMissing: the key or its book cannot be read; the text names the file.
    """
    with alone(path):
        current = _read(path)
        known = _with(current, read_book(path, holder))
        begun = path.with_name(f"{path.stem}.next.pem")
        if not begun.exists():
            write_private(begun, _pem(Ed25519PrivateKey.generate()))
        fresh = _read(begun)
        # In the book first: whoever verifies knows the key before anything is signed with it.
        if all(each.public != fresh.public for each in known):
            vouched = current.sign(statement(holder, fresh.public, current.public, now))
            known = (*known, Known(fresh.public, now, None, vouched))
            write_book(path, known)
        same_owner(begun, path)
        begun.replace(path)
        keep_names(path.parent)
    return fresh


def end_earlier(path: Path, holder: str, now: datetime) -> tuple[str, ...]:
    """Let no key but the one in ``path`` count from ``now`` on; the ids of those that ended, none the second time.

    Raises:
        KeyMissing: the key or its book cannot be read, or an exchange that was cut off waits to be finished.
    """
    with alone(path):
        known = _with(_read(path), read_book(path, holder))
        if known[-1].public != _read(path).public:
            raise KeyMissing(f"the exchange of {path} was cut off; the same `waymark keys rotate` finishes it")
        going = tuple(each.key_id for each in known[:-1] if each.until is None)
        if going:
            write_book(path, ended(known, now))
    return going


def _with(signer: Signer, known: tuple[Known, ...]) -> tuple[Known, ...]:
    """The book, with the key itself where it is not noted: made before there was a book, or put there by hand."""
    return known if any(each.public == signer.public for each in known) else (*known, Known(signer.public))


def _note(path: Path, holder: str) -> None:
    """Write the key of ``path`` into its book, where it does not stand yet."""
    noted = read_book(path, holder)
    wanted = _with(_read(path), noted)
    if wanted != noted:
        write_book(path, wanted)


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
