"""Both ends of one referral in one list: sent, stored, seen and decided, each with whether its signature holds.

The one place that says what of it is shown: offices and roles as they crossed the border, codes and moments, no name of
a person and nothing that was told about one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row

from app.access.desk import Desk
from app.casework import messages
from app.casework.held import Held
from app.kit.keyfile import KeyMissing
from app.kit.signing import verify
from app.referrals import queries, wait_queries, where
from app.referrals.wait_schemas import BothEndsOut, EndOut, SignatureOut
from workflows.referral import MACHINE

__all__ = ["MOST", "both_ends", "signed_text"]

# A conversation has some twenty messages; of one that never ends the newest are shown.
MOST: Final = 200
_LEVELS: Final = ("sent", "stored", "seen", "decided")
_CODE: Final = 64


def both_ends(desk: Desk, held: Held) -> BothEndsOut:
    """The list of one copy, oldest act first. The caller has checked sight and noted the look."""
    rows = wait_queries.messages_of(desk, held.row.shared_id)
    answers = queries.receipts_of(desk, [row.message_id for row in rows])
    found = [end for row in rows for end in _ends_of(desk, held, row, answers.get(row.message_id, []))]
    shown = found[-MOST:] if len(found) <= MOST else [end for end in found if end.message in _newest(rows)]
    items = _in_order(rows, shown)
    return BothEndsOut(
        reference=held.row.reference,
        items=items,
        left_out=len(found) - len(items),
        waiting=where.of_one(desk, held),
        verified=sum(each.signature.fits for each in items),
        signatures=len(items),
    )


def signed_text(desk: Desk, held: Held, row: Row[Any]) -> bytes | None:
    """The exact bytes that the sender of a message signed: its header and the digest of its body, not the body.

    None where the person was erased: the digest of what was told is gone with it.
    """
    if held.erased or not row.sealed_body:
        return None
    body = messages.body_of(desk, row, held.key(desk))
    return messages.Envelope(json.loads(row.header), body, row.signature).signed_bytes


def _newest(rows: Sequence[Row[Any]]) -> frozenset[str]:
    return frozenset(row.message_id for row in rows[-MOST // len(_LEVELS):])


def _ends_of(desk: Desk, held: Held, row: Row[Any], answers: Sequence[Row[Any]]) -> list[EndOut]:
    header = json.loads(row.header)
    here = desk.actor.country
    about = {"message": row.message_id, "number": row.seq, "type": row.type}
    nothing: dict[str, Any] = {"office": "", "roles": [], "step": "", "reason": "", "reason_list": "", "result": ""}
    text = signed_text(desk, held, row)
    sent = EndOut(
        **(nothing | about | _said(held, desk, row)),
        what="sent", at=datetime.fromisoformat(header["created"]), country=header["from"],
        ours=header["from"] == here, hash=row.digest.hex(), signature=_of_message(desk, row, header, text),
    )  # fmt: skip
    sent.office = str(header.get("from_office", ""))
    found = [sent]
    for each in answers:
        told = json.loads(each.content)
        outcome = told.get("outcome") or {}
        step = str(outcome.get("step", ""))[:_CODE]
        at = datetime.fromisoformat(told["at"])
        found.append(
            EndOut(
                **(nothing | about), what=each.level, at=at, country=told["by"], ours=told["by"] == here,
                hash=hashlib.sha256(each.content).hexdigest(),
                signature=_of_receipt(desk, each, told, row.digest.hex(), at),
            )
        )  # fmt: skip
        last = found[-1]
        if each.level == "seen":
            last.roles = [str(role)[:_CODE] for role in outcome.get("roles") or ()]
        elif each.level == "decided":
            last.step, last.reason = step, str(outcome.get("reason", ""))[:_CODE]
            last.reason_list = _reason_list(step) if last.reason else ""
        else:
            last.result = str(outcome.get("result", ""))[:_CODE]
    return found


def _said(held: Held, desk: Desk, row: Row[Any]) -> dict[str, Any]:
    """The coded reason a message gives; of an erased person nothing can be read any more."""
    if held.erased or not row.sealed_body:
        return {}
    given = messages.body_of(desk, row, held.key(desk)).get("given") or {}
    reason = str(given.get("reason", ""))[:_CODE]
    return {"reason": reason, "reason_list": _reason_list(row.type) if reason else ""}


def _reason_list(step_name: str) -> str:
    step = MACHINE.step(step_name)
    return step.given.get("reason", "") if step is not None else ""


def _in_order(rows: Sequence[Row[Any]], found: Sequence[EndOut]) -> list[EndOut]:
    """Acts by their moments; but nothing stands before what it answers, whichever clock was wrong."""
    after: dict[str, datetime] = {}
    place: dict[tuple[str, str], tuple[datetime, int]] = {}
    for number, row in enumerate(rows):
        header = json.loads(row.header)
        mine = datetime.fromisoformat(header["created"])
        heard = [after[each] for each in (header.get("prev_hash"), header.get("answers")) if each in after]
        moment = max([mine, *heard])
        after[row.digest.hex()] = moment
        place[row.message_id, "sent"] = (moment, number)
    for end in found:
        begun, number = place[end.message, "sent"]
        place.setdefault((end.message, end.what), (max(begun, end.at), number))
    return sorted(found, key=lambda end: (*place[end.message, end.what], _LEVELS.index(end.what)))


def _of_message(desk: Desk, row: Row[Any], header: dict[str, Any], text: bytes | None) -> SignatureOut:
    at = datetime.fromisoformat(header["created"])
    sound = text is not None and hashlib.sha256(text).digest() == row.digest
    return _signature(desk, header["from"], header.get("key"), text if sound else None, row.signature, at, text is None)


def _of_receipt(desk: Desk, row: Row[Any], told: dict[str, Any], digest: str, at: datetime) -> SignatureOut:
    # A receipt proves something about this very message, or nothing.
    fits = told["digest"] == digest and told["message"] == row.message_id and told["level"] == row.level
    content = row.content if fits else None
    return _signature(desk, told["by"], told.get("key"), content, row.signature, at, False)


def _signature(
    desk: Desk, country: str, key_id: str | None, text: bytes | None, signature: bytes, at: datetime, erased: bool
) -> SignatureOut:
    """Whether ``text`` bears the signature of a key of the country that counted at the moment ``at``."""
    try:
        key = desk.signing.named(country, key_id)
    except (KeyMissing, ValueError):
        key = None
    if key is None:
        return SignatureOut(
            checked=not erased, fits=False, print=str(key_id or "")[:16], since=None, until=None, counted=False
        )
    counted = key.counts_at(at)
    fits = text is not None and counted and verify(key.public, text, signature)
    return SignatureOut(
        checked=not erased, fits=fits, print=key.key_id, since=key.since, until=key.until, counted=counted
    )
