"""The form in which a message goes from one installation to another: sealed for the receiver, signed by the sender.

What the message itself says and who signed it lies inside and stays evidence for ever (app/casework/messages.py). The
letter is only its way: it shows who sends what to whom, so that a receiver can tell at the door, before opening it,
whether it comes from a partner.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from app.casework.messages import Envelope
from app.kit.canonical import NotCanonical, canonical_bytes
from app.kit.hpke import seal_to
from app.kit.keybook import key_id_of
from app.kit.signing import Signer

__all__ = ["FORMAT", "LARGEST", "WITNESSED", "Letter", "Unreadable", "parsed", "read", "write"]

# A letter of an installation without a checkpoint, or from before there were any; and one that carries the newest.
FORMAT: Final = "waymark-letter-1"
WITNESSED: Final = "waymark-letter-2"
# A referral with everything in it has a few kilobytes; a whole letter with a long story stays well below this.
LARGEST: Final = 524_288
DEEPEST: Final = 40
_PARTS: Final = frozenset(
    {"format", "from", "to", "sent", "key", "sealed_for", "header", "sealed", "signed", "signature"}
)
_OBJECTS: Final = frozenset({"header", "checkpoint"})


class Unreadable(Exception):
    """What came is no letter; the text says what it lacks, never what it says."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter. ``sent``: when this copy was written; ``key``: which signing key vouches for it.

    ``checkpoint``: the newest of the sender's log, as it came (app/exchange/testimony.py); None in the first form.
    ``header``: of the message, in the open; ``sealed``: its body under HPKE for the key ``sealed_for``, bound to the
    header; ``signed``: the signature that belongs to the message itself.
    """

    sender: str
    receiver: str
    sent: datetime
    key: str
    sealed_for: str
    header: dict[str, Any]
    sealed: bytes
    signed: bytes
    signature: bytes
    checkpoint: dict[str, Any] | None = None

    @property
    def form(self) -> str:
        """Which form it has."""
        return FORMAT if self.checkpoint is None else WITNESSED

    @property
    def signed_bytes(self) -> bytes:
        """What the signature of the letter covers: all of it but the signature."""
        carried = {} if self.checkpoint is None else {"checkpoint": self.checkpoint}
        return canonical_bytes(
            {
                **carried, "format": self.form, "from": self.sender, "to": self.receiver, "sent": self.sent.isoformat(),
                "key": self.key, "sealed_for": self.sealed_for, "header": self.header,
                "sealed": hashlib.sha256(self.sealed).hexdigest(), "signed": self.signed.hex(),
            }
        )  # fmt: skip

    def body(self, opened: bytes) -> Envelope:
        """The message, from its opened body. Unreadable: it is no JSON object, or nested too deep."""
        return Envelope(self.header, _parsed(opened), self.signed)


def bound_to(header: dict[str, Any]) -> bytes:
    """What the sealed body is bound to: another header does not open it."""
    return hashlib.sha256(canonical_bytes(header)).digest()


def write(
    envelope: Envelope, public: bytes, signer: Signer, now: datetime, checkpoint: dict[str, Any] | None = None
) -> bytes:
    """A message as a letter, ready to be sent. public: the receiver's exchange key (32 bytes).

    checkpoint: the newest of our log, as it travels; without one the letter has the first form, which all can read.
    """
    header = envelope.header
    sealed = seal_to(public, canonical_bytes(envelope.body), bound_to(header))
    unsigned = Letter(
        str(header["from"]), str(header["to"]), now, signer.key_id, key_id_of(public), header, sealed,
        envelope.signature, b"", checkpoint,
    )  # fmt: skip
    said = {
        "format": unsigned.form, "from": unsigned.sender, "to": unsigned.receiver, "sent": now.isoformat(),
        "key": signer.key_id, "sealed_for": unsigned.sealed_for, "header": header,
        "sealed": base64.b64encode(sealed).decode(), "signed": envelope.signature.hex(),
        "signature": signer.sign(unsigned.signed_bytes).hex(),
        **({} if checkpoint is None else {"checkpoint": checkpoint}),
    }  # fmt: skip
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def read(content: bytes, largest: int = LARGEST) -> Letter:
    """A letter from what came; nothing of it is believed yet. Raises Unreadable."""
    if len(content) > largest:
        raise Unreadable("the letter is too large")
    said = _parsed(content)
    form = said.get("format")
    if form not in (FORMAT, WITNESSED):
        raise Unreadable("this is no letter of a form that is known here")
    parts = _PARTS if form == FORMAT else _PARTS | {"checkpoint"}
    if said.keys() != parts or not all(isinstance(said[name], str) for name in parts - _OBJECTS):
        raise Unreadable("the letter has not the agreed parts")
    if not all(isinstance(said[name], dict) for name in parts & _OBJECTS):
        raise Unreadable("the letter has no header, or no checkpoint")
    try:
        letter = Letter(
            said["from"], said["to"], datetime.fromisoformat(said["sent"]), said["key"], said["sealed_for"],
            said["header"], base64.b64decode(said["sealed"], validate=True), bytes.fromhex(said["signed"]),
            bytes.fromhex(said["signature"]), said.get("checkpoint"),
        )  # fmt: skip
        letter.signed_bytes  # noqa: B018 - a header without one byte form is no header
    except (ValueError, binascii.Error, NotCanonical):
        raise Unreadable("a part of the letter cannot be read") from None
    if letter.sent.tzinfo is None:
        raise Unreadable("the letter does not say when it was sent")
    if letter.header.get("from") != letter.sender or letter.header.get("to") != letter.receiver:
        raise Unreadable("the letter and its message are not between the same countries")
    return letter


def _parsed(content: bytes) -> dict[str, Any]:
    """A JSON object without a name that stands twice, without numbers that are none, and not nested beyond reason."""
    try:
        said = json.loads(content.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise Unreadable("this is no JSON that can be read") from None
    if not isinstance(said, dict) or _deeper(said, DEEPEST):
        raise Unreadable("this is no JSON object, or one that is nested too deep")
    return said


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _no_number(_: str) -> Any:
    raise ValueError("no number")


def _deeper(said: Any, left: int) -> bool:
    if not isinstance(said, dict | list):
        return False
    inside = said.values() if isinstance(said, dict) else said
    return left == 0 or any(_deeper(each, left - 1) for each in inside)


parsed: Final = _parsed
