"""Checkpoints as bytes: what is signed, the lines under its root, the forms that leave the machine, the newest one.

Under the root stand only what is new since the checkpoint before, which the signed body names by its hash: so every
head and every look is held by all later checkpoints (docs/decisions/0036).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, String, select, type_coerce
from sqlalchemy.orm import Session

from app.casework.history import moment_of
from app.kit.canonical import canonical_bytes
from app.kit.merkle import merkle_root
from app.kit.signing import Signer, verify
from app.models.access_log import AccessEntry
from app.models.checkpoint import Checkpoint

__all__ = [
    "CHECKPOINT", "EVERY", "FORMAT", "LOOKS", "NOTHING_YET", "STORED_LOOK", "Counts", "Sealed", "compact_of",
    "digest_of_look", "epoch_of", "fault_of", "head_line", "latest_compact", "look_line", "newest", "overdue", "seal",
    "whole_of",
]  # fmt: skip

FORMAT: Final = "waymark-checkpoint-1"
NOTHING_YET: Final = "0" * 64
CHECKPOINT: Final[Any] = Checkpoint.__table__
LOOKS: Final[Any] = AccessEntry.__table__
# A look with its moment as it is stored, in the order in which it is hashed.
STORED_LOOK: Final[list[Any]] = [
    type_coerce(column, String).label("at") if column.name == "at" else column for column in LOOKS.c
]
# How often one is made at least, and how long after that somebody is told.
EVERY: Final = timedelta(minutes=15)
GRACE: Final = timedelta(minutes=5)
_NEWEST: Final = (
    select(*(each for each in CHECKPOINT.c if each.name != "leaves")).order_by(CHECKPOINT.c.number.desc()).limit(1)
)
_LOOK_NAMES: Final = tuple(column.name for column in LOOKS.c)
_AT: Final = _LOOK_NAMES.index("at")


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there was: in all up to the checkpoint, and the failed sign-ins that were counted just then."""

    chains: int = 0
    entries: int = 0
    attempts: int = 0
    looks: int = 0
    sign_in_buckets: int = 0
    sign_in_failures: int = 0

    def plain(self) -> dict[str, int]:
        """The counts as they stand in the signed body."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Sealed:
    """One checkpoint that was just signed; the fields are the columns of its row."""

    number: int
    made_at: datetime
    through: datetime
    body: bytes
    leaves: bytes
    signature: bytes
    hash: bytes

    def values(self) -> dict[str, Any]:
        """The row to insert."""
        return {name: getattr(self, name) for name in self.__slots__}


def head_line(subject: str, subject_id: str, seq: int, link: bytes) -> bytes:
    """The line of a chain: of a case or a referral copy, with the number and the hash of its newest entry."""
    return f"head {subject} {subject_id} {seq} {link.hex()}".encode()


def look_line(look_id: str, digest: bytes) -> bytes:
    """The line of one look."""
    return f"look {look_id} {digest.hex()}".encode()


def digest_of_look(values: Any) -> bytes:
    """The SHA-256 of all columns of a look, read as `STORED_LOOK`: any change of any of them changes it."""
    said = {name: None if value is None else str(value) for name, value in zip(_LOOK_NAMES, values, strict=True)}
    return hashlib.sha256(canonical_bytes({**said, "at": moment_of(values[_AT])})).digest()


def seal(
    signer: Signer,
    before: Row[Any] | None,
    now: datetime,
    through: datetime,
    lines: list[bytes],
    counts: Counts,
    epoch: str = "",
) -> Sealed:
    """Sign the checkpoint that follows ``before`` (None: the first) with these lines under its root.

    epoch: the id of the epoch that a restore began; empty in the first.
    """
    number = 1 if before is None else before.number + 1
    body = canonical_bytes(
        {
            "format": FORMAT,
            "number": number,
            "made_at": now.isoformat(),
            "through": through.isoformat(),
            "previous": NOTHING_YET if before is None else before.hash.hex(),
            "root": merkle_root(lines).hex(),
            "leaves": len(lines),
            "counts": counts.plain(),
            "key": signer.public.hex(),
            **({"epoch": epoch} if epoch else {}),
        }
    )
    signature = signer.sign(body)
    link = hashlib.sha256(body + signature).digest()
    return Sealed(number, now, through, body, b"\n".join(lines), signature, link)


def fault_of(row: Any, previous: bytes | None, trusted: Mapping[bytes, datetime | None]) -> str | None:
    """What is wrong with a checkpoint alone, in words that follow its number; None if nothing is.

    previous: the hash of the one before, None where the check begins inside. trusted: public keys that may have signed,
    each with the moment from which it counts no more, None while it does.
    """
    try:
        said = json.loads(row.body)
        key, stands = bytes.fromhex(said["key"]), bytes.fromhex(said["previous"])
        root, leaves = said["root"], said["leaves"]
    except (ValueError, KeyError, TypeError):
        return "cannot be read"
    if key not in trusted:
        return f"is signed with a key that is not known here ({key.hex()[:16]})"
    until = trusted[key]
    if until is not None and row.made_at >= until:
        return f"is signed with a key that had been retired before ({key.hex()[:16]})"
    if not verify(key, row.body, row.signature):
        return "does not carry a good signature"
    if row.hash != hashlib.sha256(row.body + row.signature).digest():
        return "has another hash than its own"
    if previous is not None and stands != previous:
        return "does not follow the one before it"
    told = (said.get("number"), said.get("made_at"), said.get("through"))
    if told != (row.number, row.made_at.isoformat(), row.through.isoformat()):
        return "says another number or moment than its row"
    lines = row.leaves.split(b"\n") if row.leaves else []
    if len(lines) != leaves or merkle_root(lines).hex() != root:
        return "has other lines than those under its root"
    return None


def epoch_of(body: bytes) -> str:
    """The id of the epoch a checkpoint was made in, as it was signed; empty for the first, a word if unreadable."""
    try:
        return str(json.loads(body).get("epoch", ""))
    except (ValueError, AttributeError):
        return "unreadable"


def compact_of(row: Any) -> bytes:
    """What fits into one log line or a message to a partner: the signed body and its signature, some 800 bytes."""
    return canonical_bytes({"body": row.body.decode(), "signature": row.signature.hex()})


def whole_of(row: Any) -> bytes:
    """The whole checkpoint as it leaves the machine: with the lines, so that a broken entry can be named by it."""
    return canonical_bytes(
        {"body": row.body.decode(), "leaves": row.leaves.decode(), "signature": row.signature.hex()}
    )


def newest(session: Session) -> Row[Any] | None:
    """The newest checkpoint without its lines."""
    found: Row[Any] | None = session.execute(_NEWEST).one_or_none()
    return found


def latest_compact(session: Session) -> str | None:
    """The newest checkpoint as text for a message to a partner, who keeps it as a witness; None if there is none."""
    row = newest(session)
    return None if row is None else compact_of(row).decode()


def overdue(last: Any, now: datetime, *, has_places: bool) -> bool:
    """Whether the newest checkpoint (None: there is none) should have been followed, or have left, a while ago."""
    if last is None or now - last.made_at > EVERY + GRACE:
        return True
    return has_places and last.left_at is None and now - last.made_at > GRACE
