"""Every SELECT of the exports room: one's own exports, and what a case within reach has to tell in one."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, func, or_, select

from app.access.desk import Desk
from app.access.scope import cases_in_scope
from app.casework.held import CASE, KEY, PERSON, REFERRAL
from app.models.approval import CaseExport
from app.models.base import is_id
from app.models.history import HistoryEntry

TABLE: Final[Any] = CaseExport.__table__
SHOWN: Final = 25
REVEAL: Final = "identity:reveal"
_HISTORY: Final[Any] = HistoryEntry.__table__


def mine(desk: Desk, export_id: str) -> Row[Any] | None:
    """One export that the actor asked for."""
    if not is_id(export_id):
        return None
    query = select(TABLE).where(
        TABLE.c.id == export_id, TABLE.c.asked_by == desk.actor.id, TABLE.c.country == desk.actor.country
    )
    return desk.session.execute(query).one_or_none()


def own(desk: Desk) -> list[Row[Any]]:
    """The newest exports that the actor asked for."""
    query = select(TABLE).where(TABLE.c.asked_by == desk.actor.id, TABLE.c.country == desk.actor.country)
    return list(desk.session.execute(query.order_by(TABLE.c.asked_at.desc(), TABLE.c.id).limit(SHOWN)))


def taken_alone(desk: Desk, since: datetime) -> int:
    """How many rows the actor has taken since then without a second person, or still may take."""
    query = select(func.coalesce(func.sum(TABLE.c.rows), 0)).where(
        TABLE.c.asked_by == desk.actor.id, TABLE.c.country == desk.actor.country, TABLE.c.asked_at > since,
        TABLE.c.approval_id.is_(None), or_(TABLE.c.downloads > 0, TABLE.c.expires_at > desk.now),
    )  # fmt: skip
    return int(desk.session.execute(query).scalar_one())


def within_reveal(desk: Desk) -> frozenset[str]:
    """The cases of which the actor could uncover who the person is."""
    if not desk.policies.scope_for(desk.actor.roles, REVEAL):
        return frozenset()
    return frozenset(desk.session.execute(select(CASE.c.id).where(cases_in_scope(desk, REVEAL))).scalars())


def person_and_key(desk: Desk, case_id: str) -> Row[Any] | None:
    """The person of a case that the export holds (``id``), and the wrapped key (``wrapped``)."""
    query = (
        select(PERSON.c.id, KEY.c.wrapped)
        .select_from(CASE)
        .join(PERSON, PERSON.c.id == CASE.c.person_id)
        .join(KEY, KEY.c.id == PERSON.c.key_id)
        .where(CASE.c.id == case_id, CASE.c.country == desk.actor.country)
    )
    return desk.session.execute(query).one_or_none()


def referrals(desk: Desk, case_id: str) -> list[Row[Any]]:
    """This country's copies of the referrals of a case that the export holds, oldest first."""
    query = (
        select(REFERRAL.c.id, REFERRAL.c.side, REFERRAL.c.other_country, REFERRAL.c.state)
        .where(REFERRAL.c.case_id == case_id, REFERRAL.c.country == desk.actor.country)
        .order_by(REFERRAL.c.opened_at, REFERRAL.c.id)
    )
    return list(desk.session.execute(query))


def days_of(desk: Desk, referral_id: str) -> list[Row[Any]]:
    """When a referral was sent and accepted: step and moment, oldest first."""
    query = select(_HISTORY.c.step, _HISTORY.c.happened_at).where(
        _HISTORY.c.subject_id == referral_id, _HISTORY.c.step.in_(("send", "accept"))
    )
    return list(desk.session.execute(query.order_by(_HISTORY.c.seq)))
