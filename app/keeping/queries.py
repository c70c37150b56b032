"""Every SELECT of the keeping room."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import Row, exists, func, or_, select

from app.access.desk import Desk
from app.access.scope import cases_in_scope, referrals_in_scope
from app.casework.held import CASE, REFERRAL
from app.casework.keeping import ERASURE, HOLD
from app.casework.messages import TABLE as MESSAGE
from app.casework.tasks import TABLE as _TASK
from app.casework.tasks import UNDONE
from app.models.approval import Approval
from app.models.user import User
from workflows.erasure_abroad import ANSWER, ASKS

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
    reached = or_(
        ERASURE.c.case_id.in_(select(CASE.c.id).where(cases_in_scope(desk, permission))),
        ERASURE.c.referral_id.in_(select(REFERRAL.c.id).where(referrals_in_scope(desk, permission))),
    )
    query = _ERASURES.where(ERASURE.c.country == desk.actor.country, reached)
    return list(desk.session.execute(query.order_by(ERASURE.c.agreed_at.desc(), ERASURE.c.id).limit(MOST)))


def within(desk: Desk, permission: str, cases: Iterable[str]) -> frozenset[str]:
    """Of these cases those that the permission reaches."""
    query = select(CASE.c.id).where(CASE.c.id.in_(tuple(cases)), cases_in_scope(desk, permission))
    return frozenset(desk.session.execute(query).scalars())


def display_names(desk: Desk, users: Iterable[str]) -> dict[str, str]:
    """Account id -> the worker's name."""
    query = select(_USER.c.id, _USER.c.display_name).where(_USER.c.id.in_(sorted(set(users)))).order_by(_USER.c.id)
    return {row.id: row.display_name for row in desk.session.execute(query)}


def asked_abroad(desk: Desk, permission: str) -> list[Row[Any]]:
    """The copies within reach whose other country erased the person and asked for the same, the newest first.

    With the reference of the person's case, if there is one, and by when an answer is owed.
    """
    due = (
        select(_TASK.c.due_at)
        .where(_TASK.c.referral_id == REFERRAL.c.id, _TASK.c.kind == ANSWER, _TASK.c.state.in_(UNDONE))
        .limit(1)
        .scalar_subquery()
    )
    asked = exists().where(
        MESSAGE.c.country == REFERRAL.c.country, MESSAGE.c.shared_id == REFERRAL.c.shared_id,
        MESSAGE.c.direction == "in", MESSAGE.c.type.in_(tuple(ASKS.values())),
    )  # fmt: skip
    query = (
        select(REFERRAL, CASE.c.reference.label("case_reference"), due.label("due"))
        .join(CASE, CASE.c.id == REFERRAL.c.case_id, isouter=True)
        .where(REFERRAL.c.country == desk.actor.country, referrals_in_scope(desk, permission), asked)
        .order_by(REFERRAL.c.changed_at.desc(), REFERRAL.c.id)
        .limit(MOST)
    )
    return list(desk.session.execute(query))


def copy_called(desk: Desk, permission: str, reference: str) -> str | None:
    """The id of the copy with this reference, within a permission's reach."""
    query = select(REFERRAL.c.id).where(
        REFERRAL.c.country == desk.actor.country, REFERRAL.c.reference == reference,
        referrals_in_scope(desk, permission),
    )  # fmt: skip
    found = desk.session.execute(query).scalar_one_or_none()
    return str(found) if found else None


_ERASURES: Final = (
    select(ERASURE, func.coalesce(CASE.c.reference, REFERRAL.c.reference).label("reference"))
    .join(CASE, CASE.c.id == ERASURE.c.case_id, isouter=True)
    .join(REFERRAL, REFERRAL.c.id == ERASURE.c.referral_id, isouter=True)
)
