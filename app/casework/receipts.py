"""Receipts: signed answers bound to the hash of what they answer, so that either side can prove them offline."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import bindparam, insert, select

from app.access.desk import Desk
from app.kit.canonical import canonical_bytes
from app.models.base import new_id
from app.models.referral import MessageReceipt

TABLE: Any = MessageReceipt.__table__
_INSERT = insert(TABLE)
_FOUND = select(TABLE).where(
    TABLE.c.country == bindparam("here"), TABLE.c.message_id == bindparam("message"), TABLE.c.level == bindparam("rank")
)
LEVELS = ("stored", "seen", "decided")


def give(desk: Desk, message_id: str, digest: str, level: str, outcome: dict[str, Any]) -> dict[str, Any]:
    """Sign a receipt for a message of the other country and keep a copy; what travels back.

    digest: hex digest of the signed message; outcome: codes only (state, step, reason, who by role).
    """
    said = {"message": message_id, "digest": digest, "level": level, "outcome": outcome}
    content, signature = _signed(desk, said)
    keep(desk, message_id, level, content, signature)
    return travelling(content, signature)


def again(desk: Desk, row: Any) -> dict[str, Any]:
    """A receipt that was given before, for whoever asks again; signed anew where its key is retired meanwhile."""
    said = json.loads(row.content)
    key = desk.signing.named(desk.actor.country, said["key"])
    if key is not None and key.counts_at(desk.now):
        return travelling(row.content, row.signature)
    return travelling(*_signed(desk, said))


def _signed(desk: Desk, said: dict[str, Any]) -> tuple[bytes, bytes]:
    signer = desk.signing.signer(desk.actor.country)
    whose = {"by": desk.actor.country, "key": signer.key_id, "at": desk.now.isoformat()}
    content = canonical_bytes({**said, **whose})
    return content, signer.sign(content)


def travelling(content: bytes, signature: bytes) -> dict[str, Any]:
    """A receipt as it travels."""
    return {"content": content.decode(), "signature": signature.hex()}


def keep(desk: Desk, message_id: str, level: str, content: bytes, signature: bytes) -> None:
    """Store a receipt on this side; a second one of the same level changes nothing."""
    if found(desk, message_id, level) is None:
        desk.session.execute(
            _INSERT,
            {
                "id": new_id(),
                "country": desk.actor.country,
                "message_id": message_id,
                "level": level,
                "content": content,
                "signature": signature,
                "at": desk.now,
            },
        )


def accept(desk: Desk, travelled: dict[str, Any], by: str, message_id: str, digest: str) -> dict[str, Any] | None:
    """Check a receipt that came from country ``by`` for our message with that id and digest, and keep it.

    Returns its content, or None when signature, country, message or level do not fit (then nothing is kept).
    """
    content = str(travelled.get("content", "")).encode()
    try:
        signature = bytes.fromhex(str(travelled.get("signature", "")))
        said: dict[str, Any] = json.loads(content)
    except ValueError:
        return None
    # By our own clock, as for messages (app/casework/wire.py).
    if not isinstance(said, dict) or not desk.signing.verifies(by, content, signature, said.get("key"), desk.now):
        return None
    about = {"message": message_id, "digest": digest, "by": by}
    if said | about != said or said.get("level") not in LEVELS:
        return None
    keep(desk, message_id, str(said["level"]), content, signature)
    return said


def found(desk: Desk, message_id: str, level: str) -> Any:
    """The receipt of that level that this side holds, or None."""
    values = {"here": desk.actor.country, "message": message_id, "rank": level}
    return desk.session.execute(_FOUND, values).one_or_none()
