"""Every SELECT of the caseload room, always within the reach of the permission that moves the cases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import Row, func, select

from app.access.desk import Desk
from app.access.scope import cases_in_scope
from app.casework.held import CASE, OFFICE
from app.models.user import User, UserRole
from workflows.care import Care

ASSIGN: Final = "case:assign"
HAND_OVER: Final = "case:handover"
_USER: Final[Any] = User.__table__
_ROLE: Final[Any] = UserRole.__table__
_OPEN: Final = CASE.c.care != Care.CLOSED.value


def carried(desk: Desk, user_id: str, most: int) -> list[Row[Any]]:
    """The open cases within `case:handover` that an account carries, the oldest first, at most ``most``."""
    query = (
        select(CASE.c.id, CASE.c.reference, CASE.c.version, CASE.c.care)
        .where(CASE.c.case_manager_id == user_id, _OPEN, cases_in_scope(desk, HAND_OVER))
        .order_by(CASE.c.opened_at, CASE.c.id)
        .limit(most)
    )
    return list(desk.session.execute(query))


def count_carried(desk: Desk, user_id: str) -> int:
    """How many those are in all."""
    query = select(func.count()).select_from(CASE).where(
        CASE.c.case_manager_id == user_id, _OPEN, cases_in_scope(desk, HAND_OVER)
    )
    return int(desk.session.execute(query).scalar_one())


def carriers(desk: Desk) -> list[Row[Any]]:
    """Everybody who carries open cases within `case:handover`: id, name, active, how many; by name."""
    query = (
        select(_USER.c.id, _USER.c.display_name, _USER.c.active, func.count().label("cases"))
        .select_from(CASE)
        .join(_USER, _USER.c.id == CASE.c.case_manager_id)
        .where(_OPEN, cases_in_scope(desk, HAND_OVER))
        .group_by(_USER.c.id, _USER.c.display_name, _USER.c.active)
        .order_by(_USER.c.display_name, _USER.c.id)
    )
    return list(desk.session.execute(query))


def chosen(desk: Desk, permission: str, references: Iterable[str]) -> list[Row[Any]]:
    """The open cases of these references within ``permission``, by reference, with their manager."""
    query = (
        select(
            CASE.c.id, CASE.c.reference, CASE.c.version, CASE.c.care, CASE.c.case_manager_id,
            _USER.c.display_name.label("manager"),
        )
        .outerjoin(_USER, _USER.c.id == CASE.c.case_manager_id)
        .where(CASE.c.reference.in_(sorted(set(references))), _OPEN, cases_in_scope(desk, permission))
        .order_by(CASE.c.reference)
    )  # fmt: skip
    return list(desk.session.execute(query))


def seen(desk: Desk, case_ids: Iterable[str]) -> dict[str, Row[Any]]:
    """Id -> reference and state of those cases that the actor may see."""
    query = select(CASE.c.id, CASE.c.reference, CASE.c.care, CASE.c.case_manager_id).where(
        CASE.c.id.in_(sorted(set(case_ids))), cases_in_scope(desk, "case:read")
    )
    return {row.id: row for row in desk.session.execute(query)}


def choosable(desk: Desk, roles: Iterable[str]) -> Sequence[Row[Any]]:
    """Active accounts holding one of ``roles`` in an office of the actor's organisation that has open cases they give.

    The own office first: id, name, office.
    """
    theirs = select(CASE.c.office_id).where(_OPEN, cases_in_scope(desk, ASSIGN))
    query = (
        select(_USER.c.id, _USER.c.display_name, OFFICE.c.name.label("office"), OFFICE.c.id.label("office_id"))
        .distinct()
        .join(_ROLE, _ROLE.c.user_id == _USER.c.id)
        .join(OFFICE, OFFICE.c.id == _USER.c.office_id)
        .where(
            _USER.c.active.is_(True), OFFICE.c.organisation == desk.actor.organisation,
            OFFICE.c.country == desk.actor.country, OFFICE.c.id.in_(theirs), _ROLE.c.role.in_(sorted(roles)),
        )
    )  # fmt: skip
    found = desk.session.execute(query)
    return sorted(found, key=lambda row: (row.office_id != desk.office_id, row.office, row.display_name, row.id))


def name_of(desk: Desk, user_id: str | None) -> str:
    """The name shown for an account, nothing for none."""
    query = select(_USER.c.display_name).where(_USER.c.id == user_id)
    return str(desk.session.execute(query).scalar_one_or_none() or "")
