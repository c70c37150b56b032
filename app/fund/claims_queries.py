"""Every SELECT about claims as the office of the fund sees them, always within what the reader has to do with."""

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
from app.casework.transfers import CLAIMS
from policies.model import Scope
from workflows.fund_claim import F
from workflows.guards.fund import WAITS_FOR_FUND

MOST: Final = 200
_WAITS: Final = tuple(sorted(WAITS_FOR_FUND))


def for_us(desk: Desk, permission: str) -> list[Row[Any]]:
    """What was claimed from the reader's office: what waits for it first, then by when it must act."""
    return _listed(desk, permission, CLAIMS.c.office_id.in_(offices(desk, permission)))


def sent(desk: Desk, permission: str) -> list[Row[Any]]:
    """What others within reach have claimed."""
    return _listed(desk, permission, CLAIMS.c.office_id.not_in(offices(desk, permission)))


def one(desk: Desk, permission: str, claim_id: str) -> Row[Any] | None:
    """One within reach of ``permission``."""
    query = select(CLAIMS).where(CLAIMS.c.id == claim_id, _open(desk, permission))
    return desk.session.execute(query).one_or_none()


def asked(desk: Desk, permission: str, claim_id: str) -> Row[Any] | None:
    """The same, if the reader's office is the one that decides."""
    query = select(CLAIMS).where(
        CLAIMS.c.id == claim_id, CLAIMS.c.office_id.in_(offices(desk, permission)), _open(desk, permission)
    )
    return desk.session.execute(query).one_or_none()


def waiting_here(desk: Desk, permission: str) -> int:
    """How many claims wait for the reader's office."""
    query = select(func.count()).where(
        CLAIMS.c.office_id.in_(offices(desk, permission)), CLAIMS.c.state.in_(_WAITS), _open(desk, permission)
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


def late(now: Any, countries: Iterable[str], most: int) -> Any:
    """Those whose time is over, and of whom nobody was told: id and country."""
    return (
        select(CLAIMS.c.id, CLAIMS.c.country)
        .where(
            CLAIMS.c.country.in_(sorted(countries)), CLAIMS.c.state.in_(_WAITS), CLAIMS.c.ended_at.is_(None),
            CLAIMS.c.answer_by <= now, CLAIMS.c.late_at.is_(None),
        )
        .order_by(CLAIMS.c.answer_by, CLAIMS.c.id)
        .limit(most)
    )  # fmt: skip


def whole(desk: Desk, claim_id: str) -> Row[Any]:
    """One as the system itself reads it, which reaches every row of its country."""
    return desk.session.execute(select(CLAIMS).where(CLAIMS.c.id == claim_id)).one()


def _listed(desk: Desk, permission: str, which: Any) -> list[Row[Any]]:
    over, answered = CLAIMS.c.ended_at.is_not(None), CLAIMS.c.state.not_in(_WAITS)
    query = select(CLAIMS).where(which, _open(desk, permission))
    query = query.order_by(over, answered, CLAIMS.c.state != F.SUBMITTED.value, CLAIMS.c.answer_by, CLAIMS.c.id)
    return list(desk.session.execute(query.limit(MOST)))


def _open(desk: Desk, permission: str) -> Any:
    """What `migrations/walls/policies.py` says once more: within reach, and not of somebody one is kept away from."""
    return and_(
        CLAIMS.c.country == desk.actor.country,
        _within(desk, permission),
        CLAIMS.c.key_id.not_in(walls.blocked_keys(asker_of(desk))),
    )


def _within(desk: Desk, permission: str) -> Any:
    scopes = reach_of(desk.policies, desk.actor.roles, permission).scopes
    parts = []
    if Scope.COUNTRY in scopes:
        parts.append(CLAIMS.c.id.is_not(None))
    if Scope.ORGANISATION in scopes:
        parts.append(CLAIMS.c.organisation == desk.actor.organisation)
    if Scope.OFFICE in scopes:
        here = offices(desk, permission)
        parts.append(or_(CLAIMS.c.office_id.in_(here), CLAIMS.c.from_office_id.in_(here)))
    return or_(false(), *parts)
