"""Messages between countries: minimum first, bounded by consent and corridor, signed, chained, receipted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, insert, select

from app.access.desk import Desk
from app.casework import identity, outbox, records, replays
from app.casework.capabilities import lowered, version_for
from app.casework.forms import unspoken
from app.casework.held import Held
from app.casework.records import Filled
from app.kit.canonical import canonical_bytes
from app.models.base import new_id
from app.models.referral import Message
from workflows.abroad import PROTOCOL
from workflows.disclosure import allowed_groups, speakable
from workflows.effects import SendMessage
from workflows.facts import CaseFacts, ConsentFacts, ReferralFacts
from workflows.step import Step

TABLE: Any = Message.__table__
_INSERT = insert(TABLE)
_LAST = (
    select(TABLE.c.message_id, TABLE.c.seq, TABLE.c.digest)
    .where(
        TABLE.c.country == bindparam("here"),
        TABLE.c.shared_id == bindparam("shared"),
        TABLE.c.direction == bindparam("way"),
    )
    .order_by(TABLE.c.seq.desc())
    .limit(1)
)
LIFETIME = timedelta(days=365)
NO_DIGEST = "0" * 64


@dataclass(frozen=True, slots=True)
class Envelope:
    """One message as it travels: header values, body, and the sender's signature over header and body digest."""

    header: dict[str, Any]
    body: dict[str, Any]
    signature: bytes

    @property
    def signed_bytes(self) -> bytes:
        """What the signature covers."""
        return canonical_bytes({**self.header, "body_digest": digest_of(self.body)})


def digest_of_signed(envelope: Envelope) -> str:
    """The hex digest by which a message is named in receipts, and by the message after it."""
    return hashlib.sha256(envelope.signed_bytes).hexdigest()


def digest_of(body: dict[str, Any]) -> str:
    """SHA-256 of the canonical body, hex."""
    return hashlib.sha256(canonical_bytes(body)).hexdigest()


def compose(
    desk: Desk, held: Held, step: Step, effect: SendMessage, given: dict[str, Any], filled: Filled | None
) -> dict[str, Any]:
    """The body of the message for a step that was just taken. Nothing in it goes beyond `allowed_groups`."""
    referral, case = held.referral_facts, held.case_facts
    assert referral is not None
    body: dict[str, Any] = {"step": step.name, "given": speakable(step.name, given)}
    consents = _consents(case, referral)
    child = referral.child or bool(case and case.child)

    def allowed(carries: frozenset[str]) -> frozenset[str]:
        return allowed_groups(desk.policies, referral, consents, desk.today, carries, child)

    if filled is not None and filled.kind.shared:
        bound = filled.kind.bound
        kept_back = filled.kind.withheld | {
            name for name, group in bound.items() if group not in allowed(frozenset(bound.values()))
        }
        version = version_for(desk, referral.other_country, filled.kind)
        told = lowered(filled.kind, unspoken(filled.body), version)
        body["record"] = {
            "kind": filled.kind.name,
            "version": version,
            "body": {k: v for k, v in told.items() if k not in kept_back and v is not None},
        }
    if effect.carries:
        groups = sorted(allowed(effect.carries))
        body["about"] = {name: value for name in groups if (value := _group(desk, held, name)) is not None}
        if referral.side == "sender" and case is not None:
            body["consents"] = [consent_said(row) for row in consents if is_for(row, referral)]
            body["child"] = child
    return body


def _consents(case: CaseFacts | None, referral: ReferralFacts) -> tuple[ConsentFacts, ...]:
    """Whose word counts: at home the person's own record; abroad also what the sending country passed on."""
    if referral.side == "sender":
        return case.consents if case is not None else ()
    return referral.consents + (case.consents if case is not None else ())


def post(desk: Desk, held: Held, kind: str, body: dict[str, Any]) -> str:
    """Write the signed message and queue its delivery; the message id."""
    referral = held.referral_facts
    assert referral is not None and held.referral is not None
    replays.must_be_whole(desk, referral.other_country)
    return write_out(
        desk, to=referral.other_country, shared_id=held.referral.shared_id, reference=held.referral.reference,
        kind=kind, body=body, key=key_for(desk, held), to_office=referral.receiver_office or "",
        from_office=_speaking_office(desk, referral), marks={},
    )  # fmt: skip


def write_out(
    desk: Desk, *, to: str, shared_id: str, reference: str, kind: str, body: dict[str, Any], key: tuple[str, bytes],
    to_office: str, from_office: str, marks: Mapping[str, str],
) -> str:
    """Sign, seal and queue the next message of a conversation; the message id.

    key: the id and the plain key that our copy lies under; marks: what else the header says.
    """
    # Read once: the key is named in the header and signs it, whatever is exchanged in between.
    signer = desk.signing.signer(desk.actor.country)
    here = desk.actor.country
    previous = last_message(desk, shared_id, "out")
    heard = last_message(desk, shared_id, "in")
    header = {
        "id": new_id(),
        "referral": shared_id,
        "reference": reference,
        "from": here,
        "to": to,
        "seq": previous.seq + 1 if previous else 1,
        "type": kind,
        "prev_hash": previous.digest.hex() if previous else NO_DIGEST,
        "created": desk.now.isoformat(),
        "expires": (desk.now + LIFETIME).isoformat(),
        "answers": heard.digest.hex() if heard else NO_DIGEST,
        "to_office": to_office,
        "from_office": from_office,
        "key": signer.key_id,
        "protocol": PROTOCOL,
        **marks,
    }
    unsigned = Envelope(header, body, b"")
    signed = unsigned.signed_bytes
    row_id = new_id()
    key_id, plain = key
    desk.session.execute(
        _INSERT,
        {
            "id": row_id,
            "message_id": header["id"],
            "country": here,
            "direction": "out",
            "shared_id": shared_id,
            "other_country": to,
            "seq": header["seq"],
            "type": kind,
            "header": canonical_bytes(header),
            "key_id": key_id,
            "sealed_body": desk.keys.seal(plain, canonical_bytes(body), place(row_id)),
            "digest": hashlib.sha256(signed).digest(),
            "signature": signer.sign(signed),
            "created_at": desk.now,
        },
    )
    outbox.put(desk, "deliver", {"message": row_id}, line=f"{here}:{shared_id}", to=to)
    return str(header["id"])


def key_for(desk: Desk, held: Held) -> tuple[str, bytes]:
    """The id and the plain key that a message of a copy is sealed under: the person's, or of an erased one its own.

    What is still said of an erased person holds ids and codes alone (workflows/erasure_abroad.py).
    """
    return records.new_key(desk) if held.erased else (held.key_id, held.key(desk))


def _speaking_office(desk: Desk, referral: ReferralFacts) -> str:
    """The office named to the other country: a focal or border office. A shelter's own code would tell where the
    person lives."""
    here = desk.actor.country
    corridor = desk.policies.corridor(referral.from_country, referral.to_country)
    public = {*corridor.focal_offices.get(here, ()), *(point.offices.get(here) for point in corridor.border_points)}
    return desk.actor.office if desk.actor.office in public else corridor.focal_office(here) or ""


def last_message(desk: Desk, shared_id: str, direction: str, types: tuple[str, ...] = ()) -> Any:
    """The newest message of this country's side in that direction ('out' or 'in'), or None.

    types: only messages of these types; empty = any.
    """
    values = {"here": desk.actor.country, "shared": shared_id, "way": direction}
    query = _LAST.where(TABLE.c.type.in_(types)) if types else _LAST
    return desk.session.execute(query, values).one_or_none()


def body_of(desk: Desk, row: Any, key: bytes) -> dict[str, Any]:
    """The opened body of a message row."""
    opened: dict[str, Any] = json.loads(desk.keys.open(key, row.sealed_body, place(row.id)))
    return opened


def place(row_id: str) -> bytes:
    """Where a sealed body belongs."""
    return f"message|sealed_body|{row_id}|1".encode()


def is_for(row: ConsentFacts, referral: ReferralFacts) -> bool:
    # What was not explained is no consent, and the other country is not told of it as one.
    return row.informed and row.recipient in (referral.other_country, "*")


def consent_said(row: ConsentFacts) -> dict[str, Any]:
    return {
        "purpose": row.purpose,
        "data_groups": sorted(row.data_groups),
        "giver": row.giver,
        "child_assent": row.child_assent,
        "valid_from": row.valid_from.isoformat(),
        "valid_until": row.valid_until.isoformat() if row.valid_until else None,
        "withdrawn_on": row.withdrawn_on.isoformat() if row.withdrawn_on else None,
    }


def _group(desk: Desk, held: Held, name: str) -> Any:
    case, referral = held.case_facts, held.referral_facts
    assert referral is not None
    if name in {"identity", "contact", "family", "health"}:
        if referral.side != "sender" or held.case is None:
            return None
        return identity.part(desk, held.case.person_id, held.key(desk), name)
    if name == "corridor_plan":
        plan = referral.schedule
        return {
            "border_point": plan.border_point if plan else held.row.border_point,
            "on": plan.on.isoformat() if plan else None,
        }
    if name == "legal":
        # What is told of a claim stands in the form; here, that something was.
        return {"told_of": len(referral.remedy_news)}
    if case is None:
        return None
    return from_case(case, name)


def from_case(case: CaseFacts, name: str) -> Any:
    """What the facts of a case say in a group of data; None where they say nothing."""
    if name == "needs":
        services = sorted(case.care_plan.services) if case.care_plan else []
        return {"level": case.needs.level if case.needs else "unknown", "services": services}
    if name == "age_band":
        return {"age_band": case.age_band, "sex": case.sex, "child": case.child}
    if name == "language":
        return {"language": case.language}
    if name == "nationality":
        return {"nationality": case.nationality, "exploitation": case.exploitation}
    if name == "risk" and case.return_risk is not None:
        return {"level": case.return_risk.level, "valid_until": case.return_risk.valid_until.isoformat()}
    if name == "documents" and case.travel_document is not None:
        return {"expires": case.travel_document.expires.isoformat()}
    if name == "reintegration":
        return {"visits": case.visits, "contact_lost": case.contact_lost}
    return None
