"""The 18th birthday of children in care, told by the quarter: a task to prepare it, later one to assess the age.

The date of birth stays sealed. A task would give it away by its due day, so the tasks of all who were born in the same
quarter of a year are opened on the same day and due on the same day; nothing stands in any list before that
(docs/decisions/0030).
"""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select

from app.access.desk import Desk, House
from app.casework import ages, identity
from app.casework.held import CASE, FACTS, Held, hold_case
from app.casework.rounds import one_by_one
from app.casework.tasks import TABLE, UNDONE, close_task, end_of, open_task
from workflows.effects import CloseTask, OpenTask
from workflows.facts import CaseFacts
from workflows.recording import ASSESS_AGE, BY_CALENDAR


def ring(house: House) -> int:
    """Open the tasks whose quarter has come, one transaction for each case; how many. Of several workers one opens it.

    A child without a birth on record is looked at by the year, from the age band on that could turn.
    """
    query = select(CASE.c.id, CASE.c.country).join(FACTS, FACTS.c.case_id == CASE.c.id)
    return one_by_one(house, query.where(FACTS.c.child.is_(True), CASE.c.care != "closed"), _ring_one)


def _ring_one(house: House, case_id: str, country: str) -> int:
    with house.db.write() as session:
        desk = house.system_desk(session, country)
        held = hold_case(desk, case_id)
        if held.erased or held.case_facts is None or held.case_facts.deceased:
            return 0
        born = ages.turns_adult_on(identity.read(desk, held.row.person_id, held.key(desk)))
        opened = 0
        for task in BY_CALENDAR:
            begins = _begins(desk, held.case_facts, born, task)
            if begins > desk.today:
                # A corrected birth moved it: what was opened for the old one waits for the new one.
                if _is_open(desk, held, task):
                    close_task(desk, held, CloseTask(task.kind, by_the_way=True))
            elif not _is_done(held.case_facts, born, task, begins, desk.today) and not _is_open(desk, held, task):
                open_task(desk, held, task, due=end_of(desk, last_day_of_quarter(desk.today)))
                opened += 1
        return opened


def _begins(desk: Desk, case: CaseFacts, born: date | None, task: OpenTask) -> date:
    """The day from which somebody sees to a task; ``born``: the 18th birthday, as far as it is known."""
    if born is None:
        since = case.opened_on if case.age is None else case.age.on
        return ages.may_have_turned_on(case.age_band, since) if task is ASSESS_AGE else date.max
    if task is ASSESS_AGE:
        return last_day_of_quarter(born) + timedelta(days=1)
    months = desk.policies.clock(task.clock, desk.actor.country, None, on=desk.today).value
    return quarter_of(_months_before(born, months))


def _is_done(case: CaseFacts, born: date | None, task: OpenTask, begins: date, today: date) -> bool:
    """Whether the facts say that it was seen to, for this birthday: they outlast a case that was closed meanwhile."""
    if task is ASSESS_AGE:
        return born is not None and case.age is not None and case.age.on >= born
    plan = case.care_plan
    prepared = plan is not None and plan.adulthood and plan.on >= begins
    return prepared or (born is not None and born <= today)


def _is_open(desk: Desk, held: Held, task: OpenTask) -> bool:
    query = select(TABLE.c.id).where(
        TABLE.c.case_id == held.id, TABLE.c.kind == task.kind, TABLE.c.state.in_(UNDONE)
    )
    return desk.session.execute(query.limit(1)).first() is not None


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
