"""Takes in a message of another country: once, in order, verified, applied to this side's copy, receipted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import insert, select

from app.access.desk import Desk
from app.casework import (
    carry,
    coding,
    copies,
    correspondence,
    crossing,
    hearing,
    identity,
    messages,
    outbox,
    projection,
    receipts,
    records,
)  # fmt: skip
from app.casework.erasing_abroad import CONFIRM
from app.casework.facts import plain
from app.casework.forms import Entry
from app.casework.happened import day_of
from app.casework.happened import said as said_on
from app.casework.held import Held, hold_referral, office_at, office_id_of
from app.casework.history import Event
from app.casework.kinds import KINDS
from app.casework.messages import Envelope
from app.casework.move import fold_record, write
from app.casework.opening import office_row
from app.casework.records import Filled
from app.casework.wire import MessageRefused, must_be_sound, newer
from app.kit.canonical import canonical_bytes
from app.kit.errors import Invalid
from app.models.base import new_id
from workflows import engine
from workflows.abroad import HeardCode
from workflows.erasure_abroad import ASKS, ERASED, OF_ERASURE
from workflows.facts import Actor, ConsentFacts, ReferralFacts
from workflows.referral import Referral
from workflows.step import Step

TABLE: Any = messages.TABLE
_INSERT = insert(TABLE)


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a message: the receipt that travels back, and whether it was known already."""

    receipt: dict[str, Any]
    repeated: bool


def take_in(desk: Desk, envelope: Envelope, given: tuple[bytes, bytes] | None = None) -> Taken:
    """Apply one message on the receiving country's desk (a system desk), in one transaction.

    given: content and signature of the receipt that we had given for it before a backup was restored; it stands.

    A known id gives the stored receipt again. Raises MessageRefused (409) for a bad form or signature, a wrong
    address, a gap in the sequence or a broken chain; the sender keeps the message and tries again.
    """
    talk = correspondence.is_one(envelope.header)
    signed = hearing.sound(desk, envelope) if talk else must_be_sound(desk, envelope)
    header = envelope.header
    digest = hashlib.sha256(signed).digest()
    sender = str(header["from"])
    known = receipts.found(desk, header["id"], "stored")
    if known is not None:
        return _again(desk, known, digest)
    _must_be_next(desk, header)
    if talk:
        return _receipted(desk, envelope, digest, hearing.heard(desk, envelope, digest), given)
    held, step = _copy_for(desk, envelope, sender)
    store(desk, held, envelope, digest, "in", too_late=_too_late(held, step))
    outcome = _apply(desk, held, step, envelope)
    if held.erased and step is not None and step.name in ASKS.values():
        outbox.put(desk, CONFIRM, {"referral": held.id}, line=f"{desk.actor.country}:{held.row.shared_id}:after")
    for travelled in envelope.body.get("receipts", []):
        _keep_receipt(desk, travelled, sender)
    state = held.referral_facts.state if held.referral_facts else "unknown"
    outcome_said = {"result": outcome, "state": state, "history": held.chain.count, "head": held.chain.head.hex()}
    return _receipted(desk, envelope, digest, outcome_said, given)


def _receipted(
    desk: Desk, envelope: Envelope, digest: bytes, outcome: dict[str, Any], given: tuple[bytes, bytes] | None
) -> Taken:
    message_id = envelope.header["id"]
    if given is not None:
        receipts.keep(desk, message_id, "stored", *given)
        return Taken(receipts.travelling(*given), False)
    return Taken(receipts.give(desk, message_id, digest.hex(), "stored", outcome), False)


def _again(desk: Desk, known: Any, digest: bytes) -> Taken:
    """The receipt given before; the number of a message must not come back with another content."""
    if json.loads(known.content)["digest"] != digest.hex():
        raise MessageRefused("This number belongs to another message.", "number_taken")
    return Taken(receipts.again(desk, known), True)


def _must_be_next(desk: Desk, header: dict[str, Any]) -> None:
    last = messages.last_message(desk, header["referral"], "in")
    expected, previous = (last.seq + 1, last.digest.hex()) if last else (1, messages.NO_DIGEST)
    if header["seq"] != expected:
        raise MessageRefused(
            "A message is missing before this one.", "gap", extra={"expected": expected, "sequence": header["seq"]}
        )
    if header["prev_hash"] != previous:
        raise MessageRefused("The message does not continue the conversation.", "broken_chain")


def _copy_for(desk: Desk, envelope: Envelope, sender: str) -> tuple[Held, Step | None]:
    """The held copy (made now when this is an offer) and the step the message names, if we know it."""
    header, body = envelope.header, envelope.body
    step = engine.MACHINES["referral"].step(str(body.get("step")))
    found = copies.copy_id(desk, header["referral"])
    if found is None:
        # Nor is a conversation of two countries entered with an offer that bears its number.
        if step is None or step.name != "send" or correspondence.row_of(desk, header["referral"]) is not None:
            raise MessageRefused("No referral of this number is known here, and this is no offer.", "unknown_referral")
        found = _new_copy(desk, envelope, sender)
    held = hold_referral(desk, found)
    if held.row.other_country != sender:
        raise MessageRefused("No referral of this number is known here, and this is no offer.", "unknown_referral")
    return held, step


def _new_copy(desk: Desk, envelope: Envelope, sender: str) -> str:
    header, body = envelope.header, envelope.body
    here = desk.actor.country
    corridor = desk.policies.corridor(sender, here)
    office_id = office_id_of(desk, header["to_office"]) or office_id_of(desk, corridor.focal_office(here) or "")
    if office_id is None:
        raise MessageRefused("No office here is competent for this referral.", "no_office")
    plan = (body.get("about") or {}).get("corridor_plan") or {}
    office = office_row(desk, office_id)
    facts = ReferralFacts(
        side="receiver",
        from_country=sender,
        to_country=here,
        state="draft",
        child=bool(body.get("child")),
        receiver_office=office.code,
        approved_by="partner",
    )
    return copies.make_copy(
        desk,
        facts,
        shared_id=header["referral"],
        reference=header["reference"],
        office_id=office_id,
        organisation=office.organisation,
        key_id=records.new_key(desk)[0],
        case_id=None,
        border_point=plan.get("border_point"),
        border_office_id=_border_office(desk, facts, plan.get("border_point")),
        event="offer_received",
    )


def _border_office(desk: Desk, facts: ReferralFacts, point: str | None) -> str | None:
    return office_at(desk, facts, point) if point else None


def store(
    desk: Desk, held: Held, envelope: Envelope, digest: bytes, direction: str, *, too_late: bool = False
) -> None:
    """Keep a message of a held copy, sealed; ``direction``: "in", or "out" for one of ours that came back."""
    row_id = new_id()
    if too_late:
        # Its number and digest are kept, so that the conversation goes on and can be proved; not a word of it is.
        key_id, sealed = held.key_id, b""
    else:
        key_id, key = messages.key_for(desk, held)
        sealed = desk.keys.seal(key, canonical_bytes(envelope.body), messages.place(row_id))
    desk.session.execute(
        _INSERT,
        {
            "id": row_id,
            "message_id": envelope.header["id"],
            "country": desk.actor.country,
            "direction": direction,
            "shared_id": envelope.header["referral"],
            "other_country": envelope.header["from" if direction == "in" else "to"],
            "seq": envelope.header["seq"],
            "type": envelope.header["type"],
            "header": canonical_bytes(envelope.header),
            "key_id": key_id,
            "sealed_body": sealed,
            "digest": digest,
            "signature": envelope.signature,
            "created_at": desk.now,
        },
    )


def _apply(desk: Desk, held: Held, step: Step | None, envelope: Envelope) -> str:
    """Move this side's copy; a word for the receipt: applied, kept_unknown, already_ended, not_applicable or erased."""
    facts = held.referral_facts
    assert facts is not None
    partner = Actor(
        f"partner:{envelope.header['from']}",
        frozenset({"partner"}),
        str(envelope.header.get("from_office", "")),
        "",
        str(envelope.header["from"]),
        system=True,
    )
    if _too_late(held, step):
        return note(desk, held, envelope, partner, ERASED, ())
    if step is None or step.by is None or step.by == facts.side:
        return note(desk, held, envelope, partner, "kept_unknown", (f"step:{envelope.header['type']}",))
    # The message is kept as it came; what it says in our codes is what moves this side's copy.
    at_home = str(envelope.header["from"]) in desk.signing.countries
    said = coding.read(desk.policies, envelope.header, envelope.body, own=at_home)
    filled = form_of(desk, step, said.body)
    given = {str(k): str(v) for k, v in (said.body.get("given") or {}).items()}
    unknown = said.unknown
    here = Referral(facts.state)
    leaves = here in step.start
    if here in engine.MACHINES["referral"].final and not leaves:
        return note(desk, held, envelope, partner, "already_ended", unknown)
    if crossing.confirms_an_older_day(desk, step, envelope) or not (
        leaves or crossing.still_fits(desk, step, envelope)
    ):
        return note(desk, held, envelope, partner, "not_applicable", unknown)
    entry = Entry(partner.id, partner.office, partner.country, day_of(desk, envelope.header, envelope.body))
    record = _keep_form(desk, held, filled, entry)
    held.facts = with_consents(facts if filled is None else _facts(held), envelope.body)
    to = engine.replay("referral", step.name, held.situation(desk)) if leaves else str(here.value)
    held.facts = projection.referral_after_step(_facts(held), step.name, to, given, entry)
    held.facts = with_codes(_facts(held), unknown, said.heard)
    details = {
        "machine": "referral",
        "from": here.value,
        "to": to,
        **said_on(entry.on),
        "given": given,
        "record": record,
        "message": envelope.header["id"],
        "disclosed": sorted(envelope.body.get("about") or {}),
        "unknown": list(unknown),
        **({"heard": plain(said.heard)} if said.heard else {}),
    }
    write(desk, held, Event("partner", step.name, held.version + 1, details, desk.now), partner)
    _learn_identity(desk, held, said.body)
    carry.carry_out(
        desk, held, step, step.effects, given=given, filled=filled, came_from=here.value, on=entry.on, mirrored=True
    )
    return "applied"


def _too_late(held: Held, step: Step | None) -> bool:
    """Whether the person was erased here, and the message says something about them: nobody can take it in any more."""
    return held.erased and (step is None or step.name not in OF_ERASURE)


def note(desk: Desk, held: Held, envelope: Envelope, partner: Actor, outcome: str, unknown: tuple[str, ...]) -> str:
    """Keep and show a message that moves nothing."""
    held.facts = with_codes(_facts(held), unknown)
    details = {"message": envelope.header["id"], "result": outcome, "unknown": list(unknown)}
    event = Event("message", str(envelope.header["type"])[:40], held.version + 1, details, desk.now)
    write(desk, held, event, partner)
    return outcome


def form_of(desk: Desk, step: Step, body: dict[str, Any]) -> Filled | None:
    """The form that a message brings, in our codes and as we have it today. MessageRefused: it does not fit."""
    sent = body.get("record")
    if not sent:
        return None
    if sent["kind"] != step.form:
        raise MessageRefused("The form in the message does not belong to its step.", "form")
    kind, version = KINDS[str(sent["kind"])], sent.get("version", 1)
    if version > kind.version:
        raise newer("The message has a newer form than this installation reads.", kind.name, kind.version)
    try:
        filled = records.check(desk.policies, kind.name, kind.upgraded(sent["body"], version), lenient=True)
    except Invalid as error:
        raise MessageRefused("The form in the message does not fit its kind.", "form", extra=error.extra) from None
    except (KeyError, TypeError, ValueError, AttributeError):
        # An older form that lacks what its own version had to have.
        raise MessageRefused("The form in the message does not fit its kind.", "form") from None
    return filled


def with_codes(facts: ReferralFacts, unknown: Iterable[str], heard: Iterable[HeardCode] = ()) -> ReferralFacts:
    """The facts with what a message said in codes that nobody here knows, and in those that were read as ours."""
    kept = {(each.code_list, each.theirs, each.ours, each.at): each for each in (*facts.heard_codes, *heard)}
    return replace(
        facts, unknown_codes=tuple(sorted({*facts.unknown_codes, *unknown})), heard_codes=tuple(kept.values())
    )


def _keep_form(desk: Desk, held: Held, filled: Filled | None, entry: Entry) -> dict[str, Any] | None:
    if filled is None:
        return None
    # Only the copy learns from a partner's form; this country's own case keeps its own records.
    linked, held.linked = held.linked, None
    fold_record(held, filled, entry)
    held.linked = linked
    record_id, digest = records.store(
        desk,
        filled,
        subject="referral",
        subject_id=held.id,
        seq=held.chain.count + 1,
        key_id=held.key_id,
        key=held.key(desk),
        happened_at=desk.now,
        created_by=entry.actor,
    )
    return {"id": record_id, "kind": filled.kind.name, "digest": digest}


def with_consents(facts: ReferralFacts, body: dict[str, Any]) -> ReferralFacts:
    """On the receiving side: what the person agreed to, as the sender passed it on in a message's body."""
    if facts.side != "receiver" or "consents" not in body:
        return facts
    rows = tuple(
        ConsentFacts(
            str(row["purpose"]),
            facts.to_country,
            frozenset(map(str, row["data_groups"])),
            str(row["giver"]),
            date.fromisoformat(row["valid_from"]),
            date.fromisoformat(row["valid_until"]) if row.get("valid_until") else None,
            date.fromisoformat(row["withdrawn_on"]) if row.get("withdrawn_on") else None,
            row.get("child_assent"),
        )
        for row in body["consents"]
    )
    return replace(facts, consents=rows)


def _learn_identity(desk: Desk, held: Held, body: dict[str, Any]) -> None:
    """An identity disclosed after our case was opened completes what that case knows of the person."""
    about = body.get("about") or {}
    told = {name: value for part in identity.PARTS for name, value in (about.get(part) or {}).items()}
    if told and held.case is not None and held.referral_facts and held.referral_facts.side == "receiver":
        known = identity.read(desk, held.case.person_id, held.key(desk))
        identity.keep(desk, held.case.person_id, held.key(desk), {**told, **known}, "other_country")


def _keep_receipt(desk: Desk, travelled: dict[str, Any], sender: str) -> None:
    """Keep a receipt that came inside a message, if it answers a message of ours."""
    try:
        about = str(json.loads(str(travelled.get("content")))["message"])
    except (ValueError, KeyError, TypeError):
        return
    query = select(TABLE.c.digest).where(
        TABLE.c.country == desk.actor.country, TABLE.c.message_id == about, TABLE.c.direction == "out"
    )
    ours = desk.session.execute(query).scalar_one_or_none()
    if ours is not None:
        receipts.accept(desk, travelled, sender, about, ours.hex())


def _facts(held: Held) -> ReferralFacts:
    assert held.referral_facts is not None
    return held.referral_facts
