"""Every SELECT of the worklist room: one predicate says how far a permission reaches over tasks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, and_, exists, or_, select

from app.access.desk import Desk
from app.access.scope import cases_in_scope
from app.casework.held import CASE, OFFICE, REFERRAL
from app.casework.tasks import TABLE
from app.kit.paging import Ask
from app.models.case import CaseTeam
from app.worklist.schemas import TaskState
from policies.model import Scope

_TEAM: Final[Any] = CaseTeam.__table__
READ: Final = "task:read"
_ROWS: Final = select(TABLE, OFFICE.c.code.label("office")).join(OFFICE, OFFICE.c.id == TABLE.c.office_id)
Predicate = ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list of tasks is narrowed to; None = everything."""

    state: TaskState = TaskState.OPEN
    role: str | None = None
    late: bool | None = None
    case_id: str | None = None

    @property
    def said(self) -> dict[str, str | bool]:
        """What was asked for: for the book of looks."""
        named = {"role": self.role, "late": self.late, "case": self.case_id}
        return {"state": self.state.value, **{name: value for name, value in named.items() if value is not None}}


def tasks_within(desk: Desk, permission: str) -> Predicate:
    """The tasks ``permission`` reaches: by the office that holds them, or by the case or referral they are about.

    Whoever holds it at all reaches the tasks of the own office that wait for one of the own roles. Written with
    the task's own columns and short lists of ids, so that the indexes of the task table serve it.
    """
    actor = desk.actor
    scopes = desk.policies.scope_for(actor.roles, permission)
    reach: dict[Scope, Callable[[], Predicate]] = {
        Scope.OFFICE: lambda: TABLE.c.office_id == desk.office_id,
        Scope.ORGANISATION: lambda: TABLE.c.office_id.in_(
            select(OFFICE.c.id).where(OFFICE.c.organisation == actor.organisation, OFFICE.c.country == actor.country)
        ),
        Scope.OWN: lambda: TABLE.c.case_id.in_(select(CASE.c.id).where(CASE.c.created_by == actor.id)),
        Scope.ASSIGNED: lambda: TABLE.c.case_id.in_(
            select(_TEAM.c.case_id).where(
                _TEAM.c.user_id == actor.id,
                _TEAM.c.since <= desk.now,
                or_(_TEAM.c.until.is_(None), _TEAM.c.until > desk.now),
            )
        ),
        Scope.PARTY: lambda: TABLE.c.referral_id.in_(
            select(REFERRAL.c.id).where(
                REFERRAL.c.country == actor.country,
                or_(REFERRAL.c.office_id == desk.office_id, REFERRAL.c.border_office_id == desk.office_id),
            )
        ),
    }
    within_country: Predicate = TABLE.c.country == actor.country
    if Scope.COUNTRY in scopes:
        return within_country
    own_role = and_(TABLE.c.office_id == desk.office_id, TABLE.c.role.in_(sorted(actor.roles)))
    parts = [words() for scope, words in reach.items() if scope in scopes]
    if Scope.OFFICE not in scopes:
        parts.append(own_role)
    within: Predicate = and_(within_country, or_(*parts))
    return within


def tasks(desk: Desk, wanted: Filter, ask: Ask) -> tuple[list[Row[Any]], str | None]:
    """One page of the tasks that `task:read` reaches, due first, and the cursor of the next page."""
    within = tasks_within(desk, READ)
    if wanted.case_id is not None:
        # Of a case the actor reaches, every task is shown, also those that wait at a border post.
        whole = exists().where(CASE.c.id == TABLE.c.case_id, cases_in_scope(desk, READ))
        within = and_(TABLE.c.case_id == wanted.case_id, or_(within, whole))
    query = _ROWS.where(within)
    if wanted.state is not TaskState.ALL:
        query = query.where(TABLE.c.state == wanted.state.value)
    if wanted.role is not None:
        query = query.where(TABLE.c.role == wanted.role)
    if wanted.late is not None:
        query = query.where(_late(desk.now) if wanted.late else ~_late(desk.now))
    rows = desk.session.execute(ask.narrow(query, [TABLE.c.due_at, TABLE.c.id])).all()
    page, following = ask.cut(rows, lambda row: (row.due_at, row.id))
    return list(page), following


def _late(now: datetime) -> Predicate:
    late: Predicate = and_(TABLE.c.state == "open", TABLE.c.due_at < now)
    return late


def task(desk: Desk, task_id: str) -> Row[Any] | None:
    """One task that `task:read` reaches."""
    return desk.session.execute(_ROWS.where(TABLE.c.id == task_id, tasks_within(desk, READ))).one_or_none()


def workable(desk: Desk, task_id: str) -> bool:
    """Whether `task:work` reaches this task."""
    query = select(TABLE.c.id).where(TABLE.c.id == task_id, tasks_within(desk, "task:work"))
    return desk.session.execute(query).one_or_none() is not None
