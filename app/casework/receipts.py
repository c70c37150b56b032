"""Receipts: signed answers bound to the hash of what they answer, so that either side can prove them offline."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import bindparam, insert, select

from app.access.desk import Desk
from app.kit.canonical import canonical_bytes
from app.kit.signing import verify
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
    here = desk.actor.country
    signer = desk.signing.signer(here)
    content = canonical_bytes(
        {
            "message": message_id,
            "digest": digest,
            "level": level,
            "outcome": outcome,
            "by": here,
            "key": signer.key_id,
            "at": desk.now.isoformat(),
        }
    )
    signature = signer.sign(content)
    keep(desk, message_id, level, content, signature)
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
    if not verify(desk.signing.public(by), content, signature):
        return None
    about = {"message": message_id, "digest": digest, "by": by}
    if not isinstance(said, dict) or said | about != said or said.get("level") not in LEVELS:
        return None
    keep(desk, message_id, str(said["level"]), content, signature)
    return said


def found(desk: Desk, message_id: str, level: str) -> Any:
    """The receipt of that level that this side holds, or None."""
    values = {"here": desk.actor.country, "message": message_id, "rank": level}
    return desk.session.execute(_FOUND, values).one_or_none()
