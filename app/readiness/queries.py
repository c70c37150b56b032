"""Every SELECT of the readiness room, always within the reach of a permission."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, and_, case, exists, false, or_, select

from app.access.desk import Desk
from app.access.standing import offices
from app.casework.beds import RESERVE
from app.casework.held import OFFICE
from app.models.notice import Notice
from app.models.operation import Operation
from policies.model import Scope
from workflows.readiness import HELD, PLANNED, RELEASED

OPERATION: Final[Any] = Operation.__table__
MOST: Final = 100
# The kind of notice that asks those who planned an operation how it ended.
ASKED_AFTER: Final = "operation_asked_after"
_ASKED: Final = OFFICE.alias("asked")
_BY: Final = OFFICE.alias("planner")


def operations(desk: Desk, permission: str) -> list[Row[Any]]:
    """The operations within reach: those that are not over first, by their day."""
    over = case((OPERATION.c.state.in_((PLANNED, RELEASED)), 0), else_=1)
    query = _operations().where(_within(desk, permission)).order_by(over, OPERATION.c.planned_on, OPERATION.c.id)
    return list(desk.session.execute(query.limit(MOST)))


def operation(desk: Desk, permission: str, operation_id: str, *, lock: bool = False) -> Row[Any] | None:
    """One operation within reach; ``lock``: until the transaction ends, so that what is reserved stays as it is."""
    query = _operations().where(OPERATION.c.id == operation_id, _within(desk, permission))
    return desk.session.execute(query.with_for_update(of=OPERATION) if lock else query).one_or_none()


def reserves_of(desk: Desk, operation_id: str) -> list[Row[Any]]:
    """What was asked for an operation the caller has been let to, the oldest first."""
    query = _reserves().where(RESERVE.c.operation_id == operation_id)
    return list(desk.session.execute(query.order_by(RESERVE.c.asked_at, RESERVE.c.id)))


def reserves_here(desk: Desk, permission: str) -> list[Row[Any]]:
    """What the actor's office was asked for, what waits for an answer first."""
    waits = case((RESERVE.c.state == "asked", 0), (RESERVE.c.state == "held", 1), else_=2)
    query = _reserves().where(_mine(desk, permission)).order_by(waits, RESERVE.c.planned_on, RESERVE.c.id)
    return list(desk.session.execute(query.limit(MOST)))


def reserve(desk: Desk, permission: str, reservation_id: str) -> Row[Any] | None:
    """One thing that the actor's office was asked for."""
    query = _reserves().where(RESERVE.c.id == reservation_id, _mine(desk, permission))
    return desk.session.execute(query).one_or_none()


def promised(desk: Desk, row: Row[Any]) -> bool:
    """Whether the office keeps what ``row`` asks for ready for another operation on the same day.

    All that was asked of it for that day is locked until the transaction ends, in one order: of two answers that are
    given at once the second one waits, and finds the first.
    """
    same = (
        RESERVE.c.office_id == row.office_id, RESERVE.c.planned_on == row.planned_on, RESERVE.c.kind == row.kind,
        RESERVE.c.language == row.language, RESERVE.c.state.in_(("asked", HELD)),
    )  # fmt: skip
    query = select(RESERVE.c.operation_id, RESERVE.c.state).where(*same).order_by(RESERVE.c.id).with_for_update()
    found = desk.session.execute(query).all()
    return any(each.state == HELD and each.operation_id != row.operation_id for each in found)


def whole(desk: Desk, operation_id: str) -> Row[Any]:
    """One operation, locked, for whoever reaches every row of its country."""
    query = _operations().where(OPERATION.c.id == operation_id)
    return desk.session.execute(query.with_for_update(of=OPERATION)).one()


def asked_after(operation_id: Any) -> Any:
    """Whether those who planned an operation were asked how it ended."""
    return exists().where(Notice.kind == ASKED_AFTER, Notice.subject_id == operation_id)


def gone_by(today: date, countries: Iterable[str], most: int) -> Any:
    """Operations whose day is before ``today``, which nobody ended or was asked after: id and country."""
    return _unended(today, countries).where(~asked_after(OPERATION.c.id)).limit(most)


def run_out(before: date, country: str, most: int) -> Any:
    """Operations of a country whose day is before ``before`` and which nobody ended: id and country."""
    return _unended(before, [country]).limit(most)


def _unended(before: date, countries: Iterable[str]) -> Select[Any]:
    return (
        select(OPERATION.c.id, OPERATION.c.country)
        .where(
            OPERATION.c.country.in_(sorted(countries)), OPERATION.c.state.in_((PLANNED, RELEASED)),
            OPERATION.c.planned_on < before,
        )
        .order_by(OPERATION.c.planned_on, OPERATION.c.id)
    )  # fmt: skip


def office_called(desk: Desk, code: str) -> Row[Any] | None:
    """An office of the actor's country: its id and kind."""
    query = select(OFFICE).where(OFFICE.c.code == code, OFFICE.c.country == desk.actor.country)
    return desk.session.execute(query).one_or_none()


def _operations() -> Select[Any]:
    return select(OPERATION, OFFICE.c.code.label("office")).join(OFFICE, OFFICE.c.id == OPERATION.c.office_id)


def _reserves() -> Select[Any]:
    return (
        select(RESERVE, _ASKED.c.code.label("office"), _BY.c.code.label("planner"))
        .join(_ASKED, _ASKED.c.id == RESERVE.c.office_id)
        .join(_BY, _BY.c.id == RESERVE.c.by_office)
    )


def _within(desk: Desk, permission: str) -> ColumnElement[bool]:
    scopes = desk.policies.scope_for(desk.actor.roles, permission)
    here: ColumnElement[bool] = OPERATION.c.country == desk.actor.country
    if Scope.COUNTRY in scopes:
        return here
    parts: list[ColumnElement[bool]] = []
    if Scope.ORGANISATION in scopes:
        parts.append(OPERATION.c.organisation == desk.actor.organisation)
    if Scope.OFFICE in scopes:
        parts.append(OPERATION.c.office_id == desk.office_id)
    return and_(here, or_(*parts)) if parts else false()


def _mine(desk: Desk, permission: str) -> ColumnElement[bool]:
    if not desk.policies.scope_for(desk.actor.roles, permission):
        return false()
    return and_(RESERVE.c.country == desk.actor.country, RESERVE.c.office_id.in_(offices(desk, permission)))
