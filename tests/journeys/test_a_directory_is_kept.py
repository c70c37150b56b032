"""Two installations keep a directory for each other: a change travels, is confirmed, runs out and is renewed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from app.exchange.parcels import pack, unpack
from app.kit.clock import SettableClock
from app.worker import Worker
from tests.conftest import START, Grounds
from tests.journeys import paths, proof
from tests.journeys.apart import Apart, open_apart
from tests.journeys.hands import Answer

LIST = "/directory/corridors/MM/TH/contacts"
BODY: dict[str, Any] = {
    "office": "mm-dor", "kinds": ["referral", "child"], "hours": {"mon": "08:30-16:30"}, "phone": "+95 00 000 001",
    "languages": ["my"], "deputy_office": "mm-atipd", "deputy_role": "national_focal_point",
}  # fmt: skip


@pytest.fixture(params=("sqlite", "postgresql"))
def apart(request: pytest.FixtureRequest, grounds: Grounds) -> Iterator[Apart]:
    """Thailand and Myanmar, each with its own program, database and keys."""
    with (
        grounds(request.param) as near,
        grounds(request.param) as far,
        open_apart(near, far, SettableClock(START)) as opened,
    ):
        yield opened


def both_show(apart: Apart) -> list[Answer]:
    """What stands in the directory of both, but for whose it is; it is the same."""
    told = []
    for hand in (apart["th.focal"], apart["mm.focal"]):
        items = hand.get(LIST)["items"]
        told.append([{name: value for name, value in each.items() if name not in ("own", "told_at")} for each in items])
    assert told[0] == told[1]
    return told[0]


def test_a_contact_travels_is_confirmed_runs_out_and_is_renewed(apart: Apart) -> None:
    th, mm = apart["th.focal"], apart["mm.focal"]
    case = paths.ready_to_refer(apart)
    first = paths.draft(apart, case)
    assert apart["th.manager"].next_steps(first)["send"] == [], "the offices that the policies name count"

    today = apart.house.policies.day("MM", apart.clock.now())
    last = today + timedelta(days=1)
    made = mm.post("/directory/contacts", BODY | {"valid_from": today.isoformat(), "valid_until": last.isoformat()})
    apart.post()
    assert [(each["id"], each["found"]) for each in both_show(apart)] == [(made["id"], [])]
    path = f"/directory/contacts/{made['id']}"
    th.post(f"{path}/found", {"result": "answers", "seen_version": 1})
    apart.post()
    (shown,) = both_show(apart)
    assert [(each["country"], each["result"], each["version"]) for each in shown["found"]] == [("TH", "answers", 1)]
    assert shown["said"]["verified_on"] == today.isoformat()
    assert apart["th.manager"].next_steps(first)["send"] == []

    apart.days(2)
    (reason,) = apart["th.manager"].refused(first, "send", "receiving_contact_is_valid")
    assert "has run out" in reason["missing"] and reason["sources"] and reason["who"]
    renewed = mm.post(path, BODY | {"valid_from": today.isoformat(), "seen_version": 1})
    assert renewed["version"] == 2
    assert apart["th.manager"].next_steps(first)["send"] == ["receiving_contact_is_valid"], "it has not arrived yet"
    apart.post()
    (shown,) = both_show(apart)
    assert (shown["version"], shown["found"][0]["version"]) == (2, 1)
    paths.send(apart, case, first)
    for house in apart.houses:
        proof.chains_hold(house)
        proof.facts_follow_from_history(house)
        proof.nothing_waits(house)


def test_a_partner_that_comes_later_is_told_all_and_the_watch_tells_nothing_twice(apart: Apart) -> None:
    mm = apart["mm.focal"]
    today = apart.house.policies.day("MM", apart.clock.now()).isoformat()
    mm.post("/directory/contacts", BODY | {"valid_from": today})
    apart.post()
    before = len(both_show(apart))
    for _ in range(2):
        Worker(apart.far.house).watch()
        apart.clock.advance(timedelta(minutes=2))
        apart.post()
    assert len(both_show(apart)) == before == 1


def test_it_goes_on_a_stick_as_well(apart: Apart) -> None:
    mm, (here, there) = apart["mm.focal"], apart.houses
    mm.post("/directory/contacts", BODY | {"valid_from": apart.house.policies.day("MM", apart.clock.now()).isoformat()})
    carried = unpack(here, pack(there, "MM", "TH").content)
    assert (carried.taken, carried.refused) == (1, [])
    again = unpack(here, pack(there, "MM", "TH").content)
    assert (again.taken, again.refused) == (1, []), "a stick that is read twice changes nothing"
    unpack(there, pack(here, "TH", "MM", carried).content)
    assert len(both_show(apart)) == 1
    apart.post()
    for house in apart.houses:
        proof.nothing_waits(house)
