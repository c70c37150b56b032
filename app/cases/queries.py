"""Every SELECT of the cases room, always within the asker's scope or below a case already found there."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Row, bindparam, or_, select

from app.access.desk import Desk
from app.casework import case_list
from app.casework.case_list import Filter
from app.casework.held import CASE, OFFICE, REFERRAL
from app.casework.tasks import UNDONE
from app.kit.paging import Ask
from app.models.case import CaseTeam
from app.models.record import Record
from app.models.task import Task
from app.models.user import User

_TEAM: Final[Any] = CaseTeam.__table__
_USER: Final[Any] = User.__table__
_TASK: Final[Any] = Task.__table__
_RECORD: Final[Any] = Record.__table__
# A case has a handful of open duties; more than this is a fault that a list would only hide.
MOST_TASKS: Final = 100
# What a referral went through at the bridge: from here on the person has left.
HANDED_OVER: Final = frozenset({"handed_over", "received", "in_reintegration", "completed"})


def cases(desk: Desk, permission: str, wanted: Filter, ask: Ask) -> tuple[list[Row[Any]], str | None]:
    """One page of the cases that ``permission`` reaches, newest first, and the cursor of the next page."""
    chosen = case_list.chosen(desk, permission, wanted)
    cut = ask.narrow(chosen, [CASE.c.opened_at, CASE.c.id], newest_first=True)
    rows = desk.session.execute(case_list.rows_of(cut)).all()
    page, following = ask.cut(rows, lambda row: (row.opened_at, row.id))
    return list(page), following


# The page of a case is opened more often than anything else: its statements are built once.
_TEAM_OF: Final = (
    select(
        _TEAM.c.user_id, _USER.c.display_name, _TEAM.c.role, OFFICE.c.code.label("office"), _TEAM.c.since, _TEAM.c.until
    )
    .join(_USER, _USER.c.id == _TEAM.c.user_id)
    .join(OFFICE, OFFICE.c.id == _USER.c.office_id)
    .where(_TEAM.c.case_id == bindparam("case_id"), or_(_TEAM.c.until.is_(None), _TEAM.c.until > bindparam("now")))
    .order_by(_TEAM.c.since, _TEAM.c.id)
)
_OPEN_TASKS_OF: Final = (
    select(_TASK.c.id, _TASK.c.kind, _TASK.c.role, _TASK.c.due_at, _TASK.c.state, _TASK.c.stop_cause)
    .where(
        _TASK.c.case_id == bindparam("case_id"), _TASK.c.country == bindparam("country"), _TASK.c.state.in_(UNDONE)
    )
    .order_by(_TASK.c.due_at, _TASK.c.id)
    .limit(MOST_TASKS)
)
_REFERRALS_OF: Final = (
    select(REFERRAL.c.id, REFERRAL.c.side, REFERRAL.c.state, REFERRAL.c.other_country)
    .where(REFERRAL.c.case_id == bindparam("case_id"), REFERRAL.c.country == bindparam("country"))
    .order_by(REFERRAL.c.opened_at.desc(), REFERRAL.c.id)
)
_OFFICE_CODE: Final = select(OFFICE.c.code).where(OFFICE.c.id == bindparam("office_id"))


def team(desk: Desk, case_id: str) -> list[Row[Any]]:
    """Who works on the case now, in the order of joining."""
    return list(desk.session.execute(_TEAM_OF, {"case_id": case_id, "now": desk.now}))


def open_tasks(desk: Desk, case_id: str) -> list[Row[Any]]:
    """The open tasks of a case, those of its referrals included, due first."""
    return list(desk.session.execute(_OPEN_TASKS_OF, {"case_id": case_id, "country": desk.actor.country}))


def referrals(desk: Desk, case_id: str) -> list[Row[Any]]:
    """This country's referral copies of a case, newest first."""
    return list(desk.session.execute(_REFERRALS_OF, {"case_id": case_id, "country": desk.actor.country}))


def was_handed_over(desk: Desk, case_id: str) -> bool:
    """Whether the person of this case was once handed over to another country."""
    return any(row.side == "sender" and row.state in HANDED_OVER for row in referrals(desk, case_id))


def office_code(desk: Desk, office_id: str) -> str:
    """The code of an office."""
    return str(desk.session.execute(_OFFICE_CODE, {"office_id": office_id}).scalar_one())


def office_kind(desk: Desk, office_id: str) -> str:
    """What kind of office it is: shelter, border, ministry and the like."""
    return str(desk.session.execute(select(OFFICE.c.kind).where(OFFICE.c.id == office_id)).scalar_one())


def records(desk: Desk, case_id: str, ask: Ask) -> tuple[list[Row[Any]], str | None]:
    """One page of the record rows of a case, oldest first, and the cursor of the next page."""
    query = select(_RECORD).where(_RECORD.c.subject == "case", _RECORD.c.subject_id == case_id)
    rows = desk.session.execute(ask.narrow(query, [_RECORD.c.seq])).all()
    page, following = ask.cut(rows, lambda row: (row.seq,))
    return list(page), following


def record(desk: Desk, case_id: str, record_id: str) -> Row[Any] | None:
    """One record row of this case."""
    query = select(_RECORD).where(
        _RECORD.c.id == record_id, _RECORD.c.subject == "case", _RECORD.c.subject_id == case_id
    )
    return desk.session.execute(query).one_or_none()
