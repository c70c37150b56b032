"""Tombstones: what stays of a person who was erased, signed by the country, inside the database and beside the backups.

A backup that is older than an erasure knows nothing of it. So each tombstone is also a file of its own, which a restore
reads and obeys: the keys it names are not brought back (docs/decisions/0043).
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from app.kit.canonical import canonical_bytes
from app.kit.folders import keep_names
from app.kit.signing import SigningKeys

__all__ = ["FOLDER", "FORMAT", "Tombstone", "TombstoneBroken", "body_of", "buried", "bury"]

FORMAT: Final = "waymark-tombstone-1"
# Beside the backups, and in the folder of variable data.
FOLDER: Final = "erased"


class TombstoneBroken(ValueError):
    """A tombstone's file cannot be read, or carries no good signature; the text names it."""


@dataclass(frozen=True, slots=True)
class Tombstone:
    """One that was read from its file and proven: its body, the bytes that were signed, and the signature."""

    said: Mapping[str, Any]
    body: bytes
    signature: bytes

    @property
    def keys(self) -> frozenset[str]:
        """The ids of the keys that no longer exist."""
        return frozenset(self.said["keys"])


def body_of(**said: Any) -> bytes:
    """The bytes that are signed: ids, codes, moments and counts; never a name."""
    return canonical_bytes({"format": FORMAT, **said})


def bury(folder: Path, erasure_id: str, body: bytes, signature: bytes) -> None:
    """Write the file of a tombstone, whole or not at all; one that is there already stays. OSError as the disk says."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / f"{erasure_id}.json"
    if file.exists():
        return
    draft = folder / f".{file.name}.{secrets.token_hex(8)}"
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(canonical_bytes({"body": body.decode(), "signature": signature.hex()}))
        out.flush()
        os.fsync(out.fileno())
    draft.replace(file)
    keep_names(folder)


def buried(folders: Iterable[Path], signing: SigningKeys) -> list[Tombstone]:
    """Every tombstone in these folders, each proven; TombstoneBroken names the first that is not sound."""
    found: dict[bytes, Tombstone] = {}
    for folder in folders:
        for file in sorted(folder.glob("*.json")) if folder.is_dir() else ():
            one = _read(file, signing)
            found[one.body] = one
    return list(found.values())


def _read(file: Path, signing: SigningKeys) -> Tombstone:
    try:
        told = json.loads(file.read_bytes())
        body, signature = told["body"].encode(), bytes.fromhex(told["signature"])
        said = json.loads(body)
        country, known = said["country"], said["format"] == FORMAT and bool(said["keys"])
        erased_at = datetime.fromisoformat(said["erased_at"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise TombstoneBroken(f"the tombstone {file} cannot be read ({type(error).__name__}).") from None
    # Signed then with a key that may have been exchanged since.
    if not known or country not in signing.countries or not signing.bears(country, body, signature, erased_at):
        raise TombstoneBroken(f"the tombstone {file} is not signed with a key of this installation.")
    return Tombstone(said, body, signature)
