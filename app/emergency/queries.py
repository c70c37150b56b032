"""Every SELECT of the emergency room: cases that an emergency may open, accesses of one's own or to be reviewed."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, and_, func, or_, select

from app.access.desk import Desk
from app.access.scope import asker_of, cases_in_scope
from app.access.walls import case_is_open_to, in_force
from app.casework.held import CASE, OFFICE, REFERRAL
from app.emergency.schemas import State
from app.kit.paging import Ask
from app.models.access_log import AccessEntry
from app.models.case import CaseTeam
from app.models.user import User
from app.models.walls import EmergencyAccess

TABLE: Final[Any] = EmergencyAccess.__table__
OPEN: Final = "emergency:open"
REVIEW: Final = "emergency:review"
MOST_SEEN: Final = 500
_USER: Final[Any] = User.__table__
_LOOK: Final[Any] = AccessEntry.__table__
_ROWS: Final = (
    select(TABLE, CASE.c.reference, OFFICE.c.code.label("office"), _USER.c.display_name)
    .join(CASE, CASE.c.id == TABLE.c.case_id)
    .join(OFFICE, OFFICE.c.id == TABLE.c.office_id)
    .join(_USER, _USER.c.id == TABLE.c.user_id)
)
Page = tuple[list[Row[Any]], str | None]


def case_within(desk: Desk, reference: str | None, case_id: str | None) -> Row[Any] | None:
    """The case of that reference or id, if `emergency:open` reaches it: walls, country and scope included.

    Never a sealed one, not even for those named on the seal: whom they let in is said by name, not by need.
    """
    named = CASE.c.id == case_id if reference is None else CASE.c.reference == reference
    query = select(CASE.c.id, CASE.c.reference).where(named, CASE.c.sealed.is_(False), cases_in_scope(desk, OPEN))
    return desk.session.execute(query).one_or_none()


def case_called(desk: Desk, reference: str) -> str | None:
    """The id behind a reference of this country, seen or not: so that a refusal stands in that case's book."""
    query = select(CASE.c.id).where(CASE.c.reference == reference, CASE.c.country == desk.actor.country)
    return desk.session.execute(query).scalar_one_or_none()


def team(desk: Desk, case_id: str) -> list[str]:
    """The accounts on the team of a case now."""
    query = select(CaseTeam.user_id).distinct().where(CaseTeam.case_id == case_id, in_force(CaseTeam, desk.now))
    return list(desk.session.execute(query).scalars())


def in_office(desk: Desk, user_ids: list[str], office_id: str) -> list[str]:
    """Those of these accounts that belong to an office."""
    query = select(_USER.c.id).where(_USER.c.id.in_(user_ids), _USER.c.office_id == office_id)
    return list(desk.session.execute(query).scalars())


def listed(desk: Desk, state: State, reviewed: bool | None, ask: Ask, *, own: bool = False) -> Page:
    """One page of the actor's own accesses and, unless ``own``, of those `emergency:review` reaches, newest first."""
    query = _ROWS.where(_mine(desk) if own else or_(_mine(desk), cases_in_scope(desk, REVIEW)))
    if state is not State.ALL:
        query = query.where(is_open(desk.now) if state is State.OPEN else ~is_open(desk.now))
    if reviewed is not None:
        query = query.where(TABLE.c.reviewed_at.is_not(None) if reviewed else TABLE.c.reviewed_at.is_(None))
    return _page(desk, query, ask, newest_first=True)


def waiting(desk: Desk, ask: Ask) -> Page:
    """One page of what waits for a review by the actor, the longest first; never the actor's own."""
    return _page(desk, _ROWS.where(_waits(desk)), ask, newest_first=False)


def count_waiting(desk: Desk) -> int:
    """How many those are."""
    query = select(func.count()).select_from(TABLE).join(CASE, CASE.c.id == TABLE.c.case_id).where(_waits(desk))
    return int(desk.session.execute(query).scalar_one())


def mine(desk: Desk, emergency_id: str) -> Row[Any] | None:
    """One access of the actor's own."""
    return desk.session.execute(_ROWS.where(TABLE.c.id == emergency_id, _mine(desk))).one_or_none()


def reviewable(desk: Desk, emergency_id: str) -> Row[Any] | None:
    """One access that `emergency:review` reaches."""
    query = _ROWS.where(TABLE.c.id == emergency_id, cases_in_scope(desk, REVIEW))
    return desk.session.execute(query).one_or_none()


def case_of(desk: Desk, emergency_id: str) -> str | None:
    """The case that an access of this country opened, seen or not: for noting who was refused."""
    query = select(TABLE.c.case_id).where(TABLE.c.id == emergency_id, TABLE.c.country == desk.actor.country)
    return desk.session.execute(query).scalar_one_or_none()


def seen(desk: Desk, access: Row[Any], until: datetime) -> tuple[list[Row[Any]], int]:
    """What the opener looked at in this case and its referrals while the access was open, oldest first; how much."""
    referrals = select(REFERRAL.c.id).where(REFERRAL.c.case_id == access.case_id, REFERRAL.c.country == access.country)
    during = and_(
        _LOOK.c.actor_id == access.user_id,
        _LOOK.c.at >= access.since,
        _LOOK.c.at <= until,
        or_(_LOOK.c.subject_id == access.case_id, _LOOK.c.subject_id.in_(referrals)),
    )
    rows = desk.session.execute(select(_LOOK).where(during).order_by(_LOOK.c.at, _LOOK.c.id).limit(MOST_SEEN)).all()
    count = desk.session.execute(select(func.count()).select_from(_LOOK).where(during)).scalar_one()
    return list(rows), int(count)


def is_open(now: datetime) -> ColumnElement[bool]:
    """Whether an access still opens anything, as far as time is concerned."""
    return and_(TABLE.c.ended_at.is_(None), TABLE.c.since <= now, TABLE.c.until > now)


def _waits(desk: Desk) -> ColumnElement[bool]:
    return and_(TABLE.c.reviewed_at.is_(None), TABLE.c.user_id != desk.actor.id, cases_in_scope(desk, REVIEW))


def _mine(desk: Desk) -> ColumnElement[bool]:
    # Whoever is kept away from a person since then is not shown the reference again either.
    return and_(TABLE.c.user_id == desk.actor.id, case_is_open_to(asker_of(desk)))


def _page(desk: Desk, query: Any, ask: Ask, *, newest_first: bool) -> Page:
    narrowed = ask.narrow(query, [TABLE.c.since, TABLE.c.id], newest_first=newest_first)
    page, following = ask.cut(desk.session.execute(narrowed).all(), lambda row: (row.since, row.id))
    return list(page), following
