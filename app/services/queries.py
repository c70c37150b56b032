"""Every SELECT of the services room, always within what the reader's office has to do with."""

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
from app.casework.transfers import SERVICES
from policies.model import Scope
from workflows.service import S

MOST: Final = 200
# What the provider has to answer, or has taken upon itself: these stand first.
OPEN: Final = (S.ASKED.value, S.ACCEPTED.value, S.RUNNING.value)


def asked_of_us(desk: Desk, permission: str) -> list[Row[Any]]:
    """What the reader's office was asked: open ones first, then by when they must be answered."""
    return _listed(desk, permission, SERVICES.c.office_id.in_(offices(desk, permission)))


def sent(desk: Desk, permission: str) -> list[Row[Any]]:
    """What was asked of other offices within reach."""
    return _listed(desk, permission, SERVICES.c.office_id.not_in(offices(desk, permission)))


def one(desk: Desk, permission: str, service_id: str) -> Row[Any] | None:
    """One within reach of ``permission``."""
    query = select(SERVICES).where(SERVICES.c.id == service_id, _open(desk, permission))
    return desk.session.execute(query).one_or_none()


def asked(desk: Desk, permission: str, service_id: str) -> Row[Any] | None:
    """The same, if the reader's office is the one that is asked."""
    query = select(SERVICES).where(
        SERVICES.c.id == service_id, SERVICES.c.office_id.in_(offices(desk, permission)), _open(desk, permission)
    )
    return desk.session.execute(query).one_or_none()


def open_here(desk: Desk, permission: str) -> dict[str, int]:
    """State -> how many open ones the reader's office has in it."""
    query = (
        select(SERVICES.c.state, func.count())
        .where(SERVICES.c.office_id.in_(offices(desk, permission)), SERVICES.c.state.in_(OPEN), _open(desk, permission))
        .group_by(SERVICES.c.state)
    )
    return {state: int(count) for state, count in desk.session.execute(query)}


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
    """Those whose time to answer is over, and of whom nobody was told: id and country."""
    return (
        select(SERVICES.c.id, SERVICES.c.country)
        .where(
            SERVICES.c.country.in_(sorted(countries)), SERVICES.c.state == S.ASKED.value,
            SERVICES.c.answer_by <= now, SERVICES.c.late_at.is_(None),
        )
        .order_by(SERVICES.c.answer_by, SERVICES.c.id)
        .limit(most)
    )  # fmt: skip


def run_out(today: Any, countries: Iterable[str], most: int) -> Any:
    """Open ones whose consent may have run out before ``today``, and of whom nobody was told: id and country."""
    return (
        select(SERVICES.c.id, SERVICES.c.country)
        .where(
            SERVICES.c.country.in_(sorted(countries)), SERVICES.c.state.in_(OPEN), SERVICES.c.agreed_until < today,
            SERVICES.c.consent_gone_at.is_(None),
        )
        .order_by(SERVICES.c.agreed_until, SERVICES.c.id)
        .limit(most)
    )  # fmt: skip


def whole(desk: Desk, service_id: str) -> Row[Any]:
    """One as the system itself reads it, which reaches every row of its country."""
    return desk.session.execute(select(SERVICES).where(SERVICES.c.id == service_id)).one()


def _listed(desk: Desk, permission: str, which: Any) -> list[Row[Any]]:
    ended = SERVICES.c.state.not_in(OPEN)
    answered = SERVICES.c.state != S.ASKED.value
    query = select(SERVICES).where(which, _open(desk, permission))
    query = query.order_by(ended, answered, SERVICES.c.answer_by, SERVICES.c.id)
    return list(desk.session.execute(query.limit(MOST)))


def _open(desk: Desk, permission: str) -> Any:
    """What `migrations/walls/policies.py` says once more: within reach, and not of somebody one is kept away from."""
    return and_(
        SERVICES.c.country == desk.actor.country,
        _within(desk, permission),
        SERVICES.c.key_id.not_in(walls.blocked_keys(asker_of(desk))),
    )


def _within(desk: Desk, permission: str) -> Any:
    scopes = reach_of(desk.policies, desk.actor.roles, permission).scopes
    parts = []
    if Scope.COUNTRY in scopes:
        parts.append(SERVICES.c.id.is_not(None))
    if Scope.ORGANISATION in scopes:
        parts.append(SERVICES.c.organisation == desk.actor.organisation)
    if Scope.OFFICE in scopes:
        here = offices(desk, permission)
        parts.append(or_(SERVICES.c.office_id.in_(here), SERVICES.c.from_office_id.in_(here)))
    return or_(false(), *parts)
