"""Two installations on a line: case workers of one country visit somebody in the other; both confirm the log."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.access.desk import House
from app.casework.visiting import PART, TABLE
from app.kit.clock import SettableClock
from app.worker import Worker
from tests.conftest import START, Grounds
from tests.inspect import reading
from tests.journeys import paths, proof
from tests.journeys.apart import Apart, open_apart
from tests.journeys.hands import Hand

VISITS = "/shelter-visits"


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


def act(apart: Apart, hand: Hand, name: str, **body: Any) -> None:
    house = apart.house if hand.country == "TH" else apart.far.house
    hand.post(f"{VISITS}/{copy_in(house).id}/acts/{name}", body)
    apart.post()


def test_case_workers_visit_somebody_abroad(apart: Apart) -> None:
    crossing = paths.scheduled(apart)
    th, mm = apart["th.focal"], apart["mm.focal"]
    reference = mm.get(f"/referrals/{crossing.arrived.id}")["reference"]
    day = (apart.clock.now() + timedelta(days=3)).date().isoformat()
    office = apart.far.house.policies.corridor("TH", "MM").focal_office("MM")
    mm.post(VISITS, {
        "host": "TH", "purpose": "plan_return", "language": "my", "days": [day],
        "visitors": [{"part": "social_worker", "office": office}], "about": [reference],
    })  # fmt: skip
    apart.post()
    number = copy_in(apart.house).reference
    social = apart["th.social"]
    wish = {"visit": number, "agrees": True, "giver": "self", "may_tell": False}
    seen = social.get(f"/cases/{crossing.case.id}")["version"]
    social.post(f"/cases/{crossing.case.id}/records/visit_wish", {"record": wish, "seen_version": seen})
    act(apart, th, "grant", day=day, begins="10:00", ends="11:00", meets=[reference], conditions=["no_photographs"])
    seen_there = mm.get(f"{VISITS}/{copy_in(apart.far.house).id}")
    assert (seen_there["state"], seen_there["grant"]["address"]) == ("granted", "")
    apart.days(3)
    act(apart, th, "write_log", held_on=day, met=[{"reference": reference}], entered=[
        {"part": "social_worker", "office": office, "begins": "10:02", "ends": "10:40"},
    ])  # fmt: skip
    act(apart, mm, "add_remarks", words="Thank you for the quiet room.")
    act(apart, th, "confirm_log")
    for hand, house in ((th, apart.house), (mm, apart.far.house)):
        assert (copy_in(house).state, copy_in(house).held_on.isoformat()) == ("confirmed", day)
        with reading(house.db) as session:
            assert session.execute(select(PART.c.state)).scalars().all() == ["met"]
        Worker(house).watch()
        proof.chains_hold(house)
        proof.nothing_waits(house)
        # The person, a name, a place where they live: nothing of it is in the papers of the visit on either side.
        told = str(hand.get(f"{VISITS}/{copy_in(house).id}"))
        assert not any(str(each) in told for each in paths.IDENTITY.values())
