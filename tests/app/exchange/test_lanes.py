"""Lanes: a partner that hangs, is away or suspended delays nobody else, and nothing of its own is lost or overtaken."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.access.desk import House
from app.casework import outbox
from app.casework.messages import Envelope
from app.exchange.remote import PartnerAway, PartnerRefused
from app.kit.clock import SettableClock
from app.kit.crypto import KeyRing
from app.kit.db import Database
from app.kit.keybook import Known
from app.kit.partners import Partner, PartnerKey, Partners
from app.kit.signing import SigningKeys
from app.models.outbox import OutboxRow
from app.worker import LONGEST_REST, Worker
from tests.factories.houses import make_house
from tests.inspect import reading

TABLE: Any = OutboxRow.__table__
HOURS = timedelta(hours=72)


class Line:
    """A line that a test holds in its hand: what was brought, to whom, and what happens instead."""

    def __init__(self) -> None:
        self.brought: list[tuple[str, str]] = []
        self.away: set[str] = set()
        self.refuses: set[str] = set()
        self.hangs: dict[str, threading.Event] = {}

    def hand_over(self, envelope: Envelope) -> dict[str, Any]:
        """No message travels in these tests."""
        raise AssertionError(envelope)

    def bring_receipt(self, to: str, by: str, message_id: str, receipt: dict[str, Any]) -> None:
        """Bring one, unless the partner hangs, is away or refuses."""
        if to in self.hangs:
            self.hangs[to].wait()
        if to in self.away:
            raise PartnerAway()
        if message_id in self.refuses:
            raise PartnerRefused(code="gap")
        self.brought.append((to, message_id))

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def house(database: Database, clock: SettableClock, keys: KeyRing, signing: SigningKeys, tmp_path: Path) -> House:
    """Thailand's house with two partners far away."""
    partners = Partners(tmp_path / "partners")
    for country in ("MM", "LA"):
        key = Known(bytes([len(country)]) * 31 + country[:1].encode())
        partners.keep(Partner(country, "https://far.example", (key,), (PartnerKey(b"\x01" * 32),), clock.now()))
    return replace(make_house(database, clock, keys, signing), partners=partners)


def put(house: House, to: str, number: int, line: str | None = None) -> None:
    """Queue a receipt for a country."""
    with house.db.write() as session:
        desk = house.system_desk(session, "TH")
        payload = {"to": to, "message": f"{number}", "receipt": {}}
        outbox.put(desk, "deliver_receipt", payload, line=f"TH:{line or to}:seen", to=to)


def rows(house: House) -> list[Any]:
    """What waits."""
    with reading(house.db) as session:
        return list(session.execute(select(TABLE).where(TABLE.c.done_at.is_(None)).order_by(TABLE.c.seq)).all())


@pytest.fixture
def running(house: House) -> Iterator[tuple[House, Line]]:
    """The worker at work in its threads."""
    line, stop = Line(), threading.Event()
    line.hangs["MM"] = threading.Event()
    worker = threading.Thread(target=Worker(house, line, pause=0.01).run, args=(stop,))
    worker.start()
    yield house, line
    for each in line.hangs.values():
        each.set()
    stop.set()
    worker.join(20)
    assert not worker.is_alive()


def test_a_partner_that_hangs_delays_nobody_else(running: tuple[House, Line]) -> None:
    house, line = running
    for number in range(3):
        put(house, "MM", number)
    for number in range(3):
        put(house, "LA", number)
    until = time.monotonic() + 20
    while len(line.brought) < 3 and time.monotonic() < until:
        time.sleep(0.02)
    assert line.brought == [("LA", "0"), ("LA", "1"), ("LA", "2")]
    line.hangs.pop("MM").set()
    while len(line.brought) < 6 and time.monotonic() < until:
        time.sleep(0.02)
    assert line.brought[3:] == [("MM", "0"), ("MM", "1"), ("MM", "2")]


def test_after_a_cut_of_three_days_everything_arrives_in_order(house: House, clock: SettableClock) -> None:
    line, worker = Line(), None
    line.away.add("MM")
    worker = Worker(house, line)
    lines = [f"MM{each}" for each in range(10)]
    for number in range(200):
        put(house, "MM", number, lines[number % 10])
    began = clock.now()
    while clock.now() - began < HOURS:
        worker.drain()
        clock.advance(timedelta(hours=1))
    assert line.brought == [] and len(rows(house)) == 200
    # Nothing waits longer than the lane rests, whenever it was tried last.
    assert max(row.next_at for row in rows(house)) <= clock.now()
    put(house, "LA", 7)
    line.away.clear()
    clock.advance(LONGEST_REST)
    worker.drain()
    assert rows(house) == []
    to_mm = [int(message) for to, message in line.brought if to == "MM"]
    assert len(to_mm) == 200
    for first in range(10):
        assert [each for each in to_mm if each % 10 == first] == list(range(first, 200, 10))


def test_a_lane_rests_longer_each_time_and_says_why(house: House, clock: SettableClock) -> None:
    line = Line()
    line.away.add("MM")
    worker = Worker(house, line)
    put(house, "MM", 1)
    tried: list[datetime] = []
    for _ in range(100):
        before = rows(house)[0].attempts
        worker.one("MM")
        if rows(house)[0].attempts > before:
            tried.append(clock.now())
        clock.advance(timedelta(seconds=1))
    gaps = [int((b - a).total_seconds()) for a, b in zip(tried, tried[1:], strict=False)]
    assert gaps == [1, 2, 4, 8, 16, 30, 30]
    assert rows(house)[0].last_error == "partner_away"


def test_one_refusal_holds_back_its_own_line_only(house: House) -> None:
    line = Line()
    line.refuses.add("1")
    put(house, "MM", 1, "a")
    put(house, "MM", 2, "a")
    put(house, "MM", 3, "b")
    Worker(house, line).drain()
    assert line.brought == [("MM", "3")]
    assert [row.last_error for row in rows(house)] == ["gap", None]
