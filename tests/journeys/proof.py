"""Proof: chains, messages and receipts of everything in the database, checked the way an outsider would."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.access.desk import House
from app.casework import history, messages, receipts, records
from app.casework.held import CASE, REFERRAL
from app.casework.messages import Envelope
from app.kit.signing import verify
from app.models.outbox import OutboxRow
from app.oversight.rebuild import rebuild_facts
from tests.inspect import reading

OUTBOX: Any = OutboxRow.__table__


@dataclass(frozen=True)
class Letter:
    """One message as one country's side keeps it, opened."""

    id: str
    country: str
    direction: str
    type: str
    header: dict[str, Any]
    body: dict[str, Any]
    digest: str
    raw: bytes


def chains_hold(house: House) -> int:
    """Every entry of every case and copy continues its chain; how many entries were checked."""
    checked = 0
    with reading(house.db) as session:
        for table in (CASE, REFERRAL):
            for row in session.execute(select(table).order_by(table.c.id)).all():
                entries = history.entries(session, row.id)
                assert history.faults(entries, row.id, row.history_count, row.chain_head) is None
                checked += len(entries)
    return checked


def facts_follow_from_history(house: House) -> None:
    """The facts that rules read are what history and records say, for every case and copy."""
    assert [difference.sentence for difference in rebuild_facts(house)] == []


def letters(house: House, shared_id: str) -> list[Letter]:
    """Both countries' messages of a referral, opened with the keys of this installation, oldest first."""
    found = []
    with reading(house.db) as session:
        query = select(messages.TABLE).where(messages.TABLE.c.shared_id == shared_id)
        for row in session.execute(query.order_by(messages.TABLE.c.created_at, messages.TABLE.c.seq)).all():
            desk = house.system_desk(session, row.country)
            body = messages.body_of(desk, row, records.key_of(desk, row.key_id))
            found.append(
                Letter(
                    row.message_id, row.country, row.direction, row.type, json.loads(row.header), body,
                    row.digest.hex(), row.header + json.dumps(body).encode(),
                )
            )  # fmt: skip
    return found


def conversation_holds(house: House, shared_id: str) -> None:
    """Nothing waits; both sides keep the same signed messages, and every one has its receipt on both sides."""
    nothing_waits(house)
    found = letters(house, shared_id)
    sent = {each.id: each for each in found if each.direction == "out"}
    taken = {each.id: each for each in found if each.direction == "in"}
    assert sent and sent.keys() == taken.keys()
    for message_id, out in sent.items():
        there = taken[message_id]
        assert (out.digest, out.header, out.body) == (there.digest, there.header, there.body)
        assert out.country == out.header["from"] and there.country == out.header["to"]
        _signed_by_sender(house, out)
        assert "stored" in receipts_hold(house, message_id)


def nothing_waits(house: House) -> None:
    """Every effect has been carried out, and none of them failed on the way."""
    with reading(house.db) as session:
        troubled = select(OUTBOX.c.effect, OUTBOX.c.attempts, OUTBOX.c.last_error).where(
            OUTBOX.c.done_at.is_(None) | OUTBOX.c.last_error.is_not(None)
        )
        found = session.execute(troubled).all()
    assert found == [], found


def receipts_hold(house: House, message_id: str) -> dict[str, dict[str, Any]]:
    """Level -> what the receipt says, for the receipts of a message that both countries hold.

    Each is signed by the other country and bound to the digest of exactly this message.
    """
    with reading(house.db) as session:
        sent = session.execute(
            select(messages.TABLE).where(messages.TABLE.c.message_id == message_id, messages.TABLE.c.direction == "out")
        ).one()
        table = receipts.TABLE
        rows = session.execute(select(table).where(table.c.message_id == message_id)).all()
    held: dict[str, dict[str, Any]] = {}
    for row in rows:
        said = json.loads(row.content)
        assert said["by"] == sent.other_country and said["digest"] == sent.digest.hex(), said
        assert verify(house.signing.public(sent.other_country), row.content, row.signature)
        held.setdefault(row.level, {})[row.country] = said
    both = {sent.country, sent.other_country}
    return {
        level: next(iter(copies.values()))
        for level, copies in held.items()
        if copies.keys() == both and len({json.dumps(each, sort_keys=True) for each in copies.values()}) == 1
    }


def handover_and_receipt(house: House, shared_id: str, sender: str, receiver: str) -> None:
    """Both signatures of the handover: the sender's certificate, decided on by the receiver's own receipt."""
    sent = [each for each in letters(house, shared_id) if each.direction == "out"]
    handovers = [each for each in sent if each.type == "sign_handover"]
    (receipt,) = [each for each in sent if each.type == "sign_receipt"]
    handover = handovers[-1]
    assert (handover.country, receipt.country) == (sender, receiver)
    assert handover.body["record"]["kind"] == "handover" and handover.body["record"]["body"]["person_agrees"] is True
    assert receipt.body["record"]["kind"] == "receipt" and receipt.body["record"]["body"]["person_present"] is True
    for each in (handover, receipt):
        _signed_by_sender(house, each)
    answers = receipts_hold(house, handover.id)
    assert {"stored", "decided"} <= answers.keys()
    assert answers["decided"]["outcome"]["step"] == "sign_receipt"
    assert receipt.header["answers"] == handover.digest
    assert "stored" in receipts_hold(house, receipt.id)


def _signed_by_sender(house: House, letter: Letter) -> None:
    """The signature covers header and body, and anybody with the public key can tell."""
    with reading(house.db) as session:
        row = session.execute(
            select(messages.TABLE).where(
                messages.TABLE.c.message_id == letter.id, messages.TABLE.c.country == letter.country
            )
        ).one()
    signed = Envelope(letter.header, letter.body, row.signature).signed_bytes
    public = house.signing.public(letter.header["from"])
    assert hashlib.sha256(signed).hexdigest() == letter.digest
    assert verify(public, signed, row.signature)
    changed = Envelope(letter.header, {**letter.body, "step": "something else"}, row.signature).signed_bytes
    assert not verify(public, changed, row.signature)
