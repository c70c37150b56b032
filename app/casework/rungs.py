"""Whom a rung of the ladder tells of a late duty: only who may see it, and for who is absent whoever stands in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import Row, select

from app.access import rows
from app.access.desk import Desk
from app.access.scope import task_predicate
from app.access.standing import standing_of
from app.access.walls import in_force
from app.casework.colleagues import colleague
from app.casework.held import OFFICE, Held
from app.casework.tasks import TABLE
from app.models.case import CaseTeam
from app.models.user import User, UserRole
from app.models.walls import Deputy
from policies.model import Rung

_USER: Final[Any] = User.__table__
_ROLE: Final[Any] = UserRole.__table__
_TEAM: Final[Any] = CaseTeam.__table__
_DEPUTY: Final[Any] = Deputy.__table__
READ: Final = "task:read"
MINISTRY: Final = "ministry"
# Where nobody of a circle is there, the next one is told: nothing goes untold.
WIDER: Final = {"doers": "office", "deputy": "office", "office": "country", MINISTRY: "country"}
SUPERVISORS: Final = ("supervisor", "shelter_manager")
FOCAL: Final = ("national_focal_point",)


def told_by(desk: Desk, held: Held, row: Row[Any], rung: Rung) -> list[str]:
    """The accounts that this rung tells of the task ``row``, in a steady order."""
    circle: str | None = rung.to
    roles = rung.roles
    while circle is not None:
        found = _present(desk, row, _circle(desk, held, row, circle, roles))
        if found:
            return found
        circle = WIDER.get(circle)
        roles = SUPERVISORS if circle == "office" else FOCAL
    return []


def supervisors_of(desk: Desk, row: Row[Any]) -> list[str]:
    """Those who answer for the office that holds a task and may see it; where there are none, for the country."""
    here = _present(desk, row, _holding(desk, SUPERVISORS[:1], _USER.c.office_id == row.office_id))
    return here or _present(desk, row, _holding(desk, FOCAL))


def _circle(desk: Desk, held: Held, row: Row[Any], circle: str, roles: tuple[str, ...]) -> list[str]:
    if circle == "doers":
        return _doers(desk, row)
    if circle == "deputy":
        return _deputy_office(desk, held, row, roles)
    if circle == "office":
        return _holding(desk, roles, _USER.c.office_id == row.office_id)
    if circle == MINISTRY:
        return _holding(desk, roles, OFFICE.c.kind == MINISTRY, OFFICE.c.level == "national")
    return _holding(desk, roles)


def _doers(desk: Desk, row: Row[Any]) -> list[str]:
    """Whom it waits for alone; else whoever has that part on the team; else everybody of the office with that role."""
    if row.assignee_id is not None:
        named = colleague(desk, row.assignee_id)
        if named is not None and named.active:
            return [row.assignee_id]
    if row.case_id is not None:
        team = (
            select(_TEAM.c.user_id)
            .join(_USER, _USER.c.id == _TEAM.c.user_id)
            .where(_TEAM.c.case_id == row.case_id, _TEAM.c.role == row.role, _USER.c.active.is_(True))
            .where(in_force(CaseTeam, desk.now))
        )
        found = sorted(set(desk.session.execute(team).scalars()))
        if found:
            return found
    return _holding(desk, (row.role,), _USER.c.office_id == row.office_id)


def _deputy_office(desk: Desk, held: Held, row: Row[Any], roles: tuple[str, ...]) -> list[str]:
    facts = held.referral_facts
    if facts is None:
        return []
    corridor = desk.policies.corridor(facts.from_country, facts.to_country)
    code = desk.session.execute(select(OFFICE.c.code).where(OFFICE.c.id == row.office_id)).scalar_one()
    office = desk.policies.deputy_office(corridor, desk.actor.country, code)
    return [] if office is None else _holding(desk, roles, OFFICE.c.code == office.code)


def _holding(desk: Desk, roles: Iterable[str], *where: Any) -> list[str]:
    query = (
        select(_USER.c.id)
        .distinct()
        .join(_ROLE, _ROLE.c.user_id == _USER.c.id)
        .join(OFFICE, OFFICE.c.id == _USER.c.office_id)
        .where(_USER.c.active.is_(True), OFFICE.c.country == desk.actor.country, *where)
        .where(_ROLE.c.role.in_(sorted(roles)))
        .order_by(_USER.c.id)
    )
    return list(desk.session.execute(query).scalars())


def _present(desk: Desk, row: Row[Any], user_ids: list[str]) -> list[str]:
    """For each account itself, or those who stand in while it is absent; only who may see the task."""
    standing = _chains(desk, user_ids)
    found: set[str] = set()
    for user_id in user_ids:
        found |= _ends(desk, row, user_id, standing, frozenset({user_id})) or _seeing(desk, user_id, row)
    return sorted(found)


def _ends(
    desk: Desk, row: Row[Any], user_id: str, standing: dict[str, list[str]], seen: frozenset[str]
) -> set[str]:
    """Who stands in at the end: one who is away too, and has somebody, is passed over. ``seen``: no ring has no end."""
    found: set[str] = set()
    for each in standing.get(user_id, ()):
        if each not in seen:
            found |= _ends(desk, row, each, standing, seen | {each}) or _seeing(desk, each, row)
    return found


def _seeing(desk: Desk, user_id: str, row: Row[Any]) -> set[str]:
    return {user_id} if _sees(desk, user_id, row) else set()


def _chains(desk: Desk, user_ids: Iterable[str]) -> dict[str, list[str]]:
    """Who stands in for each of them, and for each of those in turn."""
    found: dict[str, list[str]] = {}
    asked: set[str] = set()
    newest = set(user_ids)
    while newest:
        asked |= newest
        found |= _stand_ins(desk, newest)
        newest = {each for standing in found.values() for each in standing} - asked
    return found


def _stand_ins(desk: Desk, user_ids: Iterable[str]) -> dict[str, list[str]]:
    query = (
        select(_DEPUTY.c.user_id, _DEPUTY.c.deputy_id)
        .join(_USER, _USER.c.id == _DEPUTY.c.deputy_id)
        .where(
            _DEPUTY.c.user_id.in_(sorted(user_ids)),
            _DEPUTY.c.ended_at.is_(None),
            _DEPUTY.c.since <= desk.now,
            _DEPUTY.c.until > desk.now,
            _USER.c.active.is_(True),
        )
    )
    found: dict[str, list[str]] = {}
    for each in desk.session.execute(query):
        found.setdefault(each.user_id, []).append(each.deputy_id)
    return found


def _sees(desk: Desk, user_id: str, row: Row[Any]) -> bool:
    """Whether ``task:read`` of an account reaches the task: a wall around its case holds here, too."""
    who = colleague(desk, user_id)
    if who is None or not who.active:
        return False
    there = standing_of(desk.session, who.actor, who.office_id, desk.now)
    within = task_predicate(who.actor, desk.policies, READ, now=desk.now, office_id=who.office_id, there=there)
    with rows.as_the_house(desk.session, desk.actor.country):
        return desk.session.execute(select(TABLE.c.id).where(TABLE.c.id == row.id, within)).first() is not None
