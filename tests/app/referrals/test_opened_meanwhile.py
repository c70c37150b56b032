"""A case that is opened while somebody waits for its copy hears of what they do to it (SQLite has one writer)."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.access import rows
from app.casework.following import open_receiving_case
from app.casework.held import hold_referral
from app.casework.move import Command, perform
from app.kit.clock import SettableClock
from app.settings import Settings
from tests.conftest import START, Grounds
from tests.factories import referrals
from tests.factories.forms import form
from tests.factories.staff import desk_of
from tests.factories.towns import Town, open_town


@pytest.fixture
def town(grounds: Grounds) -> Iterator[Town]:
    """The running program on PostgreSQL."""
    with grounds("postgresql") as (url, folder):
        settings = Settings(environment="demo", var=folder / "var", database_url=url)
        with open_town(settings, SettableClock(START)) as opened:
            yield opened


def test_whoever_waited_for_the_copy_holds_it_with_its_case(town: Town) -> None:
    house, focal = town.house, town.mm["national_focal_point"]
    arrived = referrals.bring_referral(house, town.th, town.mm, "plan_proposed").arrived
    with desk_of(house, focal) as desk:
        seen = referrals.row_of(house, arrived).version
        perform(desk, Command("referral", "accept", arrived, seen, record=form(house, "reception_plan")))
    opened, waits = threading.Event(), threading.Event()

    def opens() -> None:
        with house.db.write() as session:
            rows.enter_everything(session)
            open_receiving_case(house.system_desk(session, "MM"), {"referral": arrived})
            opened.set()
            assert waits.wait(20)
            # The other one has asked for the row by now, and stands in line.
            time.sleep(0.5)

    def comes() -> str | None:
        assert opened.wait(20)
        with desk_of(house, focal) as desk:
            waits.set()
            held = hold_referral(desk, arrived)
            return held.linked.id if held.linked is not None else None

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.submit(opens), pool.submit(comes)
        first.result()
        assert second.result() == referrals.row_of(house, arrived).case_id, "what it does next would not reach the case"
