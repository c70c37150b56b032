"""Enrolling a partner: by a print somebody has heard, or by a key that is known; what is wrong is told."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.access.desk import House
from app.exchange import cards, enrolling
from app.exchange.cards import CardUnfit
from app.kit.clock import SettableClock
from app.kit.crypto import KeyRing
from app.kit.db import Database
from app.kit.hpke import CannotOpen, ExchangeKeys, seal_to
from app.kit.keyfile import KeyMissing
from app.kit.partners import Partners, address_fault
from app.kit.signing import SigningKeys, exchange
from app.models.access_log import AccessEntry
from tests.factories.houses import make_house
from tests.inspect import reading

HERE, THERE = "http://127.0.0.1:8001", "https://waymark.example"


@dataclass
class Two:
    """Thailand's installation and Myanmar's, each with keys of its own."""

    th: House
    mm: House

    def card(self, address: str = THERE) -> bytes:
        """Myanmar's card as it is now."""
        return cards.make(self.mm, "MM", address)

    def enrol(self, content: bytes, heard: str | None = None, **more: Any) -> Any:
        """Give it to Thailand's operator, who has heard this print; without one, the true one."""
        card = cards.read(content)
        return enrolling.add(self.th, card, cards.spoken(card.fingerprint) if heard is None else heard, **more)


@pytest.fixture
def two(database: Database, clock: SettableClock, keys: KeyRing, tmp_path: Path) -> Iterator[Two]:
    """Two houses over one database: what is looked at here lies in files."""
    houses = []
    for country in ("TH", "MM"):
        partners = Partners(tmp_path / country / "partners")
        signing = SigningKeys.from_folder(tmp_path / country / "signing", create=True, partners=partners)
        signing.signer(country)
        house = replace(
            make_house(database, clock, keys, signing), partners=partners,
            exchange=ExchangeKeys(tmp_path / country / "signing", create=True),
        )  # fmt: skip
        houses.append(house)
    yield Two(*houses)


def test_a_partner_is_known_by_the_print_that_was_heard(two: Two) -> None:
    content = two.card()
    partner = two.enrol(content)
    assert (partner.country, partner.address, partner.per_hour) == ("MM", THERE, 2000)
    again = Partners(two.th.partners._place).of("MM")
    assert again == partner and again.signing[-1].public == two.mm.signing.public("MM")
    assert two.th.signing.verifies("MM", b"x", two.mm.signing.signer("MM").sign(b"x"), None, two.th.clock.now())
    with pytest.raises(KeyMissing, match="only it signs for itself"):
        two.th.signing.signer("MM")
    with reading(two.th.db) as session:
        done = session.execute(select(AccessEntry.country, AccessEntry.subject_id).where(
            AccessEntry.action == "partner_added")).all()  # fmt: skip
    assert done == [("TH", "MM")]


def test_without_a_print_nobody_becomes_a_partner(two: Two) -> None:
    with pytest.raises(CardUnfit, match="--fingerprint"):
        two.enrol(two.card(), "")
    with pytest.raises(CardUnfit, match="somebody stands between"):
        two.enrol(two.card(), "0000 " * 10)
    assert two.th.partners.countries == ()


def test_new_keys_that_the_known_key_has_signed_need_no_print(two: Two) -> None:
    two.enrol(two.card())
    before = two.mm.exchange.newest("MM")
    exchange(two.mm.signing.file_of("MM"), "MM", two.mm.clock.now())
    enrolling.rotate_key(two.mm, "MM")
    after = two.mm.exchange.newest("MM")
    assert after != before
    partner = two.enrol(two.card("https://other.example"), "")
    assert (len(partner.signing), partner.address) == (2, "https://other.example")
    assert [each.key_id for each in partner.exchange] == [before, after] and partner.exchange[0].until is not None
    # What was sealed for the earlier key is still opened, until that is taken away.
    sealed = seal_to(partner.exchange[0].public, b"on its way", b"header")
    assert two.mm.exchange.open("MM", before, sealed, b"header") == b"on its way"
    assert enrolling.retire_keys(two.mm, "MM") == (1,)
    with pytest.raises(CannotOpen, match=before):
        two.mm.exchange.open("MM", before, sealed, b"header")
    assert enrolling.retire_keys(two.mm, "MM") == ()


def test_keys_that_nobody_known_has_signed_need_a_print_again(two: Two, tmp_path: Path) -> None:
    two.enrol(two.card())
    lost = two.mm.signing.file_of("MM")
    lost.unlink()
    lost.with_suffix(".pub").unlink()
    folder = lost.parent
    fresh = replace(two.mm, signing=SigningKeys.from_folder(folder, create=True))
    fresh.signing.signer("MM")
    content = cards.make(fresh, "MM", THERE)
    with pytest.raises(CardUnfit, match="--fingerprint"):
        two.enrol(content, "")
    assert len(two.enrol(content).signing) == 1


def test_a_suspended_partner_stays_suspended_whatever_card_comes(two: Two) -> None:
    two.enrol(two.card(), per_hour=10)
    enrolling.suspend(two.th, "MM", "The keys were stolen.")
    partner = two.enrol(two.card())
    assert partner.suspended_at is not None and partner.suspended_why == "The keys were stolen."
    assert partner.per_hour == 10
    enrolling.resume(two.th, "MM")
    found = two.th.partners.of("MM")
    assert found is not None and found.suspended_at is None
    with pytest.raises(CardUnfit, match="no partner LA"):
        enrolling.suspend(two.th, "LA", "x")
    with pytest.raises(CardUnfit, match="say why"):
        enrolling.suspend(two.th, "MM", " ")


def _without(name: str) -> Callable[[dict[str, Any]], Any]:
    return lambda said: {key: value for key, value in said.items() if key != name}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda _: [], "no card"),
        (_without("exchange"), "no card"),
        (lambda said: {**said, "format": "waymark-card-9"}, "no card"),
        (lambda said: {**said, "signing": []}, "names no keys"),
        (lambda said: {**said, "signing": ["zz"]}, "cannot be read"),
        (lambda said: {**said, "exchange": "ab"}, "names no keys"),
        (lambda said: {**said, "address": "http://waymark.example"}, "https://"),
        (lambda said: {**said, "address": "https://user:pw@waymark.example"}, "holds more"),
        (lambda said: {**said, "address": "https://evil.example"}, "not signed by the key"),
        (lambda said: {**said, "country": "LA"}, "not signed by the key"),
        (lambda said: {**said, "made": "today"}, "cannot be read"),
    ],
)
def test_a_card_that_is_wrong_is_told(two: Two, change: Callable[[dict[str, Any]], Any], sentence: str) -> None:
    content = json.dumps(change(json.loads(two.card()))).encode()
    with pytest.raises(CardUnfit, match=sentence):
        cards.read(content)


def test_who_lives_here_or_has_no_agreement_is_no_partner(two: Two) -> None:
    with pytest.raises(CardUnfit, match="at home in this installation"):
        enrolling.add(two.th, cards.read(cards.make(two.th, "TH", HERE)), "")
    two.mm.signing.signer("ZZ")
    with pytest.raises(CardUnfit, match="without an agreement"):
        two.enrol(cards.make(two.mm, "ZZ", THERE))
    with pytest.raises(CardUnfit, match="WAYMARK_PUBLIC_URL"):
        cards.make(two.mm, "MM", "")


@pytest.mark.parametrize(
    "address", ["", "ftp://x", "https://", "https://x:99999", "https://x/?q=1", "https://x/#y", "http://10.0.0.1"]
)
def test_an_address_is_https_and_nothing_more(address: str) -> None:
    assert address_fault(address)
    assert not address_fault(THERE) and not address_fault(HERE)


def test_a_broken_file_is_named(two: Two) -> None:
    two.enrol(two.card())
    file = two.th.partners._file("MM")
    whole = file.read_text()
    for text in ("{", whole.replace(THERE, "http://far.example"), whole.replace('"exchange"', '"x"')):
        file.write_text(text)
        with pytest.raises(KeyMissing, match="MM"):
            Partners(file.parent).of("MM")
    file.write_text(whole)
    file.with_suffix(".pub").write_text("")
    with pytest.raises(KeyMissing, match="holds no signing key"):
        Partners(file.parent).of("MM")
    assert Partners(file.parent / "nothing").countries == ()
