"""The newest checkpoint of a log as it travels beside a letter or a receipt, vouched for by its country's own key.

The checkpoint is signed with the checkpoint key of the installation. That this is its key, and that this checkpoint was
its newest at a moment, is signed once more with the country's key, which the partner knows by its book: so a partner
needs no further key, and what somebody kept from earlier and sends again says itself how old it is.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from app.casework.checkpoints import FORMAT as CHECKPOINT_FORMAT
from app.kit.canonical import NotCanonical, canonical_bytes
from app.kit.signing import Signer, SigningKeys, verify

__all__ = ["COUNTED", "Vouched", "Unsound", "read", "write"]

FORMAT: Final = "waymark-witness-1"
LONGEST: Final = 4_000
HIGHEST: Final = 2**31 - 1
# What only ever grows; failed sign-ins are forgotten after a while.
COUNTED: Final = ("chains", "entries", "attempts", "looks")
_PARTS: Final = frozenset({"at", "body", "country", "key", "signature", "vouched"})


class Unsound(ValueError):
    """What came is no checkpoint that its country vouches for; the text says what it lacks."""


@dataclass(frozen=True, slots=True)
class Vouched:
    """What a country says of its log. ``at``: when, in its own words ``said_at``; the rest is of the checkpoint."""

    country: str
    at: datetime
    said_at: str
    vouched_by: str
    vouched: bytes
    body: bytes
    signature: bytes
    number: int
    epoch: str
    made_at: datetime
    previous: str
    counts: Mapping[str, int]

    @property
    def hash(self) -> bytes:
        """SHA-256 of body and signature, which the next checkpoint names."""
        return hashlib.sha256(self.body + self.signature).digest()


def write(signer: Signer, country: str, now: datetime, body: bytes, signature: bytes) -> dict[str, str]:
    """A checkpoint as it travels, vouched for with the key of ``country``. body, signature: as they were sealed."""
    said = {
        "country": country, "at": now.isoformat(), "key": signer.key_id, "body": body.decode(),
        "signature": signature.hex(),
    }  # fmt: skip
    return {**said, "vouched": signer.sign(_statement(said)).hex()}


def read(said: Any, country: str, signing: SigningKeys, now: datetime) -> Vouched:
    """What came from ``country``, proven; its key has to count at ``now``. Unsound: anything else."""
    if not isinstance(said, dict) or said.keys() != _PARTS or not all(isinstance(each, str) for each in said.values()):
        raise Unsound("it has not the agreed parts")
    if len(said["body"]) > LONGEST or said["country"] != country:
        raise Unsound("it is too long, or another country's")
    try:
        at, vouched, signature = (
            datetime.fromisoformat(said["at"]), bytes.fromhex(said["vouched"]), bytes.fromhex(said["signature"]),
        )  # fmt: skip
        statement = _statement({name: value for name, value in said.items() if name != "vouched"})
        # A text may come with marks composed in another way; what was signed is the bytes.
        body = said["body"].encode()
        inner = json.loads(body)
        public, made_at = bytes.fromhex(inner["key"]), datetime.fromisoformat(inner["made_at"])
        epoch, previous, counts = inner.get("epoch", ""), inner["previous"], inner["counts"]
        number, form = inner["number"], inner["format"]
        counted = {name: counts[name] for name in COUNTED}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, NotCanonical):
        raise Unsound("it cannot be read") from None
    if form != CHECKPOINT_FORMAT or at.tzinfo is None or made_at.tzinfo is None or len(said["at"]) > 40:
        raise Unsound("it is no checkpoint of a form that is known here")
    if not (_whole(number, 1) and all(_whole(each, 0) for each in counted.values())):
        raise Unsound("its numbers are none")
    if not (isinstance(epoch, str) and len(epoch) <= 36 and isinstance(previous, str) and "\0" not in epoch):
        raise Unsound("it cannot be read")
    if not signing.verifies(country, statement, vouched, said["key"], now):
        raise Unsound("no key of its country that counts has signed it")
    if not verify(public, body, signature):
        raise Unsound("it does not carry a good signature")
    return Vouched(
        country, at, said["at"], said["key"], vouched, body, signature, number, epoch, made_at, previous, counted
    )


def _whole(value: Any, least: int) -> bool:
    return type(value) is int and least <= value <= HIGHEST


def _statement(said: dict[str, str]) -> bytes:
    return canonical_bytes({"format": FORMAT, **said})
