"""Asks after operations whose day is over, and lets nothing be kept ready for ever for one that nobody ended."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import Row

from app.access import notices
from app.access.desk import Desk, House
from app.casework.rounds import BATCH, one_by_one
from app.readiness import queries, reserving, service
from workflows.deadlines import ends_on
from workflows.readiness import HELD, OVER, PLANNED, RELEASED

# How long after its day an operation may go without a word of how it ended.
CLOCK: Final = "operation_end"


def ring(house: House) -> int:
    """Ask after each operation once, and end those nobody ended in time, one transaction each; how many."""
    now, countries = house.clock.now(), house.policies.countries
    # Whose day it is, is asked again of each country: nothing is over before its own midnight.
    told = one_by_one(house, queries.gone_by(now.date() + timedelta(days=1), countries, BATCH), _ask)
    for country in sorted(countries):
        before = _ended_before(house, country)
        told += one_by_one(house, queries.run_out(before, country, BATCH), _end)
    return told


def _ended_before(house: House, country: str) -> date:
    """The first day whose operations still have time today: those of the days before it have none."""
    today = house.policies.day(country, house.clock.now())
    day = today
    while ends_on(house.policies, CLOCK, country, day - timedelta(days=1)) >= today:
        day -= timedelta(days=1)
    return day


def _ask(house: House, operation_id: str, country: str) -> bool:
    with house.db.write() as session:
        desk = house.system_desk(session, country)
        row = queries.whole(desk, operation_id)
        # Read again behind the lock: it may have been ended, or asked after, just now.
        if session.execute(queries.gone_by(desk.today, [country], BATCH).where(_is(row))).first() is None:
            return False
        notices.tell(desk, _planners(desk, row), queries.ASKED_AFTER, "operation", row.id)
        return True


def _end(house: House, operation_id: str, country: str) -> bool:
    with house.db.write() as session:
        desk = house.system_desk(session, country)
        row = queries.whole(desk, operation_id)
        if row.state not in (PLANNED, RELEASED):
            return False
        kept = [each for each in queries.reserves_of(desk, row.id) if each.state == HELD]
        service.set_free(desk, row, OVER)
        notices.tell(desk, _planners(desk, row), "operation_run_out", "operation", row.id)
        for each in kept:
            people = notices.holders(desk, reserving.ANSWER, each.office_id)
            notices.tell(desk, people, "reserve_run_out", "reserve", each.id)
        return True


def _planners(desk: Desk, row: Row[Any]) -> set[str]:
    return {row.created_by, *notices.holders(desk, service.PLAN, row.office_id)}


def _is(row: Row[Any]) -> Any:
    return queries.OPERATION.c.id == row.id
