"""Every SELECT of the papers: what hangs on a case that the caller has already been found to reach."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Row, select

from app.access.desk import Desk
from app.casework.fieldgroups import sees_record
from app.casework.held import REFERRAL
from app.casework.tasks import UNDONE
from app.models.record import Record
from app.models.task import Task

_TASK: Final[Any] = Task.__table__
_RECORD: Final[Any] = Record.__table__
MOST: Final = 100


def open_tasks(desk: Desk, case_id: str) -> list[Row[Any]]:
    """The tasks of a case that are still to be done, due first, also those whose clock stands still."""
    query = (
        select(_TASK.c.kind, _TASK.c.role, _TASK.c.due_at, _TASK.c.state, _TASK.c.rung, _TASK.c.stop_cause)
        .where(_TASK.c.case_id == case_id, _TASK.c.country == desk.actor.country, _TASK.c.state.in_(UNDONE))
        .order_by(_TASK.c.due_at, _TASK.c.id)
        .limit(MOST)
    )
    return list(desk.session.execute(query))


def referrals(desk: Desk, case_id: str) -> list[Row[Any]]:
    """This country's referral copies of a case, newest first: other country and state."""
    query = (
        select(REFERRAL.c.other_country, REFERRAL.c.state, REFERRAL.c.id)
        .where(REFERRAL.c.case_id == case_id, REFERRAL.c.country == desk.actor.country)
        .order_by(REFERRAL.c.opened_at.desc(), REFERRAL.c.id)
        .limit(MOST)
    )
    return list(desk.session.execute(query))


def records_of(desk: Desk, case_id: str) -> list[Row[Any]]:
    """Id, kind and day of the records of a case that the actor may open, oldest first."""
    query = (
        select(_RECORD.c.id, _RECORD.c.kind, _RECORD.c.happened_at, _RECORD.c.seq)
        .where(_RECORD.c.subject == "case", _RECORD.c.subject_id == case_id)
        .order_by(_RECORD.c.seq)
        .limit(MOST)
    )
    return [row for row in desk.session.execute(query) if sees_record(desk, row.kind)]
