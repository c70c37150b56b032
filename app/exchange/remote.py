"""The way to another country's installation: one letter at a time; of the answer only a receipt is believed."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

import httpx2

from app.access.desk import House
from app.casework.messages import Envelope
from app.exchange import letters, replaying, witnessing
from app.exchange.transport import LocalTransport, Transport
from app.kit.errors import AppError
from app.kit.partners import Partner

__all__ = ["EPOCHS", "INBOX", "RECEIPTS", "HttpTransport", "PartnerAway", "PartnerRefused", "Routed"]

INBOX: Final = "/exchange/v1/inbox"
RECEIPTS: Final = "/exchange/v1/receipts"
EPOCHS: Final = "/exchange/v1/epochs"
# A dead partner costs its own lane this long, and nobody else anything (app/worker.py).
TIMES: Final = httpx2.Timeout(20.0, connect=5.0)
UNREADABLE: Final = "letter_unreadable"
LARGEST_ANSWER: Final = 65_536
_CODE: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")


class PartnerAway(AppError):
    """The other installation does not answer, or not now; it is asked again soon."""

    status = 503
    code = "partner_away"
    title = "The other country's installation does not answer."


class PartnerRefused(AppError):
    """The other installation has answered, and has not taken in what was sent."""

    status = 502
    code = "partner_refused"
    title = "The other country's installation did not take this in."


class NoWay(AppError):
    """The country is neither hosted here nor a partner."""

    status = 503
    code = "no_partner"
    title = "There is no way to this country."


class HttpTransport:
    """Partners with an installation of their own."""

    def __init__(self, house: House, client: httpx2.Client | None = None) -> None:
        """client: for tests that stand between the two; else one that follows nothing and waits for nobody long."""
        self._house = house
        self._given = client
        self._lines: dict[str, httpx2.Client] = {}
        self._lock = threading.Lock()

    def hand_over(self, envelope: Envelope) -> dict[str, Any]:
        """Deliver a message; the receipt. Raises PartnerAway, PartnerRefused, each with the code of the other side."""
        partner = self._partner(str(envelope.header["to"]))
        signer = self._house.signing.signer(str(envelope.header["from"]))
        now = self._house.clock.now()

        def letter(checkpoint: dict[str, str] | None) -> bytes:
            return letters.write(envelope, partner.seals_with, signer, now, checkpoint)

        answer = self._post_with(partner, INBOX, letter, str(envelope.header["from"]))
        receipt = answer.get("receipt")
        if not isinstance(receipt, dict):
            raise PartnerRefused(code="no_receipt")
        return receipt

    def bring_receipt(self, to: str, by: str, message_id: str, receipt: dict[str, Any]) -> None:
        """Bring a later receipt of country ``by``; raises as `hand_over`."""
        said = {"from": by, "to": to, "message": message_id, **receipt}

        def written(checkpoint: dict[str, str] | None) -> bytes:
            carried = {} if checkpoint is None else {"checkpoint": checkpoint}
            return json.dumps({**said, **carried}, ensure_ascii=False).encode()

        self._post_with(self._partner(to), RECEIPTS, written, by)

    def announce(self, to: str, content: bytes) -> bytes:
        """Bring an announcement of an epoch; the letter that answers it. Raises as `hand_over`."""
        answer = self._post(self._partner(to), EPOCHS, content, replaying.LARGEST)
        letter = answer.get("letter")
        if not isinstance(letter, str):
            raise PartnerRefused(code="no_replay")
        return letter.encode()

    def bring(self, to: str, path: str, content: bytes) -> dict[str, Any]:
        """Bring something else that is signed (app/exchange/capability_door.py); raises as `hand_over`."""
        return self._post(self._partner(to), path, content)

    def close(self) -> None:
        """Close the lines; the next letter opens its own again."""
        with self._lock:
            lines, self._lines = self._lines, {}
        for line in lines.values():
            line.close()

    def _partner(self, country: str) -> Partner:
        partner = self._house.partners.of(country)
        if partner is None:
            raise NoWay()
        if partner.suspended_at is not None:
            raise PartnerAway(code="partner_suspended")
        return partner

    def _post_with(
        self, partner: Partner, path: str, write: Callable[[dict[str, str] | None], bytes], country: str
    ) -> dict[str, Any]:
        """Post what ``write`` makes of the newest checkpoint of ``country``.

        An installation from before checkpoints travelled cannot read that form: it is given the first one.
        """
        checkpoint = witnessing.ours(self._house, country)
        try:
            return self._post(partner, path, write(checkpoint))
        except PartnerRefused as refused:
            if checkpoint is None or refused.code != UNREADABLE:
                raise
        return self._post(partner, path, write(None))

    def _post(
        self, partner: Partner, path: str, content: bytes, largest: int = LARGEST_ANSWER
    ) -> dict[str, Any]:
        line = self._line(partner)
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        address = f"{partner.address.rstrip('/')}{path}"
        try:
            with line.stream("POST", address, content=content, headers=headers) as answer:
                body = b""
                for piece in answer.iter_bytes():
                    body += piece
                    if len(body) > largest:
                        raise PartnerRefused(code="answer_too_large")
                status = answer.status_code
        except (httpx2.HTTPError, httpx2.InvalidURL):
            raise PartnerAway() from None
        said = _object(body)
        if status == 200:
            return said
        code = str(said.get("reason") or said.get("code") or "")
        told = code if _CODE.fullmatch(code) else f"status_{status}"
        if status in (429, 502, 503, 504):
            raise PartnerAway(code=told)
        raise PartnerRefused(code=told)

    def _line(self, partner: Partner) -> httpx2.Client:
        if self._given is not None:
            return self._given
        # A proxy of the environment is for the world outside, not for this machine.
        outside = urlsplit(partner.address).scheme == "https"
        with self._lock:
            if partner.country not in self._lines:
                self._lines[partner.country] = httpx2.Client(
                    timeout=TIMES, follow_redirects=False, trust_env=outside
                )
            return self._lines[partner.country]


class Routed:
    """Every country by its own way: partners by the network, those hosted here inside the installation."""

    def __init__(self, house: House, far: Transport | None = None) -> None:
        """far: to the partners; HttpTransport if left out."""
        self._house = house
        self._near = LocalTransport(house)
        self._far = far or HttpTransport(house)

    def hand_over(self, envelope: Envelope) -> dict[str, Any]:
        """Deliver by the way of the country it goes to."""
        return self._way(str(envelope.header["to"])).hand_over(envelope)

    def bring_receipt(self, to: str, by: str, message_id: str, receipt: dict[str, Any]) -> None:
        """Bring a later receipt by the way of the country it goes to."""
        self._way(to).bring_receipt(to, by, message_id, receipt)

    def announce(self, to: str, content: bytes) -> bytes:
        """Announce an epoch to a partner; those at home here are never asked."""
        return self._far.announce(to, content)

    def close(self) -> None:
        """Close the lines to the partners."""
        self._far.close()

    def _way(self, country: str) -> Transport:
        return self._far if self._house.partners.of(country) is not None else self._near


def _object(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}
