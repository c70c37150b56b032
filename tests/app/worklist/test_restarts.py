"""A worker that dies before any of its writes and is started again: each thing that time brings happens once."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from app.casework.beds import REQUEST
from app.casework.tasks import TABLE
from app.models.history import HistoryEntry
from app.models.notice import Notice
from app.worker import Worker as Machine
from tests.app.access.world import one_engine
from tests.app.casework.test_crash import PowerCut, power_cut
from tests.app.shelter.houses import ask, presumed, shelter_of
from tests.app.worklist.test_clock_doors import row, stop, tasks
from tests.app.worklist.test_ladder import only
from tests.factories import cases
from tests.factories.towns import Town
from tests.inspect import reading

MOST_POINTS = 60


def restarted(town: Town, again: Callable[[Machine], int]) -> int:
    """Have a worker die before its first, second ... write and before it commits, a new one each time; how often."""
    for point in range(1, MOST_POINTS):
        with power_cut(town.house, point):
            try:
                again(Machine(town.house))
            except PowerCut:
                continue
        return point - 1
    raise AssertionError("it never went through")


def entries(town: Town, case_id: str, kind: str) -> list[dict[str, Any]]:
    """The details of the entries of a case's history of that kind."""
    table: Any = HistoryEntry.__table__
    query = select(table.c.canonical).where(table.c.subject_id == case_id, table.c.kind == kind)
    with reading(town.house.db) as session:
        return [json.loads(each)["details"] for each in session.execute(query).scalars()]


def notices(town: Town, kind: str, about: str) -> list[str]:
    """The accounts that were told of this, each as often as it was told."""
    query = select(Notice.user_id).where(Notice.kind == kind, Notice.subject_id == about)
    with reading(town.house.db) as session:
        return list(session.execute(query).scalars())


@one_engine
def test_a_stopped_clock_runs_on_once_and_rings_once(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "sheltered")
    only(town, case_id, "decide_identification", town.clock.now() + timedelta(days=3))
    task = tasks(town, case_id)["decide_identification"]
    due, begun = datetime.fromisoformat(task["due_at"]), town.clock.now()
    assert stop(town, town.th["case_manager"], task, "person_asked").status_code == 200
    ends = row(town, task["id"]).stop_ends_at
    town.clock.set(ends)
    assert restarted(town, Machine.ring) >= 2
    found = row(town, task["id"])
    assert (found.state, found.due_at, found.missed_at) == ("open", due + (ends - begun), None)
    assert len(entries(town, case_id, "resumed")) == 1, "neither lost nor counted twice"
    town.clock.set(found.due_at + timedelta(seconds=1))
    assert restarted(town, Machine.ring) >= 3
    assert [each["rung"] for each in entries(town, case_id, "deadline")] == ["reminder"]
    assert notices(town, "task_late", case_id) == [town.th["legal_officer"].id]
    assert Machine(town.house).ring() == 0


@one_engine
def test_a_birthday_opens_its_task_once(town: Town) -> None:
    born = {"birth_date": "2009-10-03"}
    case_id = cases.open_case(town.house, town.th["social_worker"], identity=born, child=True, age_band="15-17")

    def opened(kind: str) -> int:
        query = select(TABLE.c.id).where(TABLE.c.case_id == case_id, TABLE.c.kind == kind)
        with reading(town.house.db) as session:
            return len(session.execute(query).all())

    assert restarted(town, Machine.come_of_age) == 0 and opened("prepare_adulthood") == 0
    town.clock.set(datetime.fromisoformat("2027-04-01T02:00:00+00:00"))
    assert restarted(town, Machine.come_of_age) >= 2
    assert (opened("prepare_adulthood"), opened("assess_age")) == (1, 0)
    town.clock.set(datetime.fromisoformat("2028-01-03T02:00:00+00:00"))
    assert restarted(town, Machine.come_of_age) >= 2
    assert Machine(town.house).come_of_age() == 0
    assert (opened("prepare_adulthood"), opened("assess_age")) == (1, 1)


@one_engine
def test_a_held_bed_is_given_back_once(town: Town) -> None:
    house, case_id = shelter_of(town), presumed(town)
    request = ask(town, case_id).json()["id"]
    assert house.confirm(request).status_code == 200 and house.group()["free"] == 1
    town.clock.advance(timedelta(hours=25))
    assert restarted(town, Machine.watch) >= 4
    with reading(town.house.db) as session:
        state = session.execute(select(REQUEST.c.state).where(REQUEST.c.id == request)).scalar_one()
    assert state == "lapsed" and cases.facts_of(town.house, case_id).bed_held is None
    assert (house.group()["held"], house.group()["free"]) == (0, 2)
    assert len(entries(town, case_id, "bed")) == 3, "asked, confirmed, run out"
    assert notices(town, "bed_lapsed", case_id).count(town.th["social_worker"].id) == 1
    assert notices(town, "bed_lapsed", request) == [house.manager.id]
