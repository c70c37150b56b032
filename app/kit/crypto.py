"""Envelope encryption: key-encryption keys wrap data keys, data keys seal what is stored."""

from __future__ import annotations

import secrets
import struct
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.kit.keyfile import KEK, KEY_BYTES, KeyMissing, WatchedKeys, check_key, load_keys

__all__ = ["DESTROYED", "KeyMissing", "KeyRing", "SealBroken", "Wrapper"]

NONCE_BYTES = 12
TAG_BYTES = 16
# What stands where a wrapped data key stood, once the person has been erased.
DESTROYED = b""
# The first byte of everything made here; another layout will carry another number.
LAYOUT = 1
WRAP_HEAD = struct.Struct(">BI")
WRAPPED_BYTES = WRAP_HEAD.size + NONCE_BYTES + KEY_BYTES + TAG_BYTES


class SealBroken(KeyMissing):
    """The sealed bytes do not open: another data key, another place, or somebody changed them."""


class Wrapper(Protocol):
    """One version of the key-encryption key, wherever it is: AES-256-GCM, the tag behind the ciphertext."""

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes:
        """The ciphertext and its tag."""

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes:
        """What was encrypted; InvalidTag if it was not, with this key and this associated data."""


class KeyRing:
    """The versions of the key-encryption key, and what is done with data keys.

    New data keys are wrapped under the current version; old ones open as long as their version is on
    the ring, so the key-encryption key can be exchanged while people work.
    """

    def __init__(
        self,
        kek: Mapping[int, bytes | Wrapper],
        current: int,
        news: Callable[[], Mapping[int, bytes | Wrapper] | None] | None = None,
    ) -> None:
        """Hold the keys.

        Args:
            kek: version number (0 to 2**32 - 1) -> 32 random bytes, or the key where it is kept.
            current: the version that wraps new data keys.
            news: gives all versions when they have changed, the highest being current from then on. It is asked before
                a key is wrapped, and when one is met that no held version wraps.

        Raises:
            KeyMissing: the current version is not among them, or a key is too short or not random.
        """
        self._held = _usable(kek, current)
        self._news = news
        self._renewing = threading.Lock()

    @property
    def current(self) -> int:
        """The version that wraps new data keys."""
        return self._held[1]

    @property
    def versions(self) -> tuple[int, ...]:
        """The versions at hand, sorted."""
        return tuple(sorted(self._held[0]))

    @classmethod
    def from_file(cls, path: Path, create: bool = False) -> KeyRing:
        """Read the ring from a key file (see `keyfile.load_keys`); the highest version is current.

        Args:
            path: the file.
            create: make it with one fresh key if it is missing (demonstration only).

        Raises:
            KeyMissing: the file is missing or holds no usable key.
        """
        # Watched from before it is read: a change in between is read twice, never missed.
        watched = WatchedKeys(path, KEK)
        keys = load_keys(path, create=create, purpose=KEK)
        return cls(keys, max(keys), watched.news)

    def new_data_key(self) -> tuple[bytes, bytes]:
        """Return a fresh data key twice: plain (32 bytes, never stored) and wrapped (65 bytes, stored)."""
        plain = secrets.token_bytes(KEY_BYTES)
        return plain, self._wrap(plain)

    def unwrap(self, wrapped: bytes) -> bytes:
        """Return the plain data key (32 bytes).

        Raises:
            KeyMissing: its version of the key-encryption key is not on the ring, or is another key of
                the same number; the text names the version.
            SealBroken: the bytes were never a wrapped data key.
        """
        version = self.version_of(wrapped)
        kek = self._held[0].get(version)
        if kek is None:
            kek = self._renewed()[0].get(version)
        if kek is None:
            raise KeyMissing(f"version {version} of the key-encryption key is missing")
        head, nonce, box = _split(wrapped, WRAP_HEAD.size)
        try:
            return kek.decrypt(nonce, box, head)
        except InvalidTag:
            raise KeyMissing(
                f"version {version} of the key-encryption key does not open this data key: "
                "it is another key of the same number, or the wrapped key was changed"
            ) from None

    @staticmethod
    def version_of(wrapped: bytes) -> int:
        """Return which version of the key-encryption key wraps this data key.

        Raises:
            SealBroken: the bytes were never a wrapped data key.
        """
        if len(wrapped) != WRAPPED_BYTES or wrapped[0] != LAYOUT:
            raise SealBroken("this is no wrapped data key")
        version: int = WRAP_HEAD.unpack_from(wrapped)[1]
        return version

    def rewrap(self, wrapped: bytes) -> bytes:
        """Return the same data key wrapped under the current version; what it sealed stays as it is.

        Raises:
            KeyMissing: as in `unwrap`.
        """
        return self._wrap(self.unwrap(wrapped))

    def seal(self, key: bytes, plaintext: bytes, aad: bytes) -> bytes:
        """Return `plaintext` encrypted and bound to its place.

        Args:
            key: a plain data key, 32 bytes.
            plaintext: any length.
            aad: the place, as table|column|row|version; a sealed field moved elsewhere does not open.

        Returns:
            29 bytes more than `plaintext`.
        """
        nonce = secrets.token_bytes(NONCE_BYTES)
        head = bytes([LAYOUT])
        return head + nonce + AESGCM(key).encrypt(nonce, plaintext, head + aad)

    def open(self, key: bytes, sealed: bytes, aad: bytes) -> bytes:
        """Return what `seal` was given.

        Args:
            key: the plain data key it was sealed with.
            sealed: what `seal` returned.
            aad: the same place.

        Raises:
            SealBroken: another key, another place, or changed bytes; nobody can tell which.
        """
        if len(sealed) < 1 + NONCE_BYTES + TAG_BYTES or sealed[0] != LAYOUT:
            raise SealBroken("this was never sealed here")
        head, nonce, box = _split(sealed, 1)
        try:
            return AESGCM(key).decrypt(nonce, box, head + aad)
        except InvalidTag:
            raise SealBroken("the seal does not open with this data key at this place") from None

    @staticmethod
    def head_of(version: int) -> bytes:
        """The first bytes of every data key that is wrapped under ``version``."""
        return WRAP_HEAD.pack(LAYOUT, version)

    def _wrap(self, plain: bytes) -> bytes:
        keks, current = self._renewed()
        head = self.head_of(current)
        nonce = secrets.token_bytes(NONCE_BYTES)
        return head + nonce + keks[current].encrypt(nonce, plain, head)

    def _renewed(self) -> tuple[dict[int, Wrapper], int]:
        """The versions and the current one, as they are now; only one thread reads news, the others wait for it."""
        if self._news is not None:
            with self._renewing:
                fresh = self._news()
                if fresh:
                    self._held = _usable(fresh, max(fresh))
        return self._held

    def __repr__(self) -> str:
        """Name the versions, never the keys."""
        return f"KeyRing(versions={list(self.versions)}, current={self.current})"


def _usable(kek: Mapping[int, bytes | Wrapper], current: int) -> tuple[dict[int, Wrapper], int]:
    if current not in kek:
        raise KeyMissing(f"version {current} of the key-encryption key is missing")
    usable: dict[int, Wrapper] = {}
    for version, key in kek.items():
        if isinstance(key, bytes):
            check_key(key, f"version {version} of the key-encryption key")
            key = AESGCM(key)
        usable[version] = key
    return usable, current


def _split(blob: bytes, head: int) -> tuple[bytes, bytes, bytes]:
    return blob[:head], blob[head : head + NONCE_BYTES], blob[head + NONCE_BYTES :]
