"""What an operator does about partners: enrol, suspend, exchange the key that they seal with. Each leaves its trace."""

from __future__ import annotations

from typing import Final

from app.access import rows
from app.access.desk import SYSTEM, House
from app.access.log import Detail, noted
from app.exchange import cards
from app.exchange.cards import Card, CardUnfit
from app.kit.hpke import EXCHANGE_KEY
from app.kit.keyfile import add_version, load_keys, retire_versions
from app.kit.partners import Partner
from workflows.facts import Actor

__all__ = ["add", "note", "resume", "retire_keys", "rotate_key", "suspend"]

LONGEST_WHY: Final = 200


def add(house: House, card: Card, fingerprint: str, per_hour: int | None = None) -> Partner:
    """Enrol a country, or take up its new keys (app/exchange/cards.py); CardUnfit says what is missing."""
    partner = cards.enrol(house, card, fingerprint, per_hour)
    note(house, "partner_added", partner.country, {"key": partner.signing[-1].key_id, "heard": bool(fingerprint)})
    return partner


def suspend(house: House, country: str, why: str) -> None:
    """Speak no more with a partner. CardUnfit: there is none, or no reason is given."""
    if not why.strip():
        raise CardUnfit("say why: whoever finds the exchange suspended has to know")
    try:
        house.partners.suspend(country, house.clock.now(), why.strip()[:LONGEST_WHY])
    except LookupError as fault:
        raise CardUnfit(f"{fault}") from None
    note(house, "partner_suspended", country, {})


def resume(house: House, country: str) -> None:
    """Speak with a suspended partner again. CardUnfit: there is none."""
    try:
        house.partners.resume(country)
    except LookupError as fault:
        raise CardUnfit(f"{fault}") from None
    note(house, "partner_resumed", country, {})


def rotate_key(house: House, country: str) -> str:
    """Make a new exchange key of a country at home here; its id. Older ones open until `retire_keys`."""
    file = house.exchange.file_of(country)
    house.exchange.public(country)  # KeyMissing where there is none yet
    version = add_version(file, EXCHANGE_KEY)
    key_id = house.exchange.newest(country)
    note(house, "exchange_key_rotated", country, {"version": version})
    return key_id


def retire_keys(house: House, country: str) -> tuple[int, ...]:
    """Take the older exchange keys of a country away; the numbers that went."""
    file = house.exchange.file_of(country)
    load_keys(file, create=False, purpose=EXCHANGE_KEY)
    gone = retire_versions(file, EXCHANGE_KEY)
    if gone:
        note(house, "keys_retired", country, {"versions": [str(each) for each in gone]})
    return gone


def note(house: House, action: str, country: str, detail: Detail) -> None:
    """Write it in the book of looks of every country that is at home here: the exchange is theirs."""
    with house.db.write() as session:
        rows.enter_everything(session)
        for code in house.signing.countries:
            operator = Actor(SYSTEM, frozenset(), "", "", code, system=True)
            noted(session, operator, house.clock.now(), action, "country", country, detail)
