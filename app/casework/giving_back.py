"""Takes up again, after a restored backup, a message of our own that the partner still has: we had sent it, and forgot.

It bears our own signature, so nobody else has written it. It is applied as the step it was, but for what had been asked
before it was taken (that was asked then), and is not sent: it has arrived.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from app.access.desk import Desk
from app.casework import (
    carry,
    coding,
    copies,
    correspondence,
    happened,
    hearing,
    messages,
    mirror,
    move,
    projection,
    records,
)
from app.casework.correspondence import Said
from app.casework.forms import Entry
from app.casework.held import Held, hold_referral
from app.casework.history import Event
from app.casework.messages import Envelope
from app.casework.records import Filled
from app.casework.wire import MessageRefused, must_be_formed
from workflows import engine
from workflows.effects import SendMessage
from workflows.facts import Actor, ReferralFacts
from workflows.referral import Referral

__all__ = ["Forgotten", "give_back"]


class Forgotten(Exception):
    """The referral itself was forgotten: it was written after the backup, and whose case it is stands nowhere."""


def give_back(desk: Desk, envelope: Envelope, partner: str) -> None:
    """Apply the next message of this country in a conversation, on its own (system) desk, in one transaction.

    Raises MessageRefused for one that is not ours, or not the next one, and Forgotten where no copy of the referral is
    here.
    """
    header, here = envelope.header, desk.actor.country
    talk = correspondence.is_one(header)
    signed = must_be_formed(envelope, Said) if talk else must_be_formed(envelope)
    if (header["from"], header["to"]) != (here, partner):
        raise MessageRefused("The message is addressed to another country.", "address")
    created = datetime.fromisoformat(header["created"])
    if not desk.signing.verifies(here, signed, envelope.signature, str(header.get("key")), created):
        raise MessageRefused("The signature is not the sender's.", "signature")
    found = None if talk else copies.copy_id(desk, header["referral"])
    if found is None and not talk:
        raise Forgotten(header["referral"])
    last = messages.last_message(desk, header["referral"], "out")
    expected, previous = (last.seq + 1, last.digest.hex()) if last else (1, messages.NO_DIGEST)
    if (header["seq"], header["prev_hash"]) != (expected, previous):
        raise MessageRefused("A message is missing before this one.", "gap")
    if found is None:
        hearing.taken_back(desk, envelope, partner)
        return
    held = hold_referral(desk, found)
    if held.row.other_country != partner:
        raise MessageRefused("The message is addressed to another country.", "address")
    mirror.store(desk, held, envelope, hashlib.sha256(signed).digest(), "out")
    _apply(desk, held, envelope)


def _apply(desk: Desk, held: Held, envelope: Envelope) -> None:
    facts, header = held.referral_facts, envelope.header
    assert facts is not None
    # Who it was is forgotten; the message names the office that spoke.
    country, office = str(header["from"]), str(header["from_office"])
    who = Actor(f"partner:{country}", frozenset({"partner"}), office, "", country, system=True)
    step = engine.MACHINES["referral"].step(str(envelope.body.get("step")))
    here = Referral(facts.state)
    if held.erased or step is None or step.by not in (None, facts.side) or here not in step.start:
        mirror.note(desk, held, envelope, who, "not_applicable", ())
        return
    said = coding.read_back(desk.policies, header, envelope.body)
    filled = mirror.form_of(desk, step, said.body)
    given = {str(name): str(value) for name, value in (said.body.get("given") or {}).items()}
    entry = Entry(who.id, who.office, who.country, happened.day_of(desk, header, envelope.body))
    record = _keep(desk, held, filled, entry)
    to = engine.replay("referral", step.name, held.situation(desk))
    held.facts = projection.referral_after_step(_facts(held), step.name, to, given, entry)
    held.facts = mirror.with_codes(_facts(held), said.unknown)
    details = {
        "machine": "referral", "from": here.value, "to": to, **happened.said(entry.on), "given": given,
        "record": record, "message": header["id"], "disclosed": sorted(envelope.body.get("about") or {}),
        "unknown": list(said.unknown),
    }  # fmt: skip
    move.write(desk, held, Event("partner", step.name, held.version + 1, details, desk.now), who)
    effects = tuple(each for each in step.effects if not isinstance(each, SendMessage))
    carry.carry_out(desk, held, step, effects, given=given, filled=filled, came_from=here.value, on=entry.on)


def _keep(desk: Desk, held: Held, filled: Filled | None, entry: Entry) -> dict[str, Any] | None:
    """Keep the form where it was kept before: with the copy, or with the case."""
    if filled is None:
        return None
    move.fold_record(held, filled, entry)
    if filled.kind.home == "case" and held.linked is not None:
        record_id, digest = move.keep_on_case(desk, held.linked, filled, desk.now, entry.actor)
    else:
        record_id, digest = records.store(
            desk, filled, subject="referral", subject_id=held.id, seq=held.chain.count + 1, key_id=held.key_id,
            key=held.key(desk), happened_at=desk.now, created_by=entry.actor,
        )  # fmt: skip
    return {"id": record_id, "kind": filled.kind.name, "digest": digest}


def _facts(held: Held) -> ReferralFacts:
    assert held.referral_facts is not None
    return held.referral_facts
