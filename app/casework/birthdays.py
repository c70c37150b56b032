"""The 18th birthday of children in care, told by the quarter: a task to prepare it, later one to assess the age.

The date of birth stays sealed. A task would give it away by its due day, so the tasks of all who were born in the same
quarter of a year are opened on the same day and due on the same day; nothing stands in any list before that
(docs/decisions/0030).
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from app.access.desk import Desk, House
from app.casework import ages, identity
from app.casework.held import CASE, FACTS, Held, hold_case
from app.casework.rounds import one_by_one
from app.casework.tasks import TABLE, end_of, open_task
from workflows.effects import OpenTask
from workflows.recording import ASSESS_AGE, BY_CALENDAR, PREPARE_ADULTHOOD


def ring(house: House) -> int:
    """Open the tasks whose quarter has come, one transaction for each case; how many. Of several workers one opens it.

    A child without a birth on record has none: the age assessment is then a matter of the case, not of a clock.
    """
    query = select(CASE.c.id, CASE.c.country).join(FACTS, FACTS.c.case_id == CASE.c.id)
    return one_by_one(
        house, query.where(FACTS.c.child.is_(True), CASE.c.care != "closed", ~_has(ASSESS_AGE)), _ring_one
    )


def _ring_one(house: House, case_id: str, country: str) -> int:
    with house.db.write() as session:
        desk = house.system_desk(session, country)
        held = hold_case(desk, case_id)
        if held.erased:
            return 0
        due = [task for task in BY_CALENDAR if _is_due(desk, held, task)]
        for task in due:
            open_task(desk, held, task, due=end_of(desk, last_day_of_quarter(desk.today)))
        return len(due)


def _is_due(desk: Desk, held: Held, task: OpenTask) -> bool:
    """Whether the quarter of a task has come and the task was never opened."""
    day = ages.turns_adult_on(identity.read(desk, held.row.person_id, held.key(desk)))
    if day is None:
        return False
    months = desk.policies.clock(task.clock, desk.actor.country, None, on=desk.today).value
    # The first is opened some months before the birthday, the other in the quarter after it.
    begins = last_day_of_quarter(day) + timedelta(days=1)
    if task is PREPARE_ADULTHOOD:
        begins = quarter_of(_months_before(day, months))
    if begins > desk.today or (task is PREPARE_ADULTHOOD and day <= desk.today):
        return False
    query = select(TABLE.c.id).where(TABLE.c.case_id == held.id, TABLE.c.kind == task.kind)
    return desk.session.execute(query).first() is None


def _has(task: OpenTask) -> Any:
    return select(TABLE.c.id).where(TABLE.c.case_id == CASE.c.id, TABLE.c.kind == task.kind).exists()


def quarter_of(day: date) -> date:
    """The first day of the quarter of the year that ``day`` lies in."""
    return date(day.year, day.month - (day.month - 1) % 3, 1)


def last_day_of_quarter(day: date) -> date:
    """The last day of the quarter of the year that ``day`` lies in."""
    after = quarter_of(day) + timedelta(days=95)
    return quarter_of(after) - timedelta(days=1)


def _months_before(day: date, months: int) -> date:
    """The first of the month that lies so many months before."""
    count = day.year * 12 + day.month - 1 - months
    return date(count // 12, count % 12 + 1, 1)
