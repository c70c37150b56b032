"""Recomputes every signature of a conversation from the stored bytes, so that a reader need not trust us."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from app.access.desk import Desk
from app.casework import messages
from app.casework.messages import Envelope
from app.kit.keyfile import KeyMissing
from app.kit.signing import key_id_of
from app.referrals.schemas import MessageOut, ReceiptOut, SignedActOut


def public_key(desk: Desk, country: str, key_id: str | None) -> bytes:
    """The verification key (32 bytes) of a country with this id, however long ago it was exchanged; empty, which
    verifies nothing, when we have none."""
    try:
        key = desk.signing.named(country, key_id)
    except (KeyMissing, ValueError):
        return b""
    return b"" if key is None else key.public


def receipt(desk: Desk, row: Row[Any], digest: str) -> ReceiptOut:
    """A stored receipt, checked anew: is the signature its author's, and does it answer this very message?"""
    said = json.loads(row.content)
    at = datetime.fromisoformat(said["at"])
    return ReceiptOut(
        level=row.level,
        by=said["by"],
        at=at,
        outcome=said["outcome"],
        content=row.content.decode(),
        hash=hashlib.sha256(row.content).hexdigest(),
        signature=row.signature.hex(),
        key=said["key"],
        answers_this_message=said["digest"] == digest and said["message"] == row.message_id,
        # By its own moment: it was believed when it came (app/casework/receipts.py).
        genuine=desk.signing.verifies(said["by"], row.content, row.signature, said["key"], at),
    )


def opened(desk: Desk, row: Row[Any], key: bytes) -> Envelope:
    """A stored message as it travelled."""
    return Envelope(json.loads(row.header), messages.body_of(desk, row, key), row.signature)


def genuine(desk: Desk, row: Row[Any], envelope: Envelope) -> bool:
    """Whether the stored message is the one its sender signed, and the one its receipts speak of."""
    signed = envelope.signed_bytes
    sound = hashlib.sha256(signed).digest() == row.digest
    said = envelope.header
    created = datetime.fromisoformat(said["created"])
    return sound and desk.signing.verifies(said["from"], signed, row.signature, said.get("key"), created)


def message(desk: Desk, row: Row[Any], key: bytes, answers: Sequence[Row[Any]]) -> MessageOut:
    """One message with its header, the names of the groups it carried, and its receipts."""
    envelope = opened(desk, row, key)
    form = envelope.body.get("record") or {}
    return MessageOut(
        id=row.message_id,
        direction=row.direction,
        header=envelope.header,
        type=row.type,
        groups=sorted(envelope.body.get("about") or {}),
        taken_back=sorted(envelope.body.get("taken_back") or []),
        form=form.get("kind"),
        digest=row.digest.hex(),
        signature=row.signature.hex(),
        genuine=genuine(desk, row, envelope),
        delivered=any(each.level == "stored" for each in answers),
        receipts=[receipt(desk, each, row.digest.hex()) for each in answers],
    )


def signed_act(desk: Desk, act: str, row: Row[Any], key: bytes, answers: Sequence[Row[Any]]) -> SignedActOut:
    """A message as a signature to be printed: the exact text, its hash, the key to check it with."""
    envelope = opened(desk, row, key)
    public = public_key(desk, envelope.header["from"], envelope.header.get("key"))
    return SignedActOut(
        act=act,
        by=envelope.header["from"],
        at=datetime.fromisoformat(envelope.header["created"]),
        message=row.message_id,
        signed_text=envelope.signed_bytes.decode(),
        hash=row.digest.hex(),
        signature=row.signature.hex(),
        key=key_id_of(public),
        public_key=public.hex(),
        genuine=genuine(desk, row, envelope),
        receipts=[receipt(desk, each, row.digest.hex()) for each in answers],
    )
