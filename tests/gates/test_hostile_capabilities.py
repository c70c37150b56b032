"""What a partner says of its installation: hostile words are kept nowhere, old ones are not played again."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
import structlog

from app.access.desk import House
from app.casework.capabilities import CapabilityUnfit
from app.exchange import capabilities, capability_door
from app.exchange.capabilities import ADDRESS
from app.kit import log, signing
from app.kit.clock import SettableClock
from tests.conftest import START, Grounds
from tests.gates.hostile_capabilities import Claim, claims, signed
from tests.gates.test_hostile_letters import copies, counts
from tests.journeys.apart import Apart, open_apart

FEWEST = 60


@pytest.fixture(scope="module")
def apart(grounds: Grounds) -> Iterator[Apart]:
    """Two installations on a line."""
    with grounds("sqlite") as near, grounds("sqlite") as far, open_apart(near, far, SettableClock(START)) as opened:
        yield opened


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """What the program logs during the test."""
    stream = io.StringIO()
    log.configure(stream)
    yield stream
    structlog.reset_defaults()
    log.configure()


def send(apart: Apart, content: bytes) -> tuple[int, dict[str, Any]]:
    """Bring it to Thailand's door."""
    with httpx2.Client(timeout=30, trust_env=False) as client:
        try:
            answer = client.post(f"{apart.addresses['TH']}{ADDRESS}", content=content)
        except httpx2.TransportError:
            return 413, {"code": "body_too_large"}
    return answer.status_code, answer.json()


def files(house: House) -> dict[str, bytes]:
    """Everything in the folder of partners."""
    folder = house.partners._folder
    assert isinstance(folder, Path)
    return {each.name: each.read_bytes() for each in sorted(folder.iterdir())}


def faults(apart: Apart, claim: Claim) -> list[str]:
    """What is wrong about the way one word was met: at the door, and as a file."""
    house, found = apart.house, []
    before, rows, held = files(house), counts(house), copies(house)
    status, said = send(apart, claim.content)
    if not 400 <= status < 500 or not said.get("code"):
        found.append(f"{claim.name}: answered {status} {said}")
    try:
        capabilities.take_in(house, claim.content)
        found.append(f"{claim.name}: a stick brings it in")
    except CapabilityUnfit as fault:
        if "<script" in str(fault):
            found.append(f"{claim.name}: what was sent is repeated")
    if (files(house), counts(house), copies(house)) != (before, rows, held):
        found.append(f"{claim.name}: something moved")
    return found


def test_hostile_words_move_nothing(apart: Apart, logged: io.StringIO) -> None:
    tried = list(claims(apart.far.house, "MM", "LA"))
    names = [each.name for each in tried]
    assert len(set(names)) == len(names) >= FEWEST
    found = [fault for claim in tried for fault in faults(apart, claim)]
    print(f"GATE capabilities effects={len(found)} limit=0 n={len(tried)}")
    assert found == []


def test_an_older_word_is_not_played_again(apart: Apart) -> None:
    here, there = apart.houses
    old = capabilities.make(there, "MM")
    apart.clock.advance(timedelta(minutes=1))
    new = capabilities.make(there, "MM")
    assert send(apart, new)[0] == 200
    kept = files(here)
    # The same once more is no fault: an answer may have been lost.
    assert send(apart, new)[0] == 200
    status, said = send(apart, old)
    assert (status, said["code"]) == (409, "capability_older")
    assert files(here) == kept


def test_a_suspended_partner_says_nothing(apart: Apart) -> None:
    here, there = apart.houses
    apart.clock.advance(timedelta(minutes=1))
    here.partners.suspend("MM", here.clock.now(), "The keys were stolen.")
    try:
        status, said = send(apart, capabilities.make(there, "MM"))
        assert (status, said["code"]) == (403, "partner_suspended")
    finally:
        here.partners.resume("MM")


def test_a_folder_that_cannot_be_written_is_told(apart: Apart, monkeypatch: pytest.MonkeyPatch) -> None:
    here, there = apart.houses
    apart.clock.advance(timedelta(minutes=1))

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(here.partners.sayings, "keep", full)
    status, said = send(apart, capabilities.make(there, "MM"))
    # Not the partner's fault: it tells us again in a minute.
    assert (status, said["code"]) == (503, "not_kept")


def test_a_damaged_file_says_nothing_and_stops_nobody(apart: Apart) -> None:
    here, there = apart.houses
    apart.clock.advance(timedelta(minutes=1))
    assert send(apart, capabilities.make(there, "MM"))[0] == 200
    here.partners.sayings.keep("MM", b'{"format": "waymark-cap')
    assert capabilities.kept(here, "MM") is None
    apart.clock.advance(timedelta(minutes=1))
    assert send(apart, capabilities.make(there, "MM"))[0] == 200
    assert capabilities.kept(here, "MM") is not None


@pytest.mark.parametrize("hole", ["signature", "age"])
def test_a_door_left_open_turns_the_gate_red(
    apart: Apart, logged: io.StringIO, monkeypatch: pytest.MonkeyPatch, hole: str
) -> None:
    there = apart.far.house
    old = capabilities.make(there, "MM")
    apart.clock.advance(timedelta(minutes=1))
    assert send(apart, capabilities.make(there, "MM"))[0] == 200
    if hole == "signature":
        monkeypatch.setattr(signing.SigningKeys, "verifies", lambda *_a, **_k: True)
        apart.clock.advance(timedelta(minutes=1))
        forged = json.loads(capabilities.make(there, "MM")) | {"signature": "00" * 64}
        claim = Claim("forged", json.dumps(forged).encode())
    else:
        monkeypatch.setattr(capabilities, "kept", lambda *_: None)
        claim = Claim("old", old)
    assert faults(apart, claim), f"the gate saw nothing of {hole}"


def test_what_this_program_says_fits_its_own_limits(apart: Apart) -> None:
    for house, country in zip(apart.houses, ("TH", "MM"), strict=True):
        said = capabilities.ours(house, country)
        assert said.country == country and said.protocols and "send" in said.messages
        assert said.forms["receipt"] == (1,) and "not_our_national" in said.lists["decline_reason"]
        assert signed(json.loads(capabilities.make(house, country)), house.signing.signer(country))


def test_telling_happens_once_and_again_when_something_changed(apart: Apart) -> None:
    here = apart.house
    assert capability_door.ring(here, "MM") == 1
    assert capability_door.ring(here, "MM") == 0
    assert capabilities.kept(apart.far.house, "TH") is not None
    apart.far.house.partners.sayings.keep("TH", b"")
    here.partners.sayings.keep_told("MM", "TH", "0" * 64)
    assert capability_door.ring(here, "MM") == 1
    assert capabilities.kept(apart.far.house, "TH") is not None
