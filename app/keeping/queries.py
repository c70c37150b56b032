"""Every SELECT of the keeping room."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import Row, or_, select

from app.access.desk import Desk
from app.access.scope import cases_in_scope
from app.casework.held import CASE
from app.casework.keeping import ERASURE, HOLD
from app.models.approval import Approval
from app.models.user import User

_APPROVAL: Final[Any] = Approval.__table__
_USER: Final[Any] = User.__table__
MOST: Final = 200


def holds(desk: Desk, cases: Iterable[str]) -> list[Row[Any]]:
    """The legal holds on these cases, those that stand first, the newest first."""
    query = select(HOLD).where(HOLD.c.case_id.in_(tuple(cases)))
    return list(desk.session.execute(query.order_by(HOLD.c.lifted_at.is_not(None), HOLD.c.since.desc(), HOLD.c.id)))


def hold(desk: Desk, hold_id: str, cases: Iterable[str]) -> Row[Any] | None:
    """One hold on one of these cases."""
    query = select(HOLD).where(HOLD.c.id == hold_id, HOLD.c.case_id.in_(tuple(cases)))
    return desk.session.execute(query).one_or_none()


def held_cases(desk: Desk, cases: Iterable[str]) -> frozenset[str]:
    """Of these cases those whose person a hold stands on today."""
    stands = (HOLD.c.lifted_at.is_(None), or_(HOLD.c.until.is_(None), HOLD.c.until >= desk.today))
    of_person = select(CASE.c.person_id).join(HOLD, HOLD.c.case_id == CASE.c.id).where(*stands)
    query = select(CASE.c.id).where(CASE.c.id.in_(tuple(cases)), CASE.c.person_id.in_(of_person))
    return frozenset(desk.session.execute(query).scalars())


def waiting(desk: Desk, cases: Iterable[str], kind: str) -> dict[str, str]:
    """Case -> the approval of that kind which waits for a second person."""
    query = select(_APPROVAL.c.subject_id, _APPROVAL.c.id).where(
        _APPROVAL.c.kind == kind, _APPROVAL.c.subject_id.in_(tuple(cases)), _APPROVAL.c.state == "waiting",
        _APPROVAL.c.expires_at > desk.now,
    )  # fmt: skip
    return {row.subject_id: row.id for row in desk.session.execute(query)}


def erasure_of(desk: Desk, person_id: str) -> Row[Any] | None:
    """The erasure of a person, with the reference of the case it was asked for at."""
    return desk.session.execute(_ERASURES.where(ERASURE.c.person_id == person_id)).one_or_none()


def erasures(desk: Desk, permission: str) -> list[Row[Any]]:
    """The register within reach, the newest first."""
    query = _ERASURES.where(ERASURE.c.country == desk.actor.country, cases_in_scope(desk, permission))
    return list(desk.session.execute(query.order_by(ERASURE.c.agreed_at.desc(), ERASURE.c.id).limit(MOST)))


def within(desk: Desk, permission: str, cases: Iterable[str]) -> frozenset[str]:
    """Of these cases those that the permission reaches."""
    query = select(CASE.c.id).where(CASE.c.id.in_(tuple(cases)), cases_in_scope(desk, permission))
    return frozenset(desk.session.execute(query).scalars())


def display_names(desk: Desk, users: Iterable[str]) -> dict[str, str]:
    """Account id -> the worker's name."""
    query = select(_USER.c.id, _USER.c.display_name).where(_USER.c.id.in_(sorted(set(users)))).order_by(_USER.c.id)
    return {row.id: row.display_name for row in desk.session.execute(query)}


_ERASURES: Final = select(ERASURE, CASE.c.reference).join(CASE, CASE.c.id == ERASURE.c.case_id)
