"""Delivers one queued message: read, hand over, keep the verified receipt; each in its own transaction."""

from __future__ import annotations

import json
from typing import Any, Protocol

from sqlalchemy import select

from app.access.desk import Desk, House
from app.casework import erasing_abroad, messages, receipts, records
from app.casework.messages import Envelope
from app.exchange import witnessing
from workflows.erasure_abroad import ERASED


class Carrier(Protocol):
    """The part of a transport that delivering a message needs."""

    def hand_over(self, envelope: Envelope) -> dict[str, Any]:
        """Deliver ``envelope``; the receipt as it travels."""


class ReceiptDoesNotFit(RuntimeError):
    """The other country's receipt is not bound to the message or not signed by it."""


def deliver(house: House, transport: Carrier, country: str, message_row_id: str) -> None:
    """Deliver a message of ``country`` and store the receipt. Safe to repeat: the receiver knows its ids.

    A receipt that says "erased" is final: the person is gone there, and our copy is told so in the same transaction.
    """
    with house.db.read() as session:
        desk = house.system_desk(session, country, "exchange")
        envelope, message_id, digest = envelope_of(desk, message_row_id)
        if receipts.found(desk, message_id, "stored") is not None:
            return
    travelled = transport.hand_over(envelope)
    with house.db.write() as session:
        desk = house.system_desk(session, country, "exchange")
        said = receipts.accept(desk, travelled, str(envelope.header["to"]), message_id, digest)
        if said is None:
            raise ReceiptDoesNotFit(message_id)
        if said["outcome"].get("result") == ERASED:
            erasing_abroad.found_erased(desk, str(envelope.header["referral"]), message_id)
    to = str(envelope.header["to"])
    if house.partners.of(to) is not None:
        witnessing.heard(house, country, to, travelled.get("checkpoint"))


def envelope_of(desk: Desk, message_row_id: str) -> tuple[Envelope, str, str]:
    """A stored message as it travels, its id and the hex digest its receipts are bound to."""
    row: Any = desk.session.execute(select(messages.TABLE).where(messages.TABLE.c.id == message_row_id)).one()
    body = messages.body_of(desk, row, records.key_of(desk, row.key_id))
    return Envelope(json.loads(row.header), body, row.signature), row.message_id, row.digest.hex()


def take_receipt(desk: Desk, by: str, message_id: str, receipt: dict[str, Any]) -> bool:
    """Keep a receipt of country ``by`` for a message of ours; whether signature, message and digest fit."""
    query = select(messages.TABLE.c.digest).where(
        messages.TABLE.c.country == desk.actor.country,
        messages.TABLE.c.message_id == message_id,
        messages.TABLE.c.direction == "out",
    )
    ours = desk.session.execute(query).scalar_one_or_none()
    return ours is not None and receipts.accept(desk, receipt, by, message_id, ours.hex()) is not None
