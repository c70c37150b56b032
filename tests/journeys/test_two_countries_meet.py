"""Two installations on a real line hold a meeting: from the proposal to a decision that is done, told to both."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.access.desk import House
from app.casework.conferring import DECISION, TABLE
from app.kit.clock import SettableClock
from app.models.referral import MessageReceipt
from app.worker import Worker
from tests.conftest import START, Grounds
from tests.inspect import reading
from tests.journeys import paths, proof
from tests.journeys.apart import Apart, open_apart
from tests.journeys.hands import Hand

MEETINGS = "/corridor-meetings"


@pytest.fixture(params=("sqlite", "postgresql"))
def apart(request: pytest.FixtureRequest, grounds: Grounds) -> Iterator[Apart]:
    """Thailand and Myanmar, each with its own program, database and keys."""
    with (
        grounds(request.param) as near,
        grounds(request.param) as far,
        open_apart(near, far, SettableClock(START)) as opened,
    ):
        yield opened


def copy_in(house: House) -> Any:
    with reading(house.db) as session:
        return session.execute(select(TABLE)).one()


def act(apart: Apart, hand: Hand, name: str, **body: Any) -> dict[str, Any]:
    house = apart.house if hand.country == "TH" else apart.far.house
    found: dict[str, Any] = hand.post(f"{MEETINGS}/{copy_in(house).id}/acts/{name}", body)
    apart.post()
    return found


def test_two_installations_hold_a_meeting(apart: Apart) -> None:
    crossing = paths.scheduled(apart)
    th, mm = apart["th.focal"], apart["mm.focal"]
    reference = th.get(f"/referrals/{crossing.sent.id}")["reference"]
    day = (apart.clock.now() + timedelta(days=7)).date().isoformat()
    proposal = {"to_country": "TH", "kind": "case_management", "day": day, "way": "border", "host": "MM"}
    mm.post(MEETINGS, proposal)
    apart.post()
    act(apart, th, "accept_day")
    act(apart, th, "send_items", referrals=[reference])
    act(apart, mm, "send_items")
    act(apart, mm, "close_agenda")
    agendas = [hand.get(f"{MEETINGS}/{copy_in(house).id}")["agenda"] for hand, house in zip(
        (th, mm), apart.houses, strict=True
    )]  # fmt: skip
    for agenda in agendas:
        assert [each["reference"] for each in agenda] == [reference]
        assert agenda[0]["bounded"] and agenda[0]["reasons"][0]["code"] == "put_down"
    apart.days(7)
    held_on = apart.clock.now().date().isoformat()
    until = (apart.clock.now() + timedelta(days=9)).date().isoformat()
    decision = {
        "referral": reference, "what": "complete_papers", "by_country": "TH", "part": "national_focal_point",
        "until": until,
    }  # fmt: skip
    mm.post(f"{MEETINGS}/{copy_in(apart.far.house).id}/minutes", {"held_on": held_on, "decisions": [decision]})
    apart.post()
    act(apart, th, "confirm_minutes")
    for house in apart.houses:
        assert (copy_in(house).state, copy_in(house).held_on.isoformat()) == ("confirmed", held_on)
    [task] = [each for each in th.get("/tasks?limit=100")["items"] if each["kind"] == "meeting_decision"]
    th.post(f"/tasks/{task['id']}/done", {})
    Worker(apart.house).watch()
    apart.post()
    for house in apart.houses:
        with reading(house.db) as session:
            assert session.execute(select(DECISION.c.done_at)).scalar_one() is not None
            assert session.execute(select(MessageReceipt.id)).all()
        proof.nothing_waits(house)
    # The person, a name, a story: nothing of them is in the papers of the meeting on either side.
    for hand, house in zip((th, mm), apart.houses, strict=True):
        told = str(hand.get(f"{MEETINGS}/{copy_in(house).id}"))
        assert not any(str(each) in told for each in paths.IDENTITY.values())
