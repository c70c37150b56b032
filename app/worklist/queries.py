"""Every SELECT of the worklist room: what a permission reaches is said by app/access/scope.py."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, and_, case, exists, func, or_, select

from app.access import rows
from app.access.desk import Desk
from app.access.scope import asker_of, cases_in_scope, tasks_in_scope
from app.access.walls import hidden_cases, hidden_referrals
from app.casework.held import CASE, OFFICE
from app.casework.tasks import TABLE
from app.kit.paging import Ask
from app.models.notice import Notice
from app.worklist.schemas import TaskState

READ: Final = "task:read"
NOTICE: Final[Any] = Notice.__table__
_UNREAD: Final = case((NOTICE.c.read_at.is_(None), 1), else_=0)
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


def tasks(desk: Desk, wanted: Filter, ask: Ask) -> tuple[list[Row[Any]], str | None]:
    """One page of the tasks that `task:read` reaches, due first, and the cursor of the next page."""
    within = tasks_in_scope(desk, READ)
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
    return desk.session.execute(_ROWS.where(TABLE.c.id == task_id, tasks_in_scope(desk, READ))).one_or_none()


def within(desk: Desk, permission: str, task_id: str) -> bool:
    """Whether ``permission`` reaches this task."""
    query = select(TABLE.c.id).where(TABLE.c.id == task_id, tasks_in_scope(desk, permission))
    return desk.session.execute(query).one_or_none() is not None


def notices(desk: Desk, ask: Ask, unread_only: bool = False) -> tuple[list[Row[Any]], str | None]:
    """One page of the actor's own notices, unread ones first, then the newest."""
    query = select(NOTICE, _UNREAD.label("unread")).where(_to_me(desk))
    if unread_only:
        query = query.where(NOTICE.c.read_at.is_(None))
    found = _executed(desk, ask.narrow(query, [_UNREAD, NOTICE.c.at, NOTICE.c.id], newest_first=True)).all()
    page, following = ask.cut(found, lambda row: (row.unread, row.at, row.id))
    return list(page), following


def unread(desk: Desk) -> int:
    """How many of the actor's own notices are unread."""
    query = select(func.count()).select_from(NOTICE).where(_to_me(desk), NOTICE.c.read_at.is_(None))
    return int(_executed(desk, query).scalar_one())


def notice(desk: Desk, notice_id: str) -> Row[Any] | None:
    """One notice of the actor's own."""
    found: Row[Any] | None = _executed(desk, select(NOTICE).where(NOTICE.c.id == notice_id, _to_me(desk))).one_or_none()
    return found


def _executed(desk: Desk, query: Any) -> Any:
    """The result of a query on the actor's own notices: which cases are hidden from them only the house can tell."""
    with rows.as_the_house(desk.session, desk.actor.country):
        return desk.session.execute(query)


def _to_me(desk: Desk) -> Predicate:
    """The actor's own notices, but those about a case or referral behind a wall: like the tasks, they go unseen."""
    asker = asker_of(desk)
    return and_(
        NOTICE.c.user_id == desk.actor.id,
        or_(NOTICE.c.subject_kind != "case", NOTICE.c.subject_id.not_in(hidden_cases(asker))),
        or_(NOTICE.c.subject_kind != "referral", NOTICE.c.subject_id.not_in(hidden_referrals(asker))),
    )
