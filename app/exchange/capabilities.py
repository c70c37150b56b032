"""What installations tell each other they read: made from what the program has, signed, and told when it changed."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any, Final

from app.access.desk import House
from app.casework.capabilities import FORMAT, LARGEST, Capability, CapabilityUnfit, digest_of, parsed, readable
from app.casework.coding import sending_lists
from app.casework.heard import HEARD
from app.casework.kinds import KINDS
from app.exchange import enrolling, letters, parcels
from app.kit.canonical import canonical_bytes
from app.kit.log import logger
from policies.model import Policies
from workflows.abroad import PROTOCOL
from workflows.engine import MACHINES

__all__ = ["ADDRESS", "kept", "make", "ours", "own", "read", "take_in", "telling"]

ADDRESS: Final = "/exchange/v1/capabilities"
# As for a letter (app/exchange/receiving.py): what was made on another day was not made now.
SKEW: Final = timedelta(hours=24)


def own(policies: Policies, country: str, on: date) -> dict[str, Any]:
    """What this program reads as a country at home in it, by its tables of a day; nothing is written by hand."""
    reads: dict[str, dict[str, list[str]]] = {}
    for mapping in policies.mappings.values():
        if mapping.to == country:
            reads[mapping.from_] = {
                name: sorted({row.theirs for row in rows if row.holds_on(on)}) for name, rows in mapping.lists.items()
            }
    corridors = {key: each for key, each in policies.corridors.items() if country in each.countries}
    return {
        "format": FORMAT,
        "country": country,
        "protocols": list(range(1, PROTOCOL + 1)),
        "formats": [letters.FORMAT, letters.WITNESSED, parcels.FORMAT],
        "messages": sorted({*(step.name for step in MACHINES["referral"].steps if step.by is not None), *HEARD}),
        "forms": {name: sorted(readable(kind)) for name, kind in KINDS.items() if kind.shared},
        "lists": {name: sorted(policies.codes[name].codes) for name in sorted(sending_lists())},
        "reads": reads,
        "languages": sorted(policies.countries[country].languages),
        "agreements": {
            key: [f"{each.source} since {each.from_.isoformat()}" for each in corridor.instruments if each.holds_on(on)]
            for key, corridor in sorted(corridors.items())
        },
    }  # fmt: skip


def make(house: House, country: str) -> bytes:
    """The signed word of a country that is at home here. KeyMissing: its key is not here."""
    now, signer = house.clock.now(), house.signing.signer(country)
    said = own(house.policies, country, house.policies.day(country, now))
    said |= {"made": now.isoformat(), "key": signer.key_id}
    signed = {**said, "signature": signer.sign(canonical_bytes(said)).hex()}
    return json.dumps(signed, ensure_ascii=False, indent=1).encode() + b"\n"


def ours(house: House, country: str) -> Capability:
    """What this program reads, as `kept` has it of a partner."""
    return read(make(house, country))[0]


def read(content: bytes) -> tuple[Capability, bytes, bytes]:
    """A word from its file or from the line: what it says, the bytes that are signed, the signature.

    Nothing of it is believed yet. CapabilityUnfit: it cannot be read, or says more than any installation has.
    """
    if len(content) > LARGEST:
        raise CapabilityUnfit("it is too large", "capability_too_large")
    try:
        said = letters.parsed(content)
    except letters.Unreadable as fault:
        raise CapabilityUnfit(str(fault)) from None
    signature = said.pop("signature", None)
    if not isinstance(signature, str):
        raise CapabilityUnfit("it is not signed")
    found = parsed(said)
    try:
        return found, canonical_bytes(said), bytes.fromhex(signature)
    except ValueError:
        raise CapabilityUnfit("its signature cannot be read") from None


def take_in(house: House, content: bytes) -> Capability:
    """Believe and keep the word of a partner; the same once more changes nothing.

    CapabilityUnfit, each with its code: no_partner (or not signed by it), partner_suspended, clock_wrong,
    capability_older (than what is kept: somebody plays an old one again), capability_unreadable, capability_too_large.
    """
    found, signed, signature = read(content)
    country, now = found.country, house.clock.now()
    partner = house.partners.of(country)
    if partner is None or not house.signing.verifies(country, signed, signature, found.key, now):
        raise CapabilityUnfit("this does not come from a partner of ours", "no_partner")
    if partner.suspended_at is not None:
        raise CapabilityUnfit("the exchange with this partner is suspended", "partner_suspended")
    if found.made - now > SKEW:
        raise CapabilityUnfit("the clocks of the two installations differ too much", "clock_wrong")
    before = kept(house, country)
    if before is not None and (found.made, found.digest) == (before.made, before.digest):
        return before
    if before is not None and found.made <= before.made:
        raise CapabilityUnfit("a newer word of this partner is kept already", "capability_older")
    try:
        house.partners.sayings.keep(country, content)
    except (OSError, LookupError):
        logger().error("capability_not_kept", country=country)
        raise CapabilityUnfit("it cannot be kept just now", "not_kept") from None
    enrolling.note(house, "capability_kept", country, {"digest": found.digest})
    return found


def kept(house: House, country: str) -> Capability | None:
    """What a partner has said last; None where it has said nothing, or its file is damaged."""
    content = house.partners.sayings.said(country)
    try:
        return read(content)[0] if content is not None else None
    except CapabilityUnfit:
        return None


def telling(house: House, country: str, partner: str) -> str:
    """The digest of what a partner has to be told of a country here; empty where it knows it already."""
    said = own(house.policies, country, house.policies.day(country, house.clock.now()))
    digest = digest_of(said)
    return digest if house.partners.sayings.told(partner, country) != digest else ""
