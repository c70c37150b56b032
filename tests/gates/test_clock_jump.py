"""The clock of the machine jumps by a day, there and back, while people work: nothing is lost or out of order."""

from __future__ import annotations

import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from app.kit.clock import Clock
from app.models.outbox import OutboxRow
from app.worker import Worker
from tests.conftest import START, Grounds
from tests.factories.cases import bring_case, version_of
from tests.factories.staff import hire_staff, token_for
from tests.gates.crowded import AtWork, at_work
from tests.inspect import reading

OUTBOX: Final[Any] = OutboxRow.__table__
DAY: Final = timedelta(days=1)
# Forward, home, back behind everything that was ever written, and home again.
JUMPS: Final = (DAY, -DAY, -DAY, DAY)
STEPS_BETWEEN: Final = 3
CLIENTS: Final = 2
PATIENCE_SECONDS: Final = 240.0


class JumpingClock(Clock):
    """The machine's pace, from the morning of the tests on, and a jump whenever somebody says so."""

    def __init__(self) -> None:
        self._began, self.jumped = time.monotonic(), timedelta(0)

    def now(self) -> datetime:
        """The moment it shows."""
        return START + timedelta(seconds=time.monotonic() - self._began) + self.jumped


def _others(first: AtWork) -> Iterator[AtWork]:
    """Others at the same door, each with a case of their own."""
    for _ in range(CLIENTS - 1):
        staff = hire_staff(first.house, "TH")
        case = bring_case(first.house, staff, "sheltered")
        version = version_of(first.house, case)
        client = TestClient(first.client.app, base_url="http://localhost", raise_server_exceptions=False)
        who = staff["social_worker"]
        yield AtWork(first.house, client, first.clock, token_for(first.house, who), case, version, version, who)


def _work(somebody: AtWork, stop: threading.Event, answers: Counter[str]) -> None:
    """Take steps; who is not signed in any more signs in again and asks with the same key."""
    while not stop.is_set():
        key = uuid.uuid4().hex
        answer = somebody.move(key)
        if answer.status_code == 401:
            answers["401"] += 1
            somebody.token = token_for(somebody.house, somebody.who)
            answer = somebody.move(key)
        answers[f"{answer.status_code} {answer.json().get('code', '')}".strip()] += 1
        if answer.status_code != 200:
            # Nobody hammers at a door that says no, and those who work have the processor meanwhile.
            time.sleep(0.2)


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_a_day_more_or_less_loses_nothing(engine: str, grounds: Grounds) -> None:
    with grounds(engine) as (url, folder), at_work(url, folder, JumpingClock()) as first:
        clock: Any = first.clock
        people = [first, *_others(first)]
        stop, answers = threading.Event(), Counter[str]()
        worker = Worker(first.house, pause=0.05)
        threads = [threading.Thread(target=_work, args=(each, stop, answers), daemon=True) for each in people]
        threads.append(threading.Thread(target=worker.run, args=(stop,), daemon=True))
        for thread in threads:
            thread.start()
        try:
            for jump in JUMPS:
                _all_took(people, answers)
                clock.jumped += jump
            _all_took(people, answers)
            _until_drained(first)
        finally:
            stop.set()
            for thread in threads:
                thread.join(PATIENCE_SECONDS)
        assert set(answers) <= {"200", "401"}, answers
        assert answers["401"] >= CLIENTS, "a day later nobody is signed in any more"
        for each in people:
            each.holds()
        told = sum(len(each.told) for each in people)
        print(f"GATE failover clock_jump lost=0 limit=0 n={told} engine={engine} signed_in_again={answers['401']}")


def _all_took(people: list[AtWork], answers: Counter[str]) -> None:
    before, end = [len(each.told) for each in people], time.monotonic() + PATIENCE_SECONDS
    while any(len(each.told) < n + STEPS_BETWEEN for each, n in zip(people, before, strict=True)):
        assert time.monotonic() < end, (dict(answers), [len(each.told) for each in people], before)
        time.sleep(0.02)


def _until_drained(somebody: AtWork) -> None:
    """What was put off by a clock that was wrong is carried out all the same."""
    query, end = select(func.count()).where(OUTBOX.c.done_at.is_(None)), time.monotonic() + PATIENCE_SECONDS
    while True:
        with reading(somebody.house.db) as session:
            left = session.execute(query).scalar_one()
        if not left:
            return
        assert time.monotonic() < end, f"{left} effects wait"
        time.sleep(0.1)
