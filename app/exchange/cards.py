"""The card by which two installations come to know each other: address, keys, and a print to compare by telephone.

A card is public. What makes it trustworthy is that somebody heard the print from the other side, or that the key that
is known already has signed the new one (app/kit/keybook.py).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from app.access.desk import House
from app.kit.canonical import canonical_bytes
from app.kit.keybook import Known, from_lines, to_lines, verify
from app.kit.keyfile import KeyMissing
from app.kit.partners import PER_HOUR, Partner, PartnerKey, address_fault

__all__ = ["Card", "CardUnfit", "enrol", "make", "read", "spoken"]

FORMAT: Final = "waymark-card-1"
_PARTS: Final = frozenset({"format", "country", "address", "signing", "exchange", "made", "signature"})


class CardUnfit(ValueError):
    """The card cannot be used; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Card:
    """What one installation says of itself. ``signing``: the book of its keys; ``exchange``: what to seal with."""

    country: str
    address: str
    signing: tuple[Known, ...]
    exchange: bytes
    made: datetime
    signature: bytes = b""

    @property
    def signed_bytes(self) -> bytes:
        """What the signature covers."""
        return canonical_bytes({name: value for name, value in _said(self).items() if name != "signature"})

    @property
    def fingerprint(self) -> str:
        """The print to compare: 40 hex digits over who, where, and the newest keys of both kinds."""
        told = {
            "format": FORMAT, "country": self.country, "address": self.address,
            "signing": self.signing[-1].public.hex(), "exchange": self.exchange.hex(),
        }  # fmt: skip
        return hashlib.sha256(canonical_bytes(told)).hexdigest()[:40]


def spoken(fingerprint: str) -> str:
    """A print in groups of four, as it is read out."""
    return " ".join(fingerprint[at : at + 4] for at in range(0, len(fingerprint), 4))


def make(house: House, country: str, address: str) -> bytes:
    """The card of a country that is at home here, signed with its current key.

    CardUnfit: the address cannot be one; KeyMissing: a key of the country is not here.
    """
    if fault := address_fault(address):
        raise CardUnfit(f"{fault}: say --address or set WAYMARK_PUBLIC_URL")
    signer, known = house.signing.signer(country), house.signing.known(country)
    # An exchange of keys that was cut off has written the next one down already; the card ends with the current one.
    current = next(at for at, each in enumerate(known) if each.key_id == signer.key_id)
    card = Card(country, address, known[: current + 1], house.exchange.public(country), house.clock.now())
    signed = replace(card, signature=signer.sign(card.signed_bytes))
    return json.dumps(_said(signed), indent=2).encode() + b"\n"


def read(content: bytes) -> Card:
    """A card from its file; its own signature is good, and no more than that is known. CardUnfit says what is wrong."""
    try:
        said = json.loads(content)
        if not isinstance(said, dict) or said.keys() != _PARTS or said["format"] != FORMAT:
            raise CardUnfit("this file is no card; the other side makes one with `waymark partner card`")
        card = Card(
            said["country"], said["address"], from_lines(said["signing"], said["country"]),
            bytes.fromhex(said["exchange"]), datetime.fromisoformat(said["made"]), bytes.fromhex(said["signature"]),
        )  # fmt: skip
    except CardUnfit:
        raise
    except (KeyMissing, ValueError, TypeError, KeyError, RecursionError) as fault:
        raise CardUnfit(f"this card cannot be read: {fault}") from None
    if not card.signing or len(card.exchange) != 32:
        raise CardUnfit("this card names no keys")
    if wrong := address_fault(card.address):
        raise CardUnfit(f"the card's address is of no use: {wrong}")
    if not verify(card.signing[-1].public, card.signed_bytes, card.signature):
        raise CardUnfit("this card is not signed by the key that it names; ask for a new one")
    return card


def enrol(house: House, card: Card, fingerprint: str, per_hour: int | None = None) -> Partner:
    """Make a country a partner, or take up the new keys of one; what is kept.

    fingerprint: as somebody heard it from the other side, spaces do not matter; empty where a key that is known here
    has signed the newer ones. Raises CardUnfit with what is missing.
    """
    country = card.country
    if country not in house.policies.countries:
        raise CardUnfit(f"no policies are known for {country}: without an agreement nobody is a partner")
    if country in house.signing.countries:
        raise CardUnfit(f"{country} is at home in this installation and cannot be a partner of it")
    before = house.partners.of(country)
    heard = "".join(fingerprint.split()).lower()
    if heard:
        if heard != card.fingerprint:
            raise CardUnfit(
                "the print is not that of this card: somebody stands between the two of you, or the card is another."
                " Ring the other side on a number that you know, and compare once more"
            )
    elif before is None or not _follows(before, card):
        raise CardUnfit(
            "nobody who is known here vouches for this card: have the other side read the print to you and say"
            " --fingerprint"
        )
    partner = Partner(
        country=country,
        address=card.address,
        signing=card.signing,
        exchange=_exchange(before, card, house.clock.now()),
        enrolled_at=before.enrolled_at if before is not None else house.clock.now(),
        per_hour=per_hour or (before.per_hour if before is not None else PER_HOUR),
        suspended_at=before.suspended_at if before is not None else None,
        suspended_why=before.suspended_why if before is not None else "",
    )
    house.partners.keep(partner)
    return partner


def _follows(before: Partner, card: Card) -> bool:
    """Whether the newest key that is known of a partner, still good, leads to the card's newest, line by line.

    Each later line of the book bears the signature of the key before it (`from_lines`).
    """
    newest = before.signing[-1]
    places = [at for at, each in enumerate(card.signing) if each.public == newest.public]
    if not places or newest.until is not None:
        return False
    return all(each.vouched for each in card.signing[places[0] + 1 :])


def _exchange(before: Partner | None, card: Card, now: datetime) -> tuple[PartnerKey, ...]:
    older = before.exchange if before is not None else ()
    if older and older[-1].public == card.exchange:
        return older
    ended = (replace(each, until=each.until or now) for each in older if each.public != card.exchange)
    return (*ended, PartnerKey(card.exchange))


def _said(card: Card) -> dict[str, Any]:
    lines: Sequence[str] = to_lines(card.signing)
    return {
        "format": FORMAT, "country": card.country, "address": card.address, "signing": list(lines),
        "exchange": card.exchange.hex(), "made": card.made.isoformat(), "signature": card.signature.hex(),
    }  # fmt: skip
