"""Who else could see a case: the one predicate of access, asked for all accounts of a country at once.

Accounts with the same roles have the same reach, so one query for each set of roles answers for thousands of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select

from app.access import rows
from app.access.desk import Desk
from app.access.scope import Asker, cases_within, reach_of
from app.access.walls import ORGANISATION, case_is_open_to, in_force
from app.models.case import Case
from app.models.office import Office
from app.models.user import User, UserRole
from app.models.walls import AccessBlock
from policies.model import Scope

Roles = frozenset[str]


def account_at(desk: Desk) -> Asker:
    """The asker of a predicate as columns: each account of the query around, at the moment of ``desk``."""
    return Asker(User.id, User.office_id, Office.organisation, Office.country, desk.now)


def role_sets(desk: Desk) -> list[Roles]:
    """Every combination of roles that active accounts of the desk's country hold, in a steady order."""
    query = (
        select(UserRole.user_id, UserRole.role)
        .join(User, User.id == UserRole.user_id)
        .join(Office, Office.id == User.office_id)
        .where(User.active.is_(True), Office.country == desk.actor.country)
    )
    held: dict[str, set[str]] = {}
    for user_id, role in desk.session.execute(query):
        held.setdefault(user_id, set()).add(role)
    return sorted({frozenset(roles) for roles in held.values()}, key=sorted)


def accounts_beside(desk: Desk, case_id: str, *columns: ColumnElement[Any]) -> Select[Any]:
    """``columns`` for each active account of the desk's country, beside the one case: what predicates are asked in."""
    return (
        select(User.id, *columns)
        .select_from(User)
        .join(Office, Office.id == User.office_id)
        .join(Case, Case.id == case_id)
        .where(User.active.is_(True), Office.country == desk.actor.country)
    )


def holding(roles: Roles) -> ColumnElement[bool]:
    """The accounts that hold exactly these roles."""
    told = func.sum(case((UserRole.role.in_(sorted(roles)), 1), else_=0))
    exactly = (
        select(UserRole.user_id)
        .group_by(UserRole.user_id)
        .having(func.count() == len(roles), told == len(roles))
    )
    return User.id.in_(exactly)


def reached(desk: Desk, permission: str, case_id: str) -> list[str]:
    """The accounts for which ``permission`` reaches the case now, walls included."""
    found: list[str] = []
    for roles in role_sets(desk):
        reach = reach_of(desk.policies, roles, permission)
        if reach.scopes:
            query = accounts_beside(desk, case_id).where(holding(roles), cases_within(reach, account_at(desk)))
            with rows.as_the_house(desk.session, desk.actor.country):
                found += desk.session.execute(query).scalars()
    return sorted(found)


def not_kept_away(desk: Desk, case_id: str, user_ids: Iterable[str]) -> set[str]:
    """Those of these accounts, if active, between whom and the case no block and no seal stands."""
    wanted = User.id.in_(sorted(set(user_ids)))
    query = accounts_beside(desk, case_id).where(wanted, case_is_open_to(account_at(desk)))
    with rows.as_the_house(desk.session, desk.actor.country):
        return set(desk.session.execute(query).scalars())


def countrywide(desk: Desk, *permissions: str) -> list[str]:
    """The active accounts of the desk's country that hold one of these permissions over the whole of it."""
    roles = [
        name
        for name, role in desk.policies.roles.items()
        if any(role.permissions.get(each) is Scope.COUNTRY for each in permissions)
    ]
    query = (
        select(User.id)
        .distinct()
        .join(UserRole, UserRole.user_id == User.id)
        .join(Office, Office.id == User.office_id)
        .where(User.active.is_(True), Office.country == desk.actor.country, UserRole.role.in_(sorted(roles)))
        .order_by(User.id)
    )
    return list(desk.session.execute(query).scalars())


def body_is_kept_away(desk: Desk, key_id: str, organisation: str) -> bool:
    """Whether the person of that key is kept away from a whole body, such as the one that runs a shelter."""
    query = select(AccessBlock.id).where(
        AccessBlock.key_id == key_id, AccessBlock.country == desk.actor.country, AccessBlock.lifted_at.is_(None),
        AccessBlock.kind == ORGANISATION, AccessBlock.value == organisation, in_force(AccessBlock, desk.now),
    )  # fmt: skip
    return desk.session.execute(query.limit(1)).first() is not None
