"""One row that cannot be settled stops nothing else: the worker as it runs, with a case whose facts are damaged."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from app.access.desk import House
from app.casework.checkpoints import newest
from app.casework.held import FACTS
from app.casework.tasks import TABLE
from app.kit.places import Folder, Witness
from app.kit.setbacks import Setbacks
from app.kit.signing import own_signer
from app.tips.queries import TIP
from app.worker import Worker
from tests.app.tips.test_tips import told
from tests.factories import cases
from tests.factories.pages import browser_at
from tests.factories.towns import Town
from tests.inspect import reading, tampering, writing


def late(house: House) -> Counter[str]:
    """Case -> how many of its tasks were rung."""
    with reading(house.db) as session:
        return Counter(session.execute(select(TABLE.c.case_id).where(TABLE.c.missed_at.is_not(None))).scalars())


def run_until(house: House, done: Callable[[], bool]) -> None:
    """Let the worker run as `waymark worker` does, until ``done`` says so or half a minute is over."""
    stop = threading.Event()
    thread = threading.Thread(target=Worker(house, pause=0.05).run, args=(stop,))
    thread.start()
    try:
        end = time.monotonic() + 30
        while not done() and time.monotonic() < end:
            time.sleep(0.1)
    finally:
        stop.set()
        thread.join(30)
    assert not thread.is_alive() and done()


def test_a_task_that_cannot_be_rung_holds_back_nothing_else(
    town: Town, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    witness = Witness(own_signer(tmp_path / "keys" / "checkpoint.pem", create=True), (Folder(elsewhere),))
    house = replace(town.house, witness=witness)
    broken, *whole = [cases.bring_case(house, town.th, "sheltered") for _ in range(4)]
    tip = told(town).json()["id"]
    now = town.clock.now()
    with writing(house.db) as session:
        # The damaged one is the first of all in line.
        session.execute(update(TABLE).where(TABLE.c.case_id == broken).values(due_at=now + timedelta(minutes=1)))
        session.execute(update(TABLE).where(TABLE.c.case_id.in_(whole)).values(due_at=now + timedelta(hours=2)))
        facts = session.execute(select(FACTS.c.facts).where(FACTS.c.case_id == broken)).scalar_one()
    with tampering(house.db) as session:
        session.execute(update(FACTS).where(FACTS.c.case_id == broken).values(facts="{}"))
    town.clock.advance(timedelta(days=4))

    def everything_else() -> bool:
        with reading(house.db) as session:
            noted = session.execute(select(TIP.c.late_at).where(TIP.c.id == tip)).scalar_one()
            sealed = newest(session)
            unrung = (TABLE.c.case_id.in_(whole), TABLE.c.state == "open", TABLE.c.missed_at.is_(None))
            waiting = session.execute(select(TABLE.c.id).where(*unrung)).first()
        return noted is not None and sealed is not None and sealed.left_at is not None and waiting is None

    run_until(house, everything_else)
    assert set(late(house)) == set(whole)
    lines = [line for line in capfd.readouterr().err.splitlines() if "left_for_later" in line]
    assert lines and all('"job": "ring"' in line and "dropped" not in line for line in lines)
    assert len(lines) == len({line.partition('"code": ')[2][:38] for line in lines}), "told once, not at every turn"
    # Whoever answers for the installation sees that something was not told, without being told what.
    page = browser_at(town, town.th["administrator"], fresh=True).get("/admin/system").text
    assert "Deadlines that passed without anybody being told" in page and broken not in page
    while Worker(house).ring():
        pass
    assert set(late(house)) == set(whole), "every rung of the others"
    # Mended, it rings by itself once its rest is over.
    with tampering(house.db) as session:
        session.execute(update(FACTS).where(FACTS.c.case_id == broken).values(facts=facts))
    assert Worker(house).ring() == 0, "it rests"
    town.clock.advance(timedelta(minutes=2))
    assert Worker(house).ring() > 0
    assert set(late(house)) == {broken, *whole}


def test_what_fails_again_and_again_rests_longer(clock: Any) -> None:
    setbacks, tries = Setbacks(), []

    def work(one: str) -> int:
        tries.append(one)
        if one == "bad" and len(tries) < 10:
            raise ValueError(one)
        return 1

    assert setbacks.each("job", ("bad", "good"), clock.now(), work) == 1
    assert setbacks.resting("job", clock.now()) == ["bad"] and setbacks.resting("other", clock.now()) == []
    clock.advance(timedelta(minutes=1))
    assert setbacks.each("job", ("bad",), clock.now(), work) == 0
    clock.advance(timedelta(minutes=1))
    assert setbacks.each("job", ("bad",), clock.now(), work) == 0 and len(tries) == 3, "now it rests two minutes"
    tries.extend(["more"] * 9)
    clock.advance(timedelta(minutes=1))
    assert setbacks.each("job", ("bad",), clock.now(), work) == 1
    assert setbacks.resting("job", clock.now()) == []
