"""Every SELECT of the inquiries room, within the reach of a permission: questions that came in, no others."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, false, or_, select

from app.access.desk import Desk
from app.access.standing import offices
from app.casework.held import OFFICE
from app.casework.inquiries import ANSWERING_SIDE, TABLE
from policies.model import Scope
from workflows.answering import OPEN

MOST = 100


def within(desk: Desk, permission: str) -> ColumnElement[bool]:
    """The questions that ``permission`` reaches; those that this country asks belong to their cases."""
    scopes = desk.policies.scope_for(desk.actor.roles, permission)
    here = and_(TABLE.c.country == desk.actor.country, TABLE.c.side == ANSWERING_SIDE)
    if Scope.COUNTRY in scopes:
        return here
    parts: list[ColumnElement[bool]] = []
    if Scope.ORGANISATION in scopes:
        parts.append(TABLE.c.organisation == desk.actor.organisation)
    if scopes & {Scope.OFFICE, Scope.ORGANISATION}:
        parts.append(TABLE.c.office_id.in_(offices(desk, permission)))
    return and_(here, or_(*parts)) if parts else false()


def listed(desk: Desk, permission: str) -> list[Row[Any]]:
    """What is open first, by when it has to be answered; then the others, the newest first."""
    done = case((TABLE.c.state.in_(sorted(OPEN)), 0), else_=1)
    due = case((TABLE.c.state.in_(sorted(OPEN)), TABLE.c.answer_by))
    query = _rows().where(within(desk, permission)).order_by(done, due, TABLE.c.asked_at.desc(), TABLE.c.id)
    return list(desk.session.execute(query.limit(MOST)))


def one(desk: Desk, permission: str, inquiry_id: str) -> Row[Any] | None:
    """One within reach."""
    return desk.session.execute(_rows().where(TABLE.c.id == inquiry_id, within(desk, permission))).one_or_none()


def late(now: datetime, countries: Iterable[str], most: int) -> Select[Any]:
    """Open ones whose time is over and of which nobody was told yet, on both sides."""
    return (
        select(TABLE.c.id, TABLE.c.country)
        .where(
            TABLE.c.country.in_(sorted(countries)), TABLE.c.side == ANSWERING_SIDE, TABLE.c.state.in_(sorted(OPEN)),
            TABLE.c.answer_by <= now, TABLE.c.late_at.is_(None),
        )
        .order_by(TABLE.c.answer_by, TABLE.c.id)
        .limit(most)
    )  # fmt: skip


def over(now: datetime, countries: Iterable[str], most: int) -> Select[Any]:
    """Those whose time of being kept is over."""
    return (
        select(TABLE.c.id, TABLE.c.country)
        .where(
            TABLE.c.country.in_(sorted(countries)), TABLE.c.side == ANSWERING_SIDE, TABLE.c.keep_until <= now,
            TABLE.c.gone_at.is_(None),
        )
        .order_by(TABLE.c.keep_until, TABLE.c.id)
        .limit(most)
    )  # fmt: skip


def _rows() -> Select[Any]:
    return select(TABLE, OFFICE.c.code.label("office")).join(OFFICE, OFFICE.c.id == TABLE.c.office_id)
