"""How an envelope reaches the other country: the port every transport fits, and the one inside one installation."""

from __future__ import annotations

from typing import Any, Protocol

from app.access.desk import House
from app.casework.messages import Envelope
from app.casework.mirror import take_in
from app.exchange.delivery import take_receipt


class Transport(Protocol):
    """Hands over one envelope and brings back the receipt; raises when it could not (the worker tries again)."""

    def hand_over(self, envelope: Envelope) -> dict[str, Any]:
        """Deliver ``envelope``; the receipt as it travels: content (JSON text) and signature (hex)."""

    def bring_receipt(self, to: str, by: str, message_id: str, receipt: dict[str, Any]) -> None:
        """Bring a later receipt of country ``by`` to ``to``, whose message ``message_id`` it answers."""

    def announce(self, to: str, content: bytes) -> bytes:
        """Bring an announcement of an epoch to ``to``; the letter that answers it."""

    def close(self) -> None:
        """Give back what it holds open."""


class LocalTransport:
    """Several countries in one installation: the other side's transaction is its own, on the same database."""

    def __init__(self, house: House) -> None:
        """house: what the running program holds."""
        self._house = house

    def hand_over(self, envelope: Envelope) -> dict[str, Any]:
        """Take the message in on the other country's desk, in one transaction of its own."""
        with self._house.db.write() as session:
            desk = self._house.system_desk(session, str(envelope.header["to"]), "exchange")
            return take_in(desk, envelope).receipt

    def bring_receipt(self, to: str, by: str, message_id: str, receipt: dict[str, Any]) -> None:
        """Have the receipt checked and kept on the other country's desk; one that does not fit is not kept."""
        with self._house.db.write() as session:
            take_receipt(self._house.system_desk(session, to, "exchange"), by, message_id, receipt)

    def announce(self, to: str, content: bytes) -> bytes:
        """Never asked: countries in one installation went back to the same backup."""
        raise LookupError(f"{to} has no installation of its own")

    def close(self) -> None:
        """Nothing is held open."""
