"""Sealing for one country: HPKE (RFC 9180, X25519, HKDF-SHA256, AES-256-GCM) under numbered keys in a file.

Nothing here signs: who sent something is proven by the signature around it (app/exchange/letters.py).
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from app.kit.keybook import key_id_of
from app.kit.keyfile import KeyMissing, WatchedKeys, load_keys

__all__ = ["EXCHANGE_KEY", "CannotOpen", "ExchangeKeys", "seal_to"]

EXCHANGE_KEY: Final = "exchange key"
_SUITE: Final = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


class CannotOpen(Exception):
    """What came was not sealed for this key, or not with this header, or was changed on the way."""


def seal_to(public: bytes, plain: bytes, about: bytes) -> bytes:
    """Seal ``plain`` for the holder of a public key (32 bytes), bound to ``about``, which travels in the open.

    ValueError: ``public`` is no key that can be used.
    """
    return bytes(_SUITE.encrypt(plain, X25519PublicKey.from_public_bytes(public), about))


class ExchangeKeys:
    """The exchange keys of the countries hosted here: each a file CC.exchange of numbered keys, the highest current.

    Older ones open what was sealed before the exchange, until they are taken out of the file. A file that is exchanged
    is taken up while this is used.
    """

    def __init__(self, folder: Path | None = None, *, create: bool = False) -> None:
        """No folder, no keys. ``create``: make the key of a country asked for the first time (demonstration only)."""
        self._folder = folder
        self._create = create
        self._held: dict[str, Mapping[str, X25519PrivateKey]] = {}
        self._watched: dict[str, WatchedKeys] = {}
        # News of a file come once: of two letters at that moment, the second must not meet the keys of before.
        self._alone = threading.Lock()

    def file_of(self, country: str) -> Path:
        """Where the keys of a country are, or would be."""
        if self._folder is None:
            raise KeyMissing(f"this program has no folder for the exchange key of {country}")
        return self._folder / f"{country}.exchange"

    def public(self, country: str) -> bytes:
        """The public half (32 bytes) of the country's current key. KeyMissing: there is none."""
        newest = list(self._of(country).values())[-1]
        return newest.public_key().public_bytes_raw()

    def newest(self, country: str) -> str:
        """The id of the country's current key. KeyMissing: there is none."""
        return key_id_of(self.public(country))

    def open(self, country: str, key_id: str, sealed: bytes, about: bytes) -> bytes:
        """Open what was sealed for the country's key ``key_id``, bound to ``about``.

        Raises CannotOpen: no such key, another header, or changed bytes. KeyMissing: the country has no key here.
        """
        key = self._of(country).get(key_id)
        if key is None:
            raise CannotOpen(f"no exchange key {key_id} of {country} is here")
        try:
            return bytes(_SUITE.decrypt(sealed, key, about))
        except (InvalidTag, ValueError):
            raise CannotOpen(f"this was not sealed for the key {key_id} of {country}, or was changed") from None

    def _of(self, country: str) -> Mapping[str, X25519PrivateKey]:
        """Key id -> key, oldest first."""
        file = self.file_of(country)
        with self._alone:
            if country not in self._held:
                self._watched[country] = WatchedKeys(file, EXCHANGE_KEY)
                self._held[country] = _read(load_keys(file, create=self._create, purpose=EXCHANGE_KEY))
            elif (news := self._watched[country].news()) is not None:
                self._held[country] = _read(news)
            return self._held[country]

    def __repr__(self) -> str:
        """Name the folder, never a key."""
        return f"ExchangeKeys({self._folder})"


def _read(versions: Mapping[int, bytes]) -> dict[str, X25519PrivateKey]:
    keys = (X25519PrivateKey.from_private_bytes(versions[number]) for number in sorted(versions))
    return {key_id_of(key.public_key().public_bytes_raw()): key for key in keys}


