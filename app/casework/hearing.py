"""Takes in a message of a correspondence: once, in order, verified, heard by whom it is for, receipted.

It is called by app/casework/mirror.py, which takes in everything, and by app/casework/giving_back.py after a restored
backup.
"""

from __future__ import annotations

import hashlib
from typing import Any, Final

from sqlalchemy import insert

from app.access.desk import Desk
from app.casework import copies, correspondence, messages, records
from app.casework.correspondence import Heard, Key, Said
from app.casework.heard import HEARD
from app.casework.messages import Envelope
from app.casework.wire import MessageRefused, must_be_formed, must_be_sound, newer
from app.kit.canonical import canonical_bytes
from app.kit.errors import Erased
from app.models.base import new_id
from workflows.abroad import PROTOCOL
from workflows.erasure_abroad import ERASED

__all__ = ["heard", "sound", "taken_back"]

KEPT: Final = "kept"


def sound(desk: Desk, envelope: Envelope) -> bytes:
    """The signed bytes of a message of a correspondence to this country; MessageRefused as for any other message.

    A type that nobody hears here is `newer_version`: nothing is changed, and the partner tries again until it is read.
    """
    known = HEARD.get(str(envelope.header.get("type")))
    signed = must_be_sound(desk, envelope, known.body if known else Said)
    if known is None:
        raise newer("The message is of a type that this installation does not read.", "message", PROTOCOL)
    # Asked before the order: who has no business here does not learn how much was said.
    _must_be_theirs(desk, envelope.header["referral"], str(envelope.header["from"]))
    return signed


def heard(desk: Desk, envelope: Envelope, digest: bytes) -> dict[str, Any]:
    """Keep the next message of a conversation and have it heard; what the receipt says of it.

    The caller has had it checked (`sound`), and its order.
    """
    header, sender = envelope.header, str(envelope.header["from"])
    key = _key(desk, header, sender)
    _store(desk, envelope, digest, "in", key)
    if key[1] == b"":
        return {"result": ERASED}
    known = HEARD[str(header["type"])]
    return {"result": known.hear(desk, header, _read(known, envelope), key)}


def _must_be_theirs(desk: Desk, conversation: str, sender: str) -> None:
    """MessageRefused for a conversation that this country holds with another, or for the number of a referral."""
    row = correspondence.row_of(desk, conversation)
    theirs = row.other_country == sender if row is not None else copies.copy_id(desk, conversation) is None
    if not theirs:
        raise MessageRefused("No conversation of this number is held with the sender.", "unknown_conversation")


def taken_back(desk: Desk, envelope: Envelope, partner: str) -> None:
    """Take up again a message of our own that a partner still has: as it was, and not sent. Raises as `sound`.

    The caller has checked whose it is, and its signature and place in the conversation.
    """
    header = envelope.header
    _must_be_theirs(desk, header["referral"], partner)
    known = HEARD.get(str(header["type"]))
    key = _key(desk, header, partner)
    _store(desk, envelope, hashlib.sha256(must_be_formed(envelope, known.body if known else Said)).digest(), "out", key)
    if known is not None and known.again is not None and key[1]:
        known.again(desk, header, _read(known, envelope), key)


def _read(known: Heard, envelope: Envelope) -> dict[str, Any]:
    return known.body.model_validate(envelope.body).model_dump(mode="json", exclude_unset=True)


def _key(desk: Desk, header: dict[str, Any], other: str) -> Key:
    """The key of the conversation, which a first message opens; no bytes where it was destroyed with its person."""
    row = correspondence.row_of(desk, header["referral"])
    if row is None:
        key = records.new_key(desk)
        correspondence.opened(desk, other, header["referral"], header["reference"], key[0])
        return key
    try:
        return row.key_id, records.key_of(desk, row.key_id)
    except Erased:
        return row.key_id, b""


def _store(desk: Desk, envelope: Envelope, digest: bytes, direction: str, key: Key) -> None:
    # Of what comes after its key was destroyed, number and digest are kept: the conversation goes on and can be proved.
    row_id, (key_id, plain) = new_id(), key
    sealed = desk.keys.seal(plain, canonical_bytes(envelope.body), messages.place(row_id)) if plain else b""
    header = envelope.header
    desk.session.execute(
        insert(messages.TABLE),
        {
            "id": row_id, "message_id": header["id"], "country": desk.actor.country, "direction": direction,
            "shared_id": header["referral"], "other_country": header["from" if direction == "in" else "to"],
            "seq": header["seq"], "type": header["type"], "header": canonical_bytes(header), "key_id": key_id,
            "sealed_body": sealed, "digest": digest, "signature": envelope.signature, "created_at": desk.now,
        },
    )  # fmt: skip
