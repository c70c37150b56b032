"""The SELECTs behind supervision that spans rooms: who carries what, what is late, what waits for the actor."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import ColumnElement, Row, and_, case, func, or_, select

from app.access import two_persons
from app.access.desk import Desk
from app.access.scope import cases_in_scope, tasks_in_scope
from app.access.two_persons import APPROVAL, KINDS
from app.access.walls import in_force
from app.casework.held import CASE, OFFICE
from app.casework.tasks import PASSING, STOPPED
from app.casework.tasks import TABLE as TASK
from app.kit.paging import Ask
from app.models.case import CaseTeam
from app.models.user import User
from app.models.walls import EmergencyAccess
from workflows.care import Care

_EMERGENCY: Final[Any] = EmergencyAccess.__table__
_USER: Final[Any] = User.__table__
_TEAM: Final[Any] = CaseTeam.__table__
UNMANAGED_SHOWN: Final = 25
STANDING_SHOWN: Final = 100
_OPEN: Final = CASE.c.care != Care.CLOSED.value


def emergencies_to_review(desk: Desk) -> int:
    """How many emergency accesses wait for a review by the actor."""
    query = (
        select(func.count())
        .select_from(_EMERGENCY)
        .join(CASE, CASE.c.id == _EMERGENCY.c.case_id)
        .where(
            _EMERGENCY.c.reviewed_at.is_(None),
            _EMERGENCY.c.user_id != desk.actor.id,
            cases_in_scope(desk, "emergency:review"),
        )
    )
    return int(desk.session.execute(query).scalar_one())


def approvals_to_decide(desk: Desk) -> int:
    """How many acts of power wait for the actor as the second person."""
    query = (
        select(func.count())
        .select_from(APPROVAL)
        .where(
            APPROVAL.c.country == desk.actor.country,
            APPROVAL.c.kind.in_(sorted(KINDS)),
            APPROVAL.c.state == "waiting",
            APPROVAL.c.expires_at > desk.now,
            APPROVAL.c.asked_by != desk.actor.id,
            or_(APPROVAL.c.about_id.is_(None), APPROVAL.c.about_id != desk.actor.id),
            two_persons.within(desk),
        )
    )
    return int(desk.session.execute(query).scalar_one())


def cases_by_worker(desk: Desk, permission: str) -> list[Row[Any]]:
    """Everybody on the team of an open case within reach, with how many cases that are."""
    query = (
        select(
            _USER.c.id.label("user_id"),
            _USER.c.display_name,
            OFFICE.c.name.label("office"),
            func.count(_TEAM.c.case_id.distinct()).label("cases"),
        )
        .select_from(_TEAM)
        .join(CASE, CASE.c.id == _TEAM.c.case_id)
        .join(_USER, _USER.c.id == _TEAM.c.user_id)
        .join(OFFICE, OFFICE.c.id == _USER.c.office_id)
        .where(_OPEN, in_force(CaseTeam, desk.now), cases_in_scope(desk, permission))
        .group_by(_USER.c.id, _USER.c.display_name, OFFICE.c.name)
    )
    return list(desk.session.execute(query))


def managed_by(desk: Desk, permission: str) -> dict[str, int]:
    """How many open cases within reach each case manager has."""
    query = (
        select(CASE.c.case_manager_id, func.count().label("cases"))
        .where(_OPEN, CASE.c.case_manager_id.is_not(None), cases_in_scope(desk, permission))
        .group_by(CASE.c.case_manager_id)
    )
    return {row.case_manager_id: row.cases for row in desk.session.execute(query)}


def duties_by_worker(desk: Desk, permission: str) -> list[Row[Any]]:
    """The open duties of the cases within reach by whoever has that part on the team, and how many are late."""
    mine = and_(_TEAM.c.case_id == TASK.c.case_id, _TEAM.c.role == TASK.c.role, in_force(CaseTeam, desk.now))
    late = func.sum(case((_is_late(desk), 1), else_=0)).label("late")
    query = (
        select(_TEAM.c.user_id, func.count(TASK.c.id.distinct()).label("duties"), late)
        .select_from(TASK)
        .join(_TEAM, mine)
        .join(CASE, CASE.c.id == TASK.c.case_id)
        .where(TASK.c.state == "open", _OPEN, cases_in_scope(desk, permission))
        .group_by(_TEAM.c.user_id)
    )
    return list(desk.session.execute(query))


def unmanaged(desk: Desk, permission: str) -> tuple[list[str], int]:
    """The references of open cases within reach that nobody manages, the oldest first, and how many there are."""
    where = (_OPEN, CASE.c.case_manager_id.is_(None), cases_in_scope(desk, permission))
    query = select(CASE.c.reference).where(*where).order_by(CASE.c.opened_at, CASE.c.id).limit(UNMANAGED_SHOWN)
    count = desk.session.execute(select(func.count()).select_from(CASE).where(*where)).scalar_one()
    return list(desk.session.execute(query).scalars()), int(count)


def late_tasks(desk: Desk, permission: str, ask: Ask) -> tuple[list[Row[Any]], str | None]:
    """One page of the late duties that ``permission`` reaches, the latest due first, with their case if it is seen."""
    query = (
        select(TASK, CASE.c.reference, CASE.c.care, OFFICE.c.name.label("office"))
        .join(OFFICE, OFFICE.c.id == TASK.c.office_id)
        .join(CASE, and_(CASE.c.id == TASK.c.case_id, cases_in_scope(desk, "case:read")), isouter=True)
        .where(_is_late(desk), tasks_in_scope(desk, permission))
    )
    rows = desk.session.execute(ask.narrow(query, [TASK.c.due_at, TASK.c.id])).all()
    page, following = ask.cut(rows, lambda row: (row.due_at, row.id))
    return list(page), following


def standing_clocks(desk: Desk, permission: str) -> list[Row[Any]]:
    """The duties that ``permission`` reaches and whose clock stands still, the longest first, with who stopped it."""
    query = (
        select(TASK, CASE.c.reference, OFFICE.c.name.label("office"), _USER.c.display_name.label("stopper"))
        .join(OFFICE, OFFICE.c.id == TASK.c.office_id)
        .join(CASE, and_(CASE.c.id == TASK.c.case_id, cases_in_scope(desk, "case:read")), isouter=True)
        .join(_USER, _USER.c.id == TASK.c.stopped_by, isouter=True)
        .where(TASK.c.state == STOPPED, tasks_in_scope(desk, permission))
        .order_by(TASK.c.stopped_at, TASK.c.id)
        .limit(STANDING_SHOWN)
    )
    return list(desk.session.execute(query))


def _is_late(desk: Desk) -> ColumnElement[bool]:
    """Open after its time; a time of the person's own that has passed is nobody's delay."""
    return and_(TASK.c.state == "open", TASK.c.due_at < desk.now, TASK.c.kind.not_in(sorted(PASSING)))
