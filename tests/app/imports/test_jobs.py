"""Long work: killed in the middle it loses one step; two workers never do a step twice; it stops and goes on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from app.casework import jobs
from app.casework.held import CASE
from app.casework.jobs import JOB, KINDS, Kind, Stepped
from app.kit.errors import Conflict
from app.models.job import ImportedCase
from tests.app.imports.registers import SECOND, WHY, bring_along, come_in, report, table, worked
from tests.factories.approvals import step_up
from tests.factories.staff import desk_of, disable
from tests.factories.towns import Town
from tests.inspect import reading


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Work of five units; what was done is written down in a list, which no rollback takes back."""
    done: list[int] = []

    def one(desk: Any, row: Any) -> Stepped:
        done.append(row.done)
        return Stepped(1, row.done % 2, row.done + 1 >= row.total, {"even": 1 - row.done % 2})

    monkeypatch.setitem(KINDS, "counting", Kind("counting", "Counting", one))
    return done


def begun(town: Town, kind: str = "counting", total: int = 5) -> str:
    with desk_of(town.house, town.th["case_manager"]) as desk:
        return jobs.begin(desk, kind, "3f2c9a54-7d0e-4f5e-9d53-0a5d2c1b8e77", total)


def stored(town: Town, job_id: str) -> Any:
    with reading(town.house.db) as session:
        return session.execute(select(JOB).where(JOB.c.id == job_id)).one()


def test_it_is_done_step_by_step_and_counted(town: Town, counting: list[int]) -> None:
    job_id = begun(town)
    seen: list[int] = []
    row = jobs.run(town.house, job_id, lambda at: seen.append(at.done))
    assert (row.state, row.done, row.faults, json.loads(row.result)) == ("done", 5, 2, {"even": 3})
    assert seen == [1, 2, 3, 4, 5] and counting == [0, 1, 2, 3, 4]
    assert jobs.work_once(town.house) == 0 and jobs.step(town.house, job_id).state == "done"  # type: ignore[union-attr]


def test_it_stops_after_its_step_and_goes_on_where_it_was(town: Town, counting: list[int]) -> None:
    who, job_id = town.th["case_manager"], begun(town)
    jobs.step(town.house, job_id)
    answer = town.post(who, f"/jobs/{job_id}/cancel")
    assert (answer.status_code, answer.json()["state"], answer.json()["done"]) == (200, "cancelled", 1), answer.text
    assert jobs.work_once(town.house) == 0
    assert town.post(who, f"/jobs/{job_id}/cancel").json()["code"] == "job_over"
    assert town.post(who, f"/jobs/{job_id}/resume").json()["state"] == "waiting"
    assert town.post(who, f"/jobs/{job_id}/resume").status_code == 409
    assert jobs.run(town.house, job_id).state == "done" and counting == [0, 1, 2, 3, 4]
    assert town.post(who, f"/jobs/{job_id}/resume").status_code == 409, "what is done is done"
    looks = sorted(look.action for look in town.looks() if look.action.startswith("job_"))
    assert looks == ["job_asked", "job_cancelled", "job_resumed"]


def test_a_step_that_fails_undoes_itself_and_says_why(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong: list[Exception] = [Conflict("No.", code="not_now"), ZeroDivisionError()]

    def failing(desk: Any, row: Any) -> Stepped:
        if wrong:
            raise wrong.pop(0)
        return Stepped(row.total, over=True)

    monkeypatch.setitem(KINDS, "failing", Kind("failing", "Failing", failing))
    job_id = begun(town, "failing")
    assert (jobs.run(town.house, job_id).state, stored(town, job_id).why) == ("stopped", "not_now")
    with desk_of(town.house, town.th["case_manager"]) as desk:
        jobs.resume(desk, job_id)
    assert (jobs.run(town.house, job_id).state, stored(town, job_id).why) == ("failed", "ZeroDivisionError")
    with desk_of(town.house, town.th["case_manager"]) as desk:
        jobs.resume(desk, job_id)
    row = jobs.run(town.house, job_id)
    assert (row.state, row.why, row.done) == ("done", None, 5)


def test_two_at_once_never_do_a_step_twice(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[int] = []

    def slow(desk: Any, row: Any) -> Stepped:
        time.sleep(0.01)
        kept.append(row.done)
        return Stepped(1, over=row.done + 1 >= row.total)

    monkeypatch.setitem(KINDS, "slow", Kind("slow", "Slow", slow))
    job_id = begun(town, "slow", 12)
    both = [threading.Thread(target=jobs.run, args=(town.house, job_id)) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join(60)
    assert sorted(kept) == list(range(12)) and stored(town, job_id).done == 12


def test_several_jobs_take_turns(town: Town, counting: list[int]) -> None:
    first, second = begun(town), begun(town)
    for _ in range(2):
        town.clock.advance(timedelta(seconds=1))
        jobs.work_once(town.house)
    assert {stored(town, first).done, stored(town, second).done} == {1}


def test_an_import_of_somebody_who_lost_the_account_stops(town: Town) -> None:
    who = town.th["case_manager"]
    asked = bring_along(town, who, table(SECOND)).json()
    disable(town.house, who)
    worked(town)
    row = stored(town, asked["check"]["id"])
    assert (row.state, row.why) == ("stopped", "asker_disabled")


KILLED = """
import os, signal, sys
from app.casework import jobs
from app.imports import bringing
from app.main import open_house
from app.settings import Settings

steps = 0
real = bringing._keep_lines
def die(bench, outcomes):
    global steps
    real(bench, outcomes)
    steps += 1
    if steps == 2:
        os.kill(os.getpid(), signal.SIGKILL)
bringing._keep_lines = die
jobs.run(open_house(Settings()), sys.argv[1])
"""


def test_killed_in_the_middle_and_done_again_is_as_one_run(town: Town, settings: Any) -> None:
    """The second step is killed when all it did stands in its transaction: nothing of it is kept, and nothing twice."""
    who = town.th["case_manager"]
    rows = [{**SECOND, "No.": f"K-{number}", "Given names": "", "Age": "30"} for number in range(25)]
    asked = bring_along(town, who, table(*rows)).json()
    worked(town)
    step_up(town, who)
    started = town.post(who, f"/imports/{asked['id']}/start", {"why": WHY}).json()
    job_id = started["bring"]["id"]
    env = {**os.environ, **environment_of(settings), "PYTHONPATH": str(Path(__file__).resolve().parents[3])}
    command = [sys.executable, "-c", KILLED, job_id]
    killed = subprocess.run(command, env=env, capture_output=True, timeout=300, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()[-2000:]
    assert (stored(town, job_id).state, stored(town, job_id).done) == ("running", 10)
    assert cases_there(town) == 10
    worked(town)
    assert (stored(town, job_id).state, stored(town, job_id).done, cases_there(town)) == ("done", 25, 25)
    assert json.loads(stored(town, job_id).result)["opened"] == 25
    assert set(report(town, who, asked["id"], "bring")) == set(range(2, 27))
    assert come_in(town, who, table(*rows))["bring"]["counts"] == {"known": 25}


def cases_there(town: Town) -> int:
    with reading(town.house.db) as session:
        came = session.execute(select(func.count()).select_from(ImportedCase.__table__)).scalar_one()
        assert session.execute(select(func.count()).select_from(CASE)).scalar_one() == came
    return int(came)


def environment_of(settings: Any) -> dict[str, str]:
    """What another process needs to open the same house."""
    return {
        "DATABASE_URL": settings.database_url, "WAYMARK_ENVIRONMENT": str(settings.environment),
        "WAYMARK_VAR": str(settings.var),
    }  # fmt: skip
