"""Every SELECT of the oversight room: looks by person and day, refused attempts within reach, views of many persons."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, Select, and_, exists, func, or_, select, union_all
from sqlalchemy.orm import Session

from app.access.desk import SYSTEM, Desk
from app.access.scope import cases_in_scope, referrals_in_scope
from app.casework.held import CASE, OFFICE, PERSON, REFERRAL
from app.casework.timeline import HISTORY, Subject
from app.kit.paging import Ask
from app.models.access_log import AccessEntry
from app.models.user import User

_LOOKS: Final[Any] = AccessEntry.__table__
_USER: Final[Any] = User.__table__


def looks(desk: Desk, subjects: Sequence[Subject]) -> list[Row[Any]]:
    """Who did what to see these subjects, each row one person and action on one day (UTC), oldest first."""
    # Both engines keep moments in UTC, and both cut a date from them by this function.
    day = func.date(_LOOKS.c.at)
    about = or_(
        *(
            and_(
                _LOOKS.c.subject_kind == kind,
                _LOOKS.c.subject_id.in_([each.id for each in subjects if each.kind == kind]),
            )
            for kind in ("case", "referral")
        )
    )
    query = (
        select(
            day.label("day"),
            _LOOKS.c.actor_id,
            _LOOKS.c.action,
            func.count().label("times"),
            func.min(_LOOKS.c.at).label("first"),
            func.max(_LOOKS.c.at).label("last"),
        )
        .where(about)
        .group_by(day, _LOOKS.c.actor_id, _LOOKS.c.action)
        .order_by(day, _LOOKS.c.actor_id, _LOOKS.c.action)
    )
    return list(desk.session.execute(query))


def people(desk: Desk, user_ids: Sequence[str]) -> dict[str, Row[Any]]:
    """The accounts behind these ids: name of the worker and code of the office."""
    query = (
        select(_USER.c.id, _USER.c.display_name, OFFICE.c.code.label("office"))
        .join(OFFICE, OFFICE.c.id == _USER.c.office_id)
        .where(_USER.c.id.in_(user_ids))
        .order_by(_USER.c.id)
    )
    return {row.id: row for row in desk.session.execute(query)}


def attempts(desk: Desk, permission: str, ask: Ask) -> tuple[list[Row[Any]], str | None]:
    """One page of refused attempts on cases and referrals that ``permission`` reaches, newest first."""
    on_case = exists().where(
        CASE.c.id == HISTORY.c.subject_id, HISTORY.c.subject == "case", cases_in_scope(desk, permission)
    )
    on_referral = exists().where(
        REFERRAL.c.id == HISTORY.c.subject_id, HISTORY.c.subject == "referral", referrals_in_scope(desk, permission)
    )
    query = select(HISTORY.c.subject_id, HISTORY.c.seq, HISTORY.c.recorded_at, HISTORY.c.canonical).where(
        HISTORY.c.kind == "attempt", or_(on_case, on_referral)
    )
    order = [HISTORY.c.recorded_at, HISTORY.c.subject_id, HISTORY.c.seq]
    rows = desk.session.execute(ask.narrow(query, order, newest_first=True)).all()
    page, following = ask.cut(rows, lambda row: (row.recorded_at, row.subject_id, row.seq))
    return list(page), following


def references(desk: Desk, subject_ids: Sequence[str]) -> dict[str, str]:
    """The references of cases and referral copies: id -> reference."""
    found: dict[str, str] = {}
    for table in (CASE, REFERRAL):
        query = select(table.c.id, table.c.reference).where(table.c.id.in_(subject_ids)).order_by(table.c.id)
        found |= {row.id: row.reference for row in desk.session.execute(query)}
    return found


def viewers_of_many(session: Session, countries: Sequence[str], since: datetime, most: int) -> list[str]:
    """The accounts that have looked at more than ``most`` different persons since then, in whatever time."""
    views = _views(countries, since).subquery()
    query = (
        select(views.c.actor_id)
        .group_by(views.c.actor_id)
        .having(func.count(views.c.key_id.distinct()) > most)
        .order_by(views.c.actor_id)
    )
    return list(session.execute(query).scalars())


def views_of(session: Session, country: str, user_id: str, since: datetime) -> list[tuple[datetime, str]]:
    """Moment and person (by their data key) of every look of one account after ``since``, oldest first."""
    views = _views([country], since, user_id).subquery()
    rows = session.execute(select(views.c.at, views.c.key_id).order_by(views.c.at))
    return [(row.at, row.key_id) for row in rows]


def locked_account(session: Session, user_id: str) -> Row[Any] | None:
    """An account with its office and country, locked until the transaction ends."""
    query = (
        select(_USER.c.office_id, OFFICE.c.country)
        .join(OFFICE, OFFICE.c.id == _USER.c.office_id)
        .where(_USER.c.id == user_id)
        .with_for_update(of=_USER)
    )
    return session.execute(query).one_or_none()


def last_alarm(session: Session, action: str, user_id: str) -> datetime | None:
    """When an alarm about an account was last written into the book."""
    query = select(func.max(_LOOKS.c.at)).where(
        _LOOKS.c.subject_kind == "account", _LOOKS.c.subject_id == user_id, _LOOKS.c.action == action
    )
    last: datetime | None = session.execute(query).scalar_one()
    return last


def _views(countries: Sequence[str], since: datetime, user_id: str | None = None) -> Any:
    """Looks at one case or one referral: whatever was done there, but refusals. A list is about none ("-")."""
    who = _LOOKS.c.actor_id != SYSTEM if user_id is None else _LOOKS.c.actor_id == user_id
    looks = select(_LOOKS.c.actor_id, _LOOKS.c.at).where(
        _LOOKS.c.country.in_(countries), _LOOKS.c.at > since, _LOOKS.c.action != "refused", who
    )
    of_cases: Select[Any] = (
        looks.add_columns(PERSON.c.key_id)
        .join(CASE, CASE.c.id == _LOOKS.c.subject_id)
        .join(PERSON, PERSON.c.id == CASE.c.person_id)
        .where(_LOOKS.c.subject_kind == "case")
    )
    of_referrals: Select[Any] = (
        looks.add_columns(REFERRAL.c.key_id)
        .join(REFERRAL, REFERRAL.c.id == _LOOKS.c.subject_id)
        .where(_LOOKS.c.subject_kind == "referral")
    )
    return union_all(of_cases, of_referrals)
