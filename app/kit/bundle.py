"""A backup as one file: sealed in parts, with a manifest at its end, and signed as a whole.

    first line | header | part | part | ... | nothing | manifest | signature

Each piece stands behind its length. The parts and the manifest are sealed with a data key of the file's own, wrapped
under the key-encryption key; each part is bound to its file and its number, the signature to every byte before it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

from app.kit.canonical import canonical_bytes
from app.kit.crypto import KeyMissing, KeyRing, SealBroken
from app.kit.signing import Signer, SigningKeys, verify

__all__ = [
    "DATA", "KEYS", "BackupRefused", "BundleBroken", "Bundles", "Told", "Writer", "kept", "name_of", "read",
    "versions_needed",
]  # fmt: skip

DATA: Final = "data"
KEYS: Final = "keys"
MAGIC: Final = b"WAYMARK BACKUP 1\n"
PART_BYTES: Final = 1 << 20
LONGEST_HEADER: Final = 4096
LONGEST_MANIFEST: Final = 1 << 28
SIGNATURE_BYTES: Final = 64
# What a seal adds to a part is less than this.
ROOM: Final = 64
_LENGTH: Final = struct.Struct(">I")
_NAME: Final = re.compile(r"waymark-(\d{8}T\d{6}Z)-(data|keys)\.backup")
_STAMP: Final = "%Y%m%dT%H%M%SZ"


class BundleBroken(ValueError):
    """A backup is damaged, cut short, changed or not one at all; the text names the file and the place in it."""


class BackupRefused(ValueError):
    """A backup or a restore is not made here and now; the text says why and what to do, to the operator."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a backup says of itself, proven: its kind (data or keys), its id, its manifest, who signed."""

    kind: str
    id: str
    manifest: dict[str, Any]
    signed_by: str


class Writer:
    """Writes one backup; nothing is at its final name before `finish` is through."""

    def __init__(self, file: BinaryIO, kind: str, bundle_id: str, keys: KeyRing, signer: Signer) -> None:
        """Begin the file; ``bundle_id`` is fresh for each."""
        self._file, self._keys, self._signer = file, keys, signer
        self._hash = hashlib.sha256()
        self._key, wrapped = keys.new_data_key()
        self._id, self._kind, self._parts = bundle_id, kind, 0
        self._rest = bytearray()
        header = {
            "id": bundle_id, "kind": kind, "wrapped": base64.b64encode(wrapped).decode(), "signed_by": signer.key_id,
        }  # fmt: skip
        self._put(MAGIC)
        self._frame(canonical_bytes(header))

    def write(self, content: bytes) -> None:
        """Add to the content."""
        self._rest += content
        while len(self._rest) >= PART_BYTES:
            self._part(bytes(self._rest[:PART_BYTES]))
            del self._rest[:PART_BYTES]

    def finish(self, manifest: dict[str, Any]) -> None:
        """Write what is left, the manifest and the signature, and have all of it on the disk."""
        if self._rest:
            self._part(bytes(self._rest))
        self._put(_LENGTH.pack(0))
        told = canonical_bytes({**manifest, "parts": self._parts})
        self._frame(self._keys.seal(self._key, told, _place(self._id, self._kind, "manifest")))
        self._file.write(self._signer.sign(_signed(self._hash)))
        self._file.flush()
        os.fsync(self._file.fileno())

    def _part(self, content: bytes) -> None:
        self._frame(self._keys.seal(self._key, content, _place(self._id, self._kind, str(self._parts))))
        self._parts += 1

    def _frame(self, content: bytes) -> None:
        self._put(_LENGTH.pack(len(content)) + content)

    def _put(self, content: bytes) -> None:
        self._hash.update(content)
        self._file.write(content)


def read(
    path: Path, keys: KeyRing, signing: SigningKeys, take: Callable[[bytes], object] | None = None
) -> Told:
    """Go through a whole backup, proving each byte of it, and hand its content to ``take`` part by part.

    What ``take`` was given counts only when this returns: the signature stands at the end.

    Raises:
        BundleBroken: anything is wrong with the file; the text names it and the place.
        KeyMissing: the key-encryption key it was sealed under is not on the ring, or another of the same number.
    """
    with path.open("rb") as file:
        return _Reader(path, file, keys, signing).run(take)


class _Reader:
    def __init__(self, path: Path, file: BinaryIO, keys: KeyRing, signing: SigningKeys) -> None:
        self._path, self._file, self._keys, self._signing = path, file, keys, signing
        self._hash = hashlib.sha256()

    def run(self, take: Callable[[bytes], object] | None) -> Told:
        if self._get(len(MAGIC), "its first line") != MAGIC:
            raise self._broken("is no backup of Waymark, or its first line was changed")
        header = self._header()
        bundle_id, kind = header["id"], header["kind"]
        try:
            key = self._keys.unwrap(base64.b64decode(header["wrapped"], validate=True))
        except SealBroken:
            raise self._broken("has a header that was changed: its key is none") from None
        except ValueError:
            raise self._broken("has a header that cannot be read") from None
        except KeyMissing as error:
            raise KeyMissing(f"{self._path.name} cannot be opened: {error}") from None
        number = 0
        while (sealed := self._frame(PART_BYTES + ROOM, f"part {number + 1}")) != b"":
            content = self._opened(key, sealed, _place(bundle_id, kind, str(number)), f"part {number + 1}")
            if take is not None:
                take(content)
            number += 1
        sealed = self._frame(LONGEST_MANIFEST, "its manifest")
        manifest = self._manifest(key, sealed, bundle_id, kind)
        signed = _signed(self._hash)
        signature = self._get(SIGNATURE_BYTES, "its signature")
        if self._file.read(1):
            raise self._broken("goes on after its end: something was added")
        self._prove(header["signed_by"], signed, signature, manifest)
        if manifest.pop("parts", None) != number:
            raise self._broken(f"has {number} parts, and its manifest says another number")
        return Told(kind, bundle_id, manifest, header["signed_by"])

    def _header(self) -> dict[str, str]:
        raw = self._frame(LONGEST_HEADER, "its header")
        try:
            header = json.loads(raw)
        except (ValueError, RecursionError):
            header = None
        names = {"id", "kind", "signed_by", "wrapped"}
        if not isinstance(header, dict) or set(header) != names or not all(isinstance(v, str) for v in header.values()):
            raise self._broken("has a header that cannot be read")
        return header

    def _manifest(self, key: bytes, sealed: bytes, bundle_id: str, kind: str) -> dict[str, Any]:
        told = json.loads(self._opened(key, sealed, _place(bundle_id, kind, "manifest"), "its manifest"))
        if not isinstance(told, dict):
            raise self._broken("has a manifest that cannot be read")
        return told

    def _prove(self, signed_by: str, signed: bytes, signature: bytes, manifest: dict[str, Any]) -> None:
        holder = self._signing.holder_of(signed_by)
        key = None if holder is None else self._signing.named(holder, signed_by)
        if key is None:
            raise self._broken(f"is signed with the key {signed_by}, which is none of this installation's signing keys")
        if not verify(key.public, signed, signature):
            raise self._broken("does not bear its signature: something in it was changed")
        if key.until is None:
            return
        try:
            made_at = datetime.fromisoformat(manifest["made_at"])
            counted = key.counts_at(made_at)
        except (KeyError, TypeError, ValueError):
            raise self._broken("has a manifest that does not say when it was made") from None
        if not counted:
            raise self._broken(f"is signed with the key {signed_by}, which had been retired before it was made")

    def _opened(self, key: bytes, sealed: bytes, place: bytes, what: str) -> bytes:
        try:
            return self._keys.open(key, sealed, place)
        except SealBroken:
            raise self._broken(f"is damaged: {what} does not open") from None

    def _frame(self, longest: int, what: str) -> bytes:
        (length,) = _LENGTH.unpack(self._get(_LENGTH.size, what))
        if length > longest:
            raise self._broken(f"is damaged before {what}: a length that cannot be")
        return self._get(length, what)

    def _get(self, count: int, what: str) -> bytes:
        content = self._file.read(count)
        if len(content) != count:
            raise self._broken(f"ends too early, in {what}")
        self._hash.update(content)
        return content

    def _broken(self, what: str) -> BundleBroken:
        return BundleBroken(f"the backup {self._path.name} {what}.")


class Bundles(list[tuple[datetime, Path]]):
    """Backups of one kind in a folder, oldest first."""

    @property
    def newest(self) -> Path | None:
        """The youngest, by the moment in its name."""
        return self[-1][1] if self else None


def kept(folder: Path, kind: str) -> Bundles:
    """The backups of ``kind`` in ``folder``, by their names alone, oldest first; none where there is no folder."""
    found = Bundles()
    for file in folder.iterdir() if folder.is_dir() else ():
        match = _NAME.fullmatch(file.name)
        if match is not None and match[2] == kind:
            found.append((datetime.strptime(match[1], _STAMP).replace(tzinfo=UTC), file))
    found.sort()
    return found


def name_of(moment: datetime, kind: str) -> str:
    """The name of a backup made at ``moment`` (aware UTC)."""
    return f"waymark-{moment.astimezone(UTC):{_STAMP}}-{kind}.backup"


def versions_needed(files: Iterator[Path]) -> dict[int, list[str]]:
    """Which version of the key-encryption key each backup was sealed under: version -> names of files."""
    found: dict[int, list[str]] = {}
    for file in files:
        with file.open("rb") as opened:
            head = opened.read(len(MAGIC) + _LENGTH.size + LONGEST_HEADER)
        try:
            (length,) = _LENGTH.unpack_from(head, len(MAGIC))
            start = len(MAGIC) + _LENGTH.size
            wrapped = base64.b64decode(json.loads(head[start : start + length])["wrapped"])
            found.setdefault(KeyRing.version_of(wrapped), []).append(file.name)
        except (ValueError, KeyError, TypeError, struct.error, KeyMissing):
            # What cannot be read needs no key; `waymark backup verify` names it.
            continue
    return found


def _place(bundle_id: str, kind: str, what: str) -> bytes:
    return f"backup|{kind}|{bundle_id}|{what}|1".encode()


def _signed(running: Any) -> bytes:
    digest: bytes = running.copy().digest()
    return b"waymark backup\n" + digest
