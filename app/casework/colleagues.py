"""Colleagues of the desk's country: who they are, and whether a permission of theirs reaches a case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select

from app.access import rows
from app.access.desk import Desk
from app.access.scope import case_predicate, referral_predicate
from app.casework.held import CASE, OFFICE, REFERRAL
from app.kit.errors import Conflict
from app.kit.words import mark
from app.models.base import is_id
from app.models.user import User, UserRole
from workflows.facts import Actor

OTHER_OFFICE: Final = mark("This colleague is of another office. Ask that office to take the case over.")
_USER: Final[Any] = User.__table__
_ROLE: Final[Any] = UserRole.__table__


@dataclass(frozen=True, slots=True)
class Colleague:
    """An account of this country as rules see it, with the row id of its office and whether it is active."""

    actor: Actor
    office_id: str
    active: bool


def colleague(desk: Desk, user_id: str) -> Colleague | None:
    """The account with this id; None if it is unknown, of another country or no id at all."""
    if not is_id(user_id):
        return None
    query = (
        select(_USER.c.active, OFFICE.c.id, OFFICE.c.code, OFFICE.c.organisation, OFFICE.c.country)
        .join(OFFICE, OFFICE.c.id == _USER.c.office_id)
        .where(_USER.c.id == user_id, OFFICE.c.country == desk.actor.country)
    )
    row = desk.session.execute(query).one_or_none()
    if row is None:
        return None
    roles = select(_ROLE.c.role).where(_ROLE.c.user_id == user_id)
    held = frozenset(desk.session.execute(roles).scalars())
    return Colleague(Actor(user_id, held, row.code, row.organisation, row.country), row.id, row.active)


def manager(desk: Desk, user_id: str) -> Colleague | None:
    """The active account of this country with this id whose roles let it carry a case; None for any other."""
    found = colleague(desk, user_id)
    carries = found is not None and found.active and desk.policies.scope_for(found.actor.roles, "case:read")
    return found if carries else None


def must_work_there(who: Colleague, office_id: str) -> None:
    """Conflict (other_office) where a colleague who is to carry a case is of another office than the case.

    A case goes to another office when that office takes it over and the person has agreed (decisions 0032 and 0041).
    """
    if who.office_id != office_id:
        raise Conflict(OTHER_OFFICE, code="other_office")


def reaches(desk: Desk, who: Colleague, permission: str, kind: str, subject_id: str) -> bool:
    """Whether ``permission`` of a colleague reaches this case or referral copy now: the predicate of every list."""
    table, predicate = (CASE, case_predicate) if kind == "case" else (REFERRAL, referral_predicate)
    within = predicate(who.actor, desk.policies, permission, now=desk.now, office_id=who.office_id)
    # Whom a wall keeps out is known to the house, not to whoever asks.
    with rows.as_the_house(desk.session, desk.actor.country):
        return desk.session.execute(select(table.c.id).where(table.c.id == subject_id, within)).first() is not None
