"""Tasks made by hand: the record on the case says what, the task says by when, for whom and how pressing."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from sqlalchemy import insert, update

from app.access.desk import Desk
from app.casework.held import Held
from app.casework.kinds.own_task import OwnTask
from app.casework.offers import WORKS
from app.casework.opening import on_team
from app.casework.tasks import TABLE, UNDONE, end_of, rank
from app.kit.errors import Invalid
from app.kit.fields import at_field
from app.kit.words import mark
from app.models.base import new_id

KIND: Final = "own_task"
# What stands where other tasks name the clock that set their day.
BY_HAND: Final = "by_hand"
_SOURCE: Final = "WM-CLOCKS"


def must_fit(desk: Desk, held: Held, form: OwnTask) -> None:
    """Invalid (422) for a day that is over, a part nobody can have on a case, or a colleague who is not on its team."""
    must_be_possible(desk, form.part, form.due, "record.")
    if form.colleague is not None and not on_team(desk, held.id, form.colleague):
        raise _unfit("record.colleague", mark("Choose somebody who is on the team of this case."))


def must_be_possible(desk: Desk, part: str, due: date, under: str) -> None:
    """Invalid (422) at a field below ``under`` for a day that is over, or a part nobody can have on a case."""
    role = desk.policies.roles.get(part)
    if role is None or not {"case:read", WORKS} <= set(role.permissions):
        raise _unfit(f"{under}part", mark("Choose a part that somebody can have on a case."))
    if due < desk.today:
        raise _unfit(f"{under}due", mark("This day is over. Choose today or a later day."))


def put(desk: Desk, held: Held, form: OwnTask, record_id: str, corrects: str | None) -> None:
    """Open the task of an own_task record; a correction takes the place of the task it corrects, while that is open."""
    if corrects is not None and not withdraw(desk, held, corrects):
        # It is done; other words about it ask nobody to do it again.
        return
    open_one(desk, held, record_id, form.about, form.part, form.due, form.priority, form.colleague)


def withdraw(desk: Desk, held: Held, record_id: str) -> int:
    """End what a record asked for, because another one has taken its place; how many tasks were still to be done."""
    found = (TABLE.c.record_id == record_id, TABLE.c.case_id == held.id, TABLE.c.state.in_(UNDONE))
    done = {"state": "done", "done_at": desk.now, "done_by": desk.actor.id}
    ended: Any = desk.session.execute(update(TABLE).where(*found).values(done))
    return int(ended.rowcount)


def open_one(
    desk: Desk, held: Held, record_id: str, about: str, part: str, due: date, priority: str,
    colleague: str | None = None,
) -> None:
    """Open a task that ``record_id`` asks for; ``about``: a code of own_task_kind."""
    desk.session.execute(
        insert(TABLE),
        {
            "id": new_id(), "country": desk.actor.country, "office_id": held.row.office_id, "case_id": held.id,
            "referral_id": None, "kind": about, "role": part, "clock": BY_HAND, "basis": "practice",
            "sources": _SOURCE, "opened_at": desk.now, "due_at": end_of(desk, due), "state": "open",
            "done_at": None, "done_by": None, "missed_at": None, "escalation": 0,
            "priority": rank(desk.policies, priority), "assignee_id": colleague, "record_id": record_id,
        },
    )  # fmt: skip


def hand_on(desk: Desk, case_id: str, before: str, after: str) -> None:
    """Have ``after`` do what waits for ``before`` alone on a case that changes hands."""
    waiting = (TABLE.c.case_id == case_id, TABLE.c.assignee_id == before, TABLE.c.state.in_(UNDONE))
    desk.session.execute(update(TABLE).where(*waiting).values(assignee_id=after))


def _unfit(field: str, sentence: str) -> Invalid:
    return Invalid("This task does not fit.", extra=at_field(field, sentence))
