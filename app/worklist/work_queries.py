"""The SELECTs behind somebody's first page: tasks in groups, with the references they are about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, and_, case, exists, false, func, or_, select

from app.access.desk import Desk
from app.access.may import permitted
from app.access.scope import asker_of, cases_in_scope, referrals_in_scope, tasks_in_scope
from app.access.walls import ours as stood_for
from app.casework.held import CASE, OFFICE, REFERRAL
from app.casework.kinds import KINDS
from app.casework.tasks import TABLE
from app.kit.paging import Ask
from app.models.user import User, UserRole
from app.worklist.closers import CLOSERS, RECORD, WAITING
from app.worklist.queries import READ
from workflows.engine import MACHINES

SOON: Final = timedelta(days=3)
_USER: Final[Any] = User.__table__
# Beside the case manager of a row, who is another account.
_HOLDER: Final[Any] = _USER.alias("holder")
_ASSIGNEE: Final[Any] = _USER.alias("assignee")
_ROLE: Final[Any] = UserRole.__table__
Predicate = ColumnElement[bool]


class Group(StrEnum):
    """How a first page is divided; one task stands in one group."""

    LATE = "late"
    SOON = "soon"
    OTHERS = "others"
    NEW = "new"


def rows(desk: Desk, group: Group, ask: Ask) -> tuple[list[Row[Any]], str | None]:
    """One page of the open tasks of ``group``, late ones and then pressing ones first; and the next page's cursor.

    Each with the references of its case and referral as far as the actor may open them; a task of which neither can
    be opened is left out: it would lead nowhere.
    """
    in_time = case((_late(desk), 0), else_=1)
    query = _rows(desk).add_columns(in_time.label("in_time")).where(_in(desk, group))
    found = desk.session.execute(ask.narrow(query, [in_time, TABLE.c.priority, TABLE.c.due_at, TABLE.c.id])).all()
    page, following = ask.cut(found, lambda row: (row.in_time, row.priority, row.due_at, row.id))
    return list(page), following


def one(desk: Desk, task_id: str) -> Row[Any] | None:
    """One open task of the actor's own, as `rows` shows it."""
    return desk.session.execute(_rows(desk).where(TABLE.c.id == task_id, _mine(desk))).one_or_none()


def open_one(desk: Desk, task_id: str) -> Row[Any] | None:
    """One open task within `task:read`, whoever it waits for."""
    return desk.session.execute(_rows(desk).where(TABLE.c.id == task_id)).one_or_none()


def count(desk: Desk, group: Group) -> int:
    """How many tasks a group holds, over all its pages."""
    return _count(desk, _in(desk, group))


def due_within(desk: Desk, span: timedelta) -> int:
    """How many of the actor's own tasks fall due between now and ``span`` from now."""
    return _count(desk, and_(_mine(desk), TABLE.c.due_at >= desk.now, TABLE.c.due_at < desk.now + span))


def late_by_care(desk: Desk) -> dict[str | None, int]:
    """State of care (None: no case here yet) -> how many tasks within `task:read` are late."""
    care = CASE.c.care.label("care")
    query = _joined(select(care, func.count()), desk).where(*_open(desk), _late(desk)).group_by(care)
    return {row[0]: int(row[1]) for row in desk.session.execute(query)}


def late_rows(desk: Desk, ask: Ask, states: Sequence[str] | None) -> tuple[list[Row[Any]], str | None]:
    """One page of everything late within `task:read`, due first; ``states`` of care, () for no case here, None: all."""
    query = _rows(desk).where(_late(desk))
    if states is not None:
        query = query.where(CASE.c.care.in_(states) if states else CASE.c.id.is_(None))
    found = desk.session.execute(ask.narrow(query, [TABLE.c.due_at, TABLE.c.id])).all()
    page, following = ask.cut(found, lambda row: (row.due_at, row.id))
    return list(page), following


def _rows(desk: Desk) -> Select[Any]:
    query: Select[Any] = select(
        TABLE.c.id, TABLE.c.kind, TABLE.c.role, TABLE.c.due_at, TABLE.c.opened_at, TABLE.c.case_id, TABLE.c.rung,
        TABLE.c.referral_id, TABLE.c.matter_id, TABLE.c.priority, TABLE.c.assignee_id, TABLE.c.record_id,
        OFFICE.c.code.label("office"), OFFICE.c.organisation,
        CASE.c.reference.label("case_reference"), CASE.c.identification,
        CASE.c.care, CASE.c.case_manager_id, _USER.c.display_name.label("manager"),
        _ASSIGNEE.c.display_name.label("assignee"),
        REFERRAL.c.reference.label("referral_reference"), REFERRAL.c.state, REFERRAL.c.other_country,
    )  # fmt: skip
    query = _joined(query, desk).join(OFFICE, OFFICE.c.id == TABLE.c.office_id)
    query = query.outerjoin(_ASSIGNEE, _ASSIGNEE.c.id == TABLE.c.assignee_id)
    return query.outerjoin(_USER, _USER.c.id == CASE.c.case_manager_id).where(*_open(desk))


def _joined(query: Select[Any], desk: Desk) -> Select[Any]:
    """``query`` over tasks, beside their case and their referral as far as the actor may open them."""
    cases = _if(desk, "case:read", cases_in_scope)
    referrals = _if(desk, "referral:read", referrals_in_scope)
    return (
        query.select_from(TABLE)
        .outerjoin(CASE, and_(CASE.c.id == TABLE.c.case_id, cases))
        .outerjoin(REFERRAL, and_(REFERRAL.c.id == TABLE.c.referral_id, referrals))
    )


def _if(desk: Desk, permission: str, predicate: Any) -> Predicate:
    return predicate(desk, permission) if permitted(desk, permission) else false()


def _open(desk: Desk) -> tuple[Predicate, ...]:
    return (
        TABLE.c.state == "open",
        tasks_in_scope(desk, READ),
        or_(CASE.c.id.is_not(None), REFERRAL.c.id.is_not(None)),
    )


def _count(desk: Desk, wanted: Predicate) -> int:
    query = _joined(select(func.count()), desk).where(*_open(desk), wanted)
    return int(desk.session.execute(query).scalar_one())


def _in(desk: Desk, group: Group) -> Predicate:
    soon = desk.now + SOON
    match group:
        case Group.LATE:
            return and_(_mine(desk), _late(desk))
        case Group.SOON:
            return and_(_mine(desk), TABLE.c.due_at >= desk.now, TABLE.c.due_at < soon)
        case Group.NEW:
            return and_(_mine(desk), TABLE.c.due_at >= soon, TABLE.c.opened_at > desk.now - SOON)
        case Group.OTHERS:
            return ~_mine(desk)


def _late(desk: Desk) -> Predicate:
    late: Predicate = TABLE.c.due_at < desk.now
    return late


def _mine(desk: Desk) -> Predicate:
    """Tasks for a role of the actor's, and those that the actor could do where nobody in the office holds the role.

    What waits for one colleague is theirs alone, and their deputy's while they are away. What waits for another country
    is nobody's here, whatever role keeps an eye on it.
    """
    holder = exists().where(
        _ROLE.c.role == TABLE.c.role,
        _ROLE.c.user_id == _HOLDER.c.id,
        _HOLDER.c.office_id == TABLE.c.office_id,
        _HOLDER.c.active.is_(True),
    )
    ours = or_(TABLE.c.role.in_(sorted(desk.actor.roles)), and_(TABLE.c.kind.in_(_doable(desk)), ~holder))
    # Never unknown, else its opposite would leave out what nobody is named for.
    named = and_(TABLE.c.assignee_id.is_not(None), stood_for(TABLE.c.assignee_id, asker_of(desk)))
    mine = or_(named, and_(TABLE.c.assignee_id.is_(None), ours))
    return and_(mine, TABLE.c.kind.not_in(sorted(WAITING)))


def _doable(desk: Desk) -> list[str]:
    """The kinds of task that end with something the actor's roles may do."""
    return [kind for kind, acts in CLOSERS.items() if any(permitted(desk, permission_of(act)) for act in acts)]


def permission_of(act: str) -> str:
    """The permission that an act (machine.step or record.kind) needs."""
    place, name = act.split(".")
    if place == RECORD:
        return KINDS[name].permission
    step = MACHINES[place].step(name)
    assert step is not None
    return step.permission
