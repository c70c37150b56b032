"""Every SELECT of the transfers room, always within what the reader's office has to do with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import Row, and_, false, func, or_, select

from app.access import walls
from app.access.desk import Desk
from app.access.scope import asker_of, cases_in_scope, reach_of
from app.access.standing import offices
from app.casework.held import CASE, OFFICE
from app.casework.reach import SEEING
from app.casework.transfers import TRANSFERS
from app.models.user import User, UserRole
from policies.model import Scope
from workflows.transfer import T

_USER: Final[Any] = User.__table__
_ROLE: Final[Any] = UserRole.__table__
MOST: Final = 200
# What the office that is asked has to do something about, and what is running: these stand first.
OPEN: Final = (T.ASKED.value, T.QUESTIONED.value, T.SHARED.value)


def asked_of_us(desk: Desk, permission: str) -> list[Row[Any]]:
    """What the reader's office was asked: open ones first, then by when they must be answered."""
    return _listed(desk, permission, TRANSFERS.c.office_id.in_(offices(desk, permission)))


def sent(desk: Desk, permission: str) -> list[Row[Any]]:
    """What was asked of other offices within reach."""
    return _listed(desk, permission, TRANSFERS.c.office_id.not_in(offices(desk, permission)))


def one(desk: Desk, permission: str, transfer_id: str) -> Row[Any] | None:
    """One within reach of ``permission``."""
    query = select(TRANSFERS).where(TRANSFERS.c.id == transfer_id, _open(desk, permission))
    return desk.session.execute(query).one_or_none()


def asked(desk: Desk, permission: str, transfer_id: str) -> Row[Any] | None:
    """The same, if the reader's office is the one that is asked."""
    query = select(TRANSFERS).where(
        TRANSFERS.c.id == transfer_id, TRANSFERS.c.office_id.in_(offices(desk, permission)), _open(desk, permission)
    )
    return desk.session.execute(query).one_or_none()


def some(desk: Desk, permission: str, ids: Iterable[str]) -> dict[str, Row[Any]]:
    """Those of these ids within reach of ``permission``, by id."""
    query = select(TRANSFERS).where(TRANSFERS.c.id.in_(sorted(set(ids))), _open(desk, permission))
    return {row.id: row for row in desk.session.execute(query)}


def to_answer(desk: Desk, permission: str, ids: Iterable[str]) -> list[Row[Any]]:
    """Those of these ids that wait for an answer of the reader's office, the most pressing first."""
    query = select(TRANSFERS).where(
        TRANSFERS.c.id.in_(sorted(set(ids))), TRANSFERS.c.office_id.in_(offices(desk, permission)),
        TRANSFERS.c.state.in_([T.ASKED.value, T.QUESTIONED.value]), _open(desk, permission),
    )  # fmt: skip
    return list(desk.session.execute(query.order_by(TRANSFERS.c.answer_by, TRANSFERS.c.id)))


def waiting_from(desk: Desk, permission: str, code: str, most: int) -> list[str]:
    """The ids of at most ``most`` requests of one office that wait for an answer of the reader's own."""
    query = (
        select(TRANSFERS.c.id)
        .join(OFFICE, OFFICE.c.id == TRANSFERS.c.from_office_id)
        .where(
            OFFICE.c.code == code, TRANSFERS.c.office_id.in_(offices(desk, permission)),
            TRANSFERS.c.state == T.ASKED.value, _open(desk, permission),
        )
        .order_by(TRANSFERS.c.answer_by, TRANSFERS.c.id)
        .limit(most)
    )  # fmt: skip
    return list(desk.session.execute(query).scalars())


def waiting_here(desk: Desk, permission: str) -> int:
    """How many wait for an answer of the reader's office."""
    here = TRANSFERS.c.office_id.in_(offices(desk, permission))
    query = select(func.count()).select_from(TRANSFERS).where(
        here, TRANSFERS.c.state == T.ASKED.value, _open(desk, permission)
    )
    return int(desk.session.execute(query).scalar_one())


def codes_of(desk: Desk, office_ids: Iterable[str]) -> dict[str, str]:
    """Row id of an office -> its code."""
    query = select(OFFICE.c.id, OFFICE.c.code).where(OFFICE.c.id.in_(sorted(set(office_ids))))
    return {row.id: row.code for row in desk.session.execute(query)}


def references_of(desk: Desk, case_ids: Iterable[str]) -> dict[str, str]:
    """Case id -> its reference, of those that the reader may open."""
    query = select(CASE.c.id, CASE.c.reference).where(
        CASE.c.id.in_(sorted(set(case_ids))), cases_in_scope(desk, SEEING)
    )
    return {row.id: row.reference for row in desk.session.execute(query)}


def colleagues(desk: Desk) -> list[Row[Any]]:
    """The active accounts of the reader's own office whose roles let them carry a case: id and name, by name."""
    roles = [name for name, role in desk.policies.roles.items() if SEEING in role.permissions]
    query = (
        select(_USER.c.id, _USER.c.display_name)
        .distinct()
        .join(_ROLE, _ROLE.c.user_id == _USER.c.id)
        .where(_USER.c.office_id == desk.office_id, _USER.c.active.is_(True), _ROLE.c.role.in_(sorted(roles)))
        .order_by(_USER.c.display_name, _USER.c.id)
    )
    return list(desk.session.execute(query))


def late(now: Any, countries: Iterable[str], most: int) -> Any:
    """Those whose time to answer is over, and of whom nobody was told: id and country."""
    return (
        select(TRANSFERS.c.id, TRANSFERS.c.country)
        .where(
            TRANSFERS.c.country.in_(sorted(countries)), TRANSFERS.c.state == T.ASKED.value,
            TRANSFERS.c.answer_by <= now, TRANSFERS.c.late_at.is_(None),
        )
        .order_by(TRANSFERS.c.answer_by, TRANSFERS.c.id)
        .limit(most)
    )  # fmt: skip


def whole(desk: Desk, transfer_id: str) -> Row[Any]:
    """One as the system itself reads it, which reaches every row of its country."""
    return desk.session.execute(select(TRANSFERS).where(TRANSFERS.c.id == transfer_id)).one()


def _listed(desk: Desk, permission: str, which: Any) -> list[Row[Any]]:
    ended = TRANSFERS.c.state.not_in(OPEN)
    query = select(TRANSFERS).where(which, _open(desk, permission))
    return list(desk.session.execute(query.order_by(ended, TRANSFERS.c.answer_by, TRANSFERS.c.id).limit(MOST)))


def _open(desk: Desk, permission: str) -> Any:
    """What `migrations/walls/policies.py` says once more: within reach, and not of somebody one is kept away from."""
    return and_(
        TRANSFERS.c.country == desk.actor.country,
        _within(desk, permission),
        TRANSFERS.c.key_id.not_in(walls.blocked_keys(asker_of(desk))),
    )


def _within(desk: Desk, permission: str) -> Any:
    scopes = reach_of(desk.policies, desk.actor.roles, permission).scopes
    parts = []
    if Scope.COUNTRY in scopes:
        parts.append(TRANSFERS.c.id.is_not(None))
    if Scope.ORGANISATION in scopes:
        parts.append(TRANSFERS.c.organisation == desk.actor.organisation)
    if Scope.OFFICE in scopes:
        here = offices(desk, permission)
        parts.append(or_(TRANSFERS.c.office_id.in_(here), TRANSFERS.c.from_office_id.in_(here)))
    return or_(false(), *parts)
