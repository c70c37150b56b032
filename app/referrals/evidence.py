"""The proof of one referral as a file: what was signed at both ends, and the keys, for script/verify_referral.py.

It holds no name and nothing that was told about the person: of each message the sender signed the header and the digest
of the body, and these are what is written. A receipt holds ids, codes and moments.
"""

from __future__ import annotations

import hashlib
from typing import Any, Final

from app.access.desk import Desk
from app.casework.held import Held
from app.kit.canonical import canonical_bytes
from app.kit.keyfile import KeyMissing
from app.referrals import ends, queries, wait_queries

__all__ = ["FORMAT", "MEDIA_TYPE", "written"]

FORMAT: Final = "waymark-referral-proof-1"
MEDIA_TYPE: Final = "application/x-ndjson"


def written(desk: Desk, held: Held) -> bytes:
    """One JSON object a line: what it is, the keys, the messages, the receipts; the last is signed over all before.

    The caller has checked sight and noted the look. KeyMissing where this country has no key to sign with.
    """
    facts = held.referral_facts
    assert facts is not None
    rows = wait_queries.messages_of(desk, held.row.shared_id)
    answers = queries.receipts_of(desk, [row.message_id for row in rows])
    lines: list[dict[str, Any]] = [
        {
            "format": FORMAT, "referral": held.row.shared_id, "reference": held.row.reference,
            "from": facts.from_country, "to": facts.to_country, "side": facts.side, "made_at": desk.now.isoformat(),
        },
        *({"keys": {"country": code, "known": _keys(desk, code)}} for code in (facts.from_country, facts.to_country)),
    ]  # fmt: skip
    for row in rows:
        text = ends.signed_text(desk, held, row)
        lines.append({
            "message": {
                "id": row.message_id, "digest": row.digest.hex(), "signed": None if text is None else text.decode(),
                "signature": row.signature.hex(),
            }
        })  # fmt: skip
        for each in answers.get(row.message_id, []):
            lines.append({"receipt": {"content": each.content.decode(), "signature": each.signature.hex()}})
    data = b"".join(canonical_bytes(line) + b"\n" for line in lines)
    signer = desk.signing.signer(desk.actor.country)
    told = {
        "format": f"{FORMAT}-end", "sha256": hashlib.sha256(data).hexdigest(), "by": desk.actor.country,
        "key": signer.public.hex(), "messages": len(rows), "receipts": sum(map(len, answers.values())),
    }  # fmt: skip
    end = canonical_bytes(told)
    return data + canonical_bytes({"end": end.decode(), "signature": signer.sign(end).hex()}) + b"\n"


def _keys(desk: Desk, country: str) -> list[dict[str, str | None]]:
    """Every public key of a country that is known here, oldest first; none where we have none."""
    try:
        known = desk.signing.known(country)
    except (KeyMissing, ValueError):
        return []
    return [
        {
            "public": each.public.hex(),
            "since": each.since.isoformat() if each.since else None,
            "until": each.until.isoformat() if each.until else None,
        }
        for each in known
    ]
