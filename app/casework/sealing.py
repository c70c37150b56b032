"""Seals: while one holds, only the accounts named on it see the cases and referral copies of the person."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import Row, exists, insert, or_, select, update

from app.access.desk import Desk
from app.access.walls import in_force
from app.casework.held import CASE, PERSON, REFERRAL
from app.models.base import new_id
from app.models.walls import SealName

NAMES: Final[Any] = SealName.__table__


def is_sealed(desk: Desk, key_id: str) -> bool:
    """Whether the person behind this data key is sealed here; what is opened for them now is sealed as well."""
    cases = exists().where(CASE.c.person_id == PERSON.c.id, PERSON.c.key_id == key_id, CASE.c.sealed.is_(True))
    copies = exists().where(REFERRAL.c.key_id == key_id, REFERRAL.c.sealed.is_(True))
    return bool(desk.session.execute(select(or_(cases, copies))).scalar_one())


def mark(desk: Desk, key_id: str, *, sealed: bool) -> None:
    """Set or take away the mark on everything of the person in this country."""
    persons = select(PERSON.c.id).where(PERSON.c.key_id == key_id)
    here = desk.actor.country
    desk.session.execute(
        update(CASE).where(CASE.c.person_id.in_(persons), CASE.c.country == here).values(sealed=sealed)
    )
    desk.session.execute(
        update(REFERRAL).where(REFERRAL.c.key_id == key_id, REFERRAL.c.country == here).values(sealed=sealed)
    )


def names(desk: Desk, key_id: str) -> list[Row[Any]]:
    """The rows of those who are named now, in the order of naming."""
    named = select(NAMES).where(NAMES.c.key_id == key_id, in_force(SealName, desk.now))
    query = named.order_by(NAMES.c.since, NAMES.c.id)
    return list(desk.session.execute(query))


def add_names(desk: Desk, key_id: str, users: Iterable[str]) -> list[str]:
    """Name accounts; whoever is named already stays as they are. The ids that were added, sorted."""
    known = {row.user_id for row in names(desk, key_id)}
    fresh = sorted(set(users) - known)
    for user_id in fresh:
        row = {
            "id": new_id(), "country": desk.actor.country, "key_id": key_id, "user_id": user_id,
            "named_by": desk.actor.id, "since": desk.now, "until": None,
        }  # fmt: skip
        desk.session.execute(insert(NAMES), row)
    return fresh


def strike_names(desk: Desk, key_id: str, users: Iterable[str] | None = None) -> None:
    """Strike accounts from the seal now; all of them if none are given."""
    where = [NAMES.c.key_id == key_id, in_force(SealName, desk.now)]
    if users is not None:
        where.append(NAMES.c.user_id.in_(sorted(set(users))))
    desk.session.execute(update(NAMES).where(*where).values(until=desk.now))
