"""G20: what an enrolled partner with true keys may send; nothing moves, nothing breaks, and everybody is told."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest
import structlog
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import func, select

from app.access.desk import House
from app.casework import mirror
from app.casework.facts import referral_facts_from
from app.casework.held import REFERRAL
from app.exchange import receiving
from app.exchange.remote import INBOX, RECEIPTS
from app.kit import log, signing
from app.models.access_log import AccessEntry
from app.models.base import Base, new_id
from tests.app.exchange.wire import Hand
from tests.conftest import Grounds
from tests.factories import referrals
from tests.factories.pages import browser_at
from tests.gates.hostile_letters import IDLE, SCRIPT, TEXTS, Attack, Foe, attacks
from tests.inspect import reading
from tests.journeys import paths, proof
from tests.journeys.apart import Apart, apart_on
from tests.journeys.paths import Crossing

FEWEST = 60
# What a refusal may write: that it was refused.
TOLD = {"access_entry"}


@pytest.fixture(scope="module", params=("sqlite", "postgresql"))
def apart(request: pytest.FixtureRequest, grounds: Grounds) -> Iterator[Apart]:
    """Two installations on a line."""
    with apart_on(grounds, request.param) as opened:
        yield opened


@pytest.fixture(scope="module")
def crossing(apart: Apart) -> Crossing:
    """A referral that Myanmar has not answered yet."""
    return paths.offered(apart)


@pytest.fixture
def foe(apart: Apart, crossing: Crossing) -> Foe:
    """Myanmar's operator, who means harm."""
    return a_foe(apart, crossing)


def a_foe(apart: Apart, crossing: Crossing) -> Foe:
    """Somebody who goes on with this conversation for Myanmar."""
    here, there = apart.houses
    hand = Hand.after(there, _Pair(crossing.shared_id), "MM")
    return Foe(there, hand, here.exchange.public("TH"))


class _Pair:
    def __init__(self, shared_id: str) -> None:
        self.shared_id = shared_id


def counts(house: House) -> dict[str, int]:
    """Table -> rows, of everything that a letter could touch."""
    with reading(house.db) as session:
        tables = [table for table in Base.metadata.sorted_tables if table.name not in TOLD]
        return {table.name: session.execute(select(func.count()).select_from(table)).scalar_one() for table in tables}


def copies(house: House) -> list[Any]:
    """Every copy of a referral, whole."""
    with reading(house.db) as session:
        return list(session.execute(select(REFERRAL).order_by(REFERRAL.c.id)).all())


def refusals(house: House) -> int:
    """How many letters the book of looks says were refused."""
    with reading(house.db) as session:
        said = AccessEntry.__table__.c.action == "letter_refused"
        return int(session.execute(select(func.count()).select_from(AccessEntry).where(said)).scalar_one())


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """What the program logs during the test."""
    stream = io.StringIO()
    log.configure(stream)
    yield stream
    structlog.reset_defaults()
    log.configure()


def send(address: str, content: bytes, path: str = INBOX) -> tuple[int, dict[str, Any]]:
    """Post it; status and what the answer says."""
    with httpx2.Client(timeout=30, trust_env=False) as client:
        try:
            answer = client.post(f"{address}{path}", content=content, headers={"Content-Type": "application/json"})
        except httpx2.TransportError:
            # Cut off in the middle of fifty megabytes.
            return 413, {"code": "body_too_large"}
    return answer.status_code, answer.json()


def faults(apart: Apart, attack: Attack, logged: io.StringIO) -> list[str]:
    """What is wrong about the way one attack was met."""
    house, found = apart.house, []
    before, held, mark = counts(house), copies(house), len(logged.getvalue())
    status, said = send(apart.addresses["TH"], attack.content)
    if not 400 <= status < 500:
        found.append(f"{attack.name}: answered {status} {said}")
    if not said.get("code"):
        found.append(f"{attack.name}: no code")
    if counts(house) != before or copies(house) != held:
        found.append(f"{attack.name}: something moved")
    lines = [json.loads(line) for line in logged.getvalue()[mark:].splitlines()]
    told = [line for line in lines if line["event"] == "letter_refused"]
    cut_off = [line for line in lines if line["event"] == "request" and line["status"] == 413]
    if not told and not cut_off and status != 413:
        found.append(f"{attack.name}: not in the log")
    return found


def all_attacks(foe: Foe) -> list[Attack]:
    """The whole list."""
    stranger = X25519PrivateKey.generate().public_key().public_bytes_raw()
    return list(attacks(foe, stranger, new_id()))


def test_hostile_letters_move_nothing(apart: Apart, crossing: Crossing, foe: Foe, logged: io.StringIO) -> None:
    tried = all_attacks(foe)
    names = [each.name for each in tried]
    assert len(set(names)) == len(names) >= FEWEST
    found = [fault for attack in tried for fault in faults(apart, attack, logged)]
    print(f"GATE g20 effects={len(found)} limit=0 n={len(tried)}")
    assert found == []
    # What came under the partner's signature stands in the book as well.
    assert refusals(apart.house) > 40
    proof.chains_hold(apart.house)


def test_idle_messages_are_kept_and_shown_and_move_nothing(apart: Apart, logged: io.StringIO) -> None:
    crossing = _again(apart)
    foe = a_foe(apart, crossing)
    for name, step, body in IDLE:
        envelope = foe.hand.envelope(step, body)
        status, said = send(apart.addresses["TH"], foe.letter(envelope))
        assert status in (200, 409), (name, status, said)
        if status == 200:
            outcome = json.loads(said["receipt"]["content"])["outcome"]
            assert outcome["result"] in ("kept_unknown", "not_applicable"), (name, outcome)
            foe.hand.seq, foe.hand.previous = envelope.header["seq"], json.loads(said["receipt"]["content"])["digest"]
        assert apart["th.focal"].look(crossing.sent)["state"] == "sent", name
    proof.chains_hold(apart.house)


@pytest.mark.parametrize("text", TEXTS)
def test_hostile_codes_are_shown_as_text(apart: Apart, text: str) -> None:
    crossing = _again(apart)
    foe = a_foe(apart, crossing)
    status, said = send(apart.addresses["TH"], foe.honest("decline", {"given": {"reason": text}}))
    if status != 200:
        assert status == 409 and said["reason"] == "form", said
        return
    assert apart["th.focal"].look(crossing.sent)["state"] == "declined"
    facts = referral_facts_from(referrals.row_of(apart.house, crossing.sent.id).facts)
    assert facts.unknown_codes == (f"decline_reason:{text}",)
    page = browser_at(apart, apart["th.focal"]).get(f"/referrals/{crossing.sent.id}")
    assert page.status_code == 200 and SCRIPT not in page.text


def test_the_same_letter_again_gets_the_same_receipt(apart: Apart) -> None:
    crossing = _again(apart)
    letter = a_foe(apart, crossing).honest()
    first = send(apart.addresses["TH"], letter)
    before = counts(apart.house)
    assert first[0] == 200 and send(apart.addresses["TH"], letter) == first
    assert counts(apart.house) == before


def test_a_partner_that_sends_too_much_waits(apart: Apart, monkeypatch: pytest.MonkeyPatch) -> None:
    foe = a_foe(apart, _again(apart))
    monkeypatch.setattr(receiving._Counts, "admits", lambda *_: False)
    status, said = send(apart.addresses["TH"], foe.honest())
    assert (status, said["code"]) == (429, "quota_reached")


def test_a_suspended_partner_is_not_heard_and_nothing_goes_to_it(apart: Apart) -> None:
    crossing = _again(apart)
    house = apart.house
    house.partners.suspend("MM", house.clock.now(), "The keys were stolen.")
    try:
        status, said = send(apart.addresses["TH"], a_foe(apart, crossing).honest())
        assert (status, said["code"]) == (403, "partner_suspended")
        assert apart["th.focal"].look(crossing.sent)["state"] == "sent"
    finally:
        house.partners.resume("MM")


def test_hostile_receipts_are_not_kept(apart: Apart, logged: io.StringIO) -> None:
    crossing = _again(apart)
    before = counts(apart.house)
    content = json.dumps({"message": new_id(), "digest": "0" * 64, "by": "MM", "level": "seen", "key": "x"})
    base = {"from": "MM", "to": "TH", "message": new_id(), "content": content, "signature": "00" * 64}
    for changes in (
        {}, {"from": "LA"}, {"from": "TH"}, {"to": "MM"}, {"signature": "zz"}, {"content": "[]"}, {"content": "{"},
        {"message": 1}, {"extra": 1}, {"content": "x" * 20_000},
    ):  # fmt: skip
        status, said = send(apart.addresses["TH"], json.dumps({**base, **changes}).encode(), RECEIPTS)
        assert 400 <= status < 500 and said["code"], (changes, status, said)
    assert counts(apart.house) == before
    assert apart["th.focal"].look(crossing.sent)["state"] == "sent"


@pytest.mark.parametrize(
    ("name", "plant"),
    [
        ("outer_signature", lambda patch: patch.setattr(signing.SigningKeys, "verifies", lambda *_a, **_k: True)),
        ("order", lambda patch: patch.setattr(mirror, "_must_be_next", lambda *_: None)),
        ("clock", lambda patch: patch.setattr(receiving, "SKEW", receiving.SKEW * 1000)),
    ],
)
def test_a_door_left_open_turns_the_gate_red(
    apart: Apart, logged: io.StringIO, monkeypatch: pytest.MonkeyPatch, name: str,
    plant: Callable[[pytest.MonkeyPatch], None],
) -> None:  # fmt: skip
    foe = a_foe(apart, _again(apart))
    tried = [each for each in all_attacks(foe) if each.name.startswith(("outer_", "header_seq", "header_prev"))]
    plant(monkeypatch)
    found = [fault for attack in tried for fault in faults(apart, attack, logged)]
    assert found, f"the gate saw nothing of {name}"


def _again(apart: Apart) -> Crossing:
    """Another referral that Myanmar has not answered yet; the door counts its hour anew."""
    return paths.offered(apart)
