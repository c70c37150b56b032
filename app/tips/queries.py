"""Every SELECT of the tips room, always within the reach of a permission."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, and_, case, false, or_, select

from app.access.desk import Desk
from app.access.scope import cases_in_scope
from app.access.standing import offices
from app.casework.held import CASE, OFFICE
from app.casework.reach import SEEING
from app.models.tip import Tip
from policies.model import Scope
from workflows.tips import OPEN

TIP: Final[Any] = Tip.__table__
_HERE: Final = OFFICE.alias("here")
_THERE: Final = OFFICE.alias("there")
MOST: Final = 100


def within(desk: Desk, permission: str) -> ColumnElement[bool]:
    """The tips that ``permission`` reaches: of the office that wrote them down, and of the one that has them now."""
    scopes = desk.policies.scope_for(desk.actor.roles, permission)
    here: ColumnElement[bool] = TIP.c.country == desk.actor.country
    if Scope.COUNTRY in scopes:
        return here
    parts: list[ColumnElement[bool]] = []
    if Scope.ORGANISATION in scopes:
        parts.append(TIP.c.organisation == desk.actor.organisation)
    if scopes & {Scope.OFFICE, Scope.ORGANISATION}:
        own = offices(desk, permission)
        parts += [TIP.c.office_id.in_(own), TIP.c.passed_to.in_(own)]
    return and_(here, or_(*parts)) if parts else false()


def tips(desk: Desk, permission: str) -> list[Row[Any]]:
    """The tips within reach: those that are open first, by when they are due; then the others, the newest first."""
    done = case((TIP.c.state.in_(sorted(OPEN)), 0), else_=1)
    due = case((TIP.c.state.in_(sorted(OPEN)), TIP.c.triage_by))
    query = _rows().where(within(desk, permission)).order_by(done, due, TIP.c.opened_at.desc(), TIP.c.id).limit(MOST)
    return list(desk.session.execute(query))


def tip(desk: Desk, permission: str, tip_id: str) -> Row[Any] | None:
    """One tip within reach."""
    return desk.session.execute(_rows().where(TIP.c.id == tip_id, within(desk, permission))).one_or_none()


def by_id(desk: Desk, tip_id: str) -> Row[Any]:
    """One tip, whoever it is with now: for whoever was let to it in this transaction."""
    return desk.session.execute(_rows().where(TIP.c.id == tip_id)).one()


def case_called(desk: Desk, case_id: str | None) -> str | None:
    """The code of a case that the actor sees."""
    if case_id is None:
        return None
    query = select(CASE.c.reference).where(CASE.c.id == case_id, cases_in_scope(desk, SEEING))
    return desk.session.execute(query).scalar_one_or_none()


def office_called(desk: Desk, code: str) -> Row[Any] | None:
    """An office of the actor's country."""
    query = select(OFFICE.c.id, OFFICE.c.code).where(OFFICE.c.code == code, OFFICE.c.country == desk.actor.country)
    return desk.session.execute(query).one_or_none()


def run_out(now: datetime, countries: Iterable[str], most: int) -> Select[Any]:
    """Open tips that nobody has looked at in time and of which nobody was told yet."""
    return (
        select(TIP.c.id, TIP.c.country, TIP.c.state, TIP.c.office_id, TIP.c.passed_to)
        .where(
            TIP.c.state.in_(sorted(OPEN)), TIP.c.triage_by <= now, TIP.c.late_at.is_(None),
            TIP.c.country.in_(sorted(countries)),
        )
        .order_by(TIP.c.triage_by, TIP.c.id)
        .limit(most)
    )  # fmt: skip


def _rows() -> Select[Any]:
    return (
        select(TIP, _HERE.c.code.label("office"), _THERE.c.code.label("there"))
        .join(_HERE, _HERE.c.id == TIP.c.office_id)
        .outerjoin(_THERE, _THERE.c.id == TIP.c.passed_to)
    )
