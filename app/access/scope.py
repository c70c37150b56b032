"""How far a permission reaches, as one SQL predicate: list filter and single check are the same words.

A permission's scopes come from policies/roles.yaml, one per role that holds it; the predicate is their union, always
inside the actor's own country and never through a wall (walls.py). Without any scope it is `false()`: deny by default.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, false, or_, select, union_all

from app.access import walls
from app.access.desk import Desk
from app.access.standing import COVERED, StandIn, at_their_offices, standing
from app.access.walls import Asker
from app.models.case import Case
from app.models.office import Office
from app.models.referral import Referral
from app.models.task import Task
from app.models.user import User
from policies.model import Policies, Scope
from workflows.facts import Actor

__all__ = [
    "PREPARED",
    "Asker",
    "Predicate",
    "Reach",
    "accounts_in_scope",
    "all_but",
    "asker_of",
    "asker_values",
    "case_parts",
    "case_predicate",
    "cases_in_scope",
    "cases_listed",
    "cases_within",
    "offices_in_scope",
    "reach_of",
    "referral_predicate",
    "referrals_in_scope",
    "referrals_within",
    "task_predicate",
    "tasks_in_scope",
]

Predicate = ColumnElement[bool]
Words = Mapping[Scope, Callable[[], Predicate]]

PREPARED = Asker(*(bindparam(f"asker_{name}") for name in ("me", "office", "organisation", "country", "now")))


@dataclass(frozen=True, slots=True)
class Reach:
    """How far one permission goes: its scopes, and whether an emergency access extends it."""

    scopes: frozenset[Scope]
    emergency: bool = False


def reach_of(policies: Policies, roles: Iterable[str], permission: str) -> Reach:
    """The reach that ``roles`` together give ``permission``; KeyError for one that roles.yaml does not declare."""
    held = frozenset(roles)
    return Reach(policies.scope_for(held, permission), policies.opens_in_emergency(held, permission))


def asker_values(desk: Desk) -> dict[str, object]:
    """The values of `PREPARED`'s parameters for ``desk``."""
    actor = desk.actor
    return {
        "asker_me": actor.id,
        "asker_office": desk.office_id,
        "asker_organisation": actor.organisation,
        "asker_country": actor.country,
        "asker_now": desk.now,
    }


def asker_of(desk: Desk) -> Asker:
    """The actor of ``desk`` as the values a predicate compares with."""
    return _plain(desk.actor, desk.now, desk.office_id)


def case_predicate(
    actor: Actor, policies: Policies, permission: str, *, now: datetime, office_id: str | None = None
) -> Predicate:
    """The cases ``actor`` reaches with ``permission`` at ``now`` (aware UTC).

    ``office_id``: the row id of the actor's office when known, which spares the query a look-up.
    """
    return cases_within(reach_of(policies, actor.roles, permission), _plain(actor, now, office_id))


def referral_predicate(
    actor: Actor, policies: Policies, permission: str, *, now: datetime, office_id: str | None = None
) -> Predicate:
    """The referral copies ``actor`` reaches with ``permission``; arguments as in `case_predicate`."""
    return referrals_within(reach_of(policies, actor.roles, permission), _plain(actor, now, office_id))


def cases_in_scope(desk: Desk, permission: str) -> Predicate:
    """`case_predicate` for the actor and moment of ``desk``: what lists, searches and counts filter by."""
    return case_predicate(desk.actor, desk.policies, permission, now=desk.now, office_id=desk.office_id)


def cases_listed(desk: Desk, permission: str) -> Predicate:
    """`cases_in_scope`, for a query that has to find the cases: in words by which an index finds them.

    Emergencies are named only to those who have one. Whoever reaches neither office nor country reaches cases one by
    one, by their author, by a team, by a referral: then the ids of all those are said beside the predicate, which alone
    decides. Without either a list would walk through the cases of a whole country to find fifty.
    """
    reach, asker = _without_idle_emergency(desk, permission), asker_of(desk)
    within = cases_within(reach, asker)
    mine = Case.__table__.alias("mine")
    sets: Mapping[Scope, Callable[[], Sequence[Select[Any]]]] = {
        Scope.OWN: lambda: [select(mine.c.id).where(walls.ours(mine.c.created_by, asker))],
        Scope.ASSIGNED: lambda: walls.team_parts(asker),
        Scope.PARTY: lambda: [
            select(Referral.case_id).where(
                Referral.country == asker.country, Referral.case_id.is_not(None), _is_party(asker)
            )
        ],
    }
    if not reach.scopes or not reach.scopes <= sets.keys():
        return within
    few = [part for scope, parts in sets.items() if scope in reach.scopes for part in parts()]
    if reach.emergency:
        few.append(walls.emergency_cases(asker).correlate(None))
    return and_(within, Case.id.in_(union_all(*few)))


def _without_idle_emergency(desk: Desk, permission: str) -> Reach:
    """A reach as it is for the actor of ``desk`` just now: an emergency is no part of it unless they have one."""
    reach = reach_of(desk.policies, desk.actor.roles, permission)
    if not reach.emergency:
        return reach
    one = desk.session.execute(walls.emergency_cases(asker_of(desk)).limit(1)).first()
    return reach if one is not None else Reach(reach.scopes)


def referrals_in_scope(desk: Desk, permission: str) -> Predicate:
    """`referral_predicate` for the actor and the moment of ``desk``."""
    return referral_predicate(desk.actor, desk.policies, permission, now=desk.now, office_id=desk.office_id)


def all_but(desk: Desk, permission: str) -> Any | None:
    """Where a permission reaches the whole country: the ids of the few of its cases that stand behind a wall.

    None where it reaches less. `cases_in_scope` the other way round, for counts over rows that need nothing else of the
    case: a million of them are not looked up one by one.
    """
    reach = reach_of(desk.policies, desk.actor.roles, permission)
    return walls.hidden_cases(asker_of(desk)) if Scope.COUNTRY in reach.scopes else None


def tasks_in_scope(desk: Desk, permission: str) -> Predicate:
    """`task_predicate` for the actor and the moment of ``desk``; an emergency is named only to those who have one."""
    there = standing(desk) if permission in COVERED else ()
    reach, asker = _without_idle_emergency(desk, permission), asker_of(desk)
    return _tasks_within(desk.actor, reach, asker, office_id=desk.office_id, there=there)


def task_predicate(
    actor: Actor, policies: Policies, permission: str, *, now: datetime, office_id: str, there: Iterable[StandIn] = ()
) -> Predicate:
    """The tasks ``permission`` of ``actor`` reaches at ``now``.

    By the office that holds them, or by the case or referral they are about.

    Whoever holds it at all reaches the tasks of the own office that wait for one of the own roles; nobody those of a
    case or referral behind a wall. ``there``: other offices in which the actor stands in.

    Written with the task's own columns and short lists of ids, so that the indexes of the task table serve it.
    """
    reach = reach_of(policies, actor.roles, permission)
    return _tasks_within(actor, reach, _plain(actor, now, office_id), office_id=office_id, there=there)


def _tasks_within(
    actor: Actor, reach: Reach, asker: Asker, *, office_id: str, there: Iterable[StandIn]
) -> Predicate:
    words: Words = {
        Scope.OFFICE: lambda: Task.office_id == office_id,
        Scope.ORGANISATION: lambda: Task.office_id.in_(
            select(Office.id).where(Office.organisation == actor.organisation, Office.country == actor.country)
        ),
        Scope.OWN: lambda: Task.case_id.in_(select(Case.id).where(walls.ours(Case.created_by, asker))),
        Scope.ASSIGNED: lambda: Task.case_id.in_(walls.team_cases(asker)),
        Scope.PARTY: lambda: Task.referral_id.in_(
            select(Referral.id).where(Referral.country == actor.country, _is_party(asker))
        ),
    }
    open_to = and_(
        Task.country == actor.country,
        or_(Task.case_id.is_(None), Task.case_id.not_in(walls.hidden_cases(asker))),
        or_(Task.referral_id.is_(None), Task.referral_id.not_in(walls.hidden_referrals(asker))),
    )
    if Scope.COUNTRY in reach.scopes:
        return open_to
    parts = [say() for scope, say in words.items() if scope in reach.scopes]
    if Scope.OFFICE not in reach.scopes:
        parts.append(and_(Task.office_id == office_id, Task.role.in_(sorted(actor.roles))))
    parts += at_their_offices(Task.office_id, Task.role, there)
    if reach.emergency:
        parts.append(Task.case_id.in_(walls.emergency_cases(asker)))
    return and_(open_to, or_(*parts))


def accounts_in_scope(desk: Desk, permission: str) -> Predicate:
    """The accounts the actor of ``desk`` reaches; the query must join `Office` on the account's office.

    An account has no team and no referral, so the scopes assigned and party reach none.
    """
    actor = desk.actor
    words: Words = {
        Scope.OWN: lambda: User.id == actor.id,
        Scope.OFFICE: lambda: User.office_id == desk.office_id,
        Scope.ORGANISATION: lambda: Office.organisation == actor.organisation,
    }
    scopes = desk.policies.scope_for(actor.roles, permission)
    return _union(Reach(scopes), Office.country == actor.country, words)


def offices_in_scope(desk: Desk, permission: str) -> Predicate:
    """The offices in which the actor of ``desk`` may do ``permission`` to accounts."""
    words: Words = {
        Scope.OFFICE: lambda: Office.id == desk.office_id,
        Scope.ORGANISATION: lambda: Office.organisation == desk.actor.organisation,
    }
    scopes = desk.policies.scope_for(desk.actor.roles, permission)
    return _union(Reach(scopes), Office.country == desk.actor.country, words)


def cases_within(reach: Reach, asker: Asker) -> Predicate:
    """The union of a reach over cases, seen from ``asker``, never beyond their country and never through a wall."""
    emergency = Case.id.in_(walls.emergency_cases(asker)) if reach.emergency else None
    here = and_(Case.country == asker.country, walls.case_is_open_to(asker))
    return _union(reach, here, case_parts(asker), emergency)


def case_parts(asker: Asker) -> Words:
    """What each scope below the whole country means for cases; also what an explanation of access is made of."""
    return {
        Scope.OWN: lambda: walls.ours(Case.created_by, asker),
        Scope.ASSIGNED: lambda: walls.on_team(Case.id, asker),
        Scope.OFFICE: lambda: Case.office_id == asker.office,
        Scope.ORGANISATION: lambda: Case.organisation == asker.organisation,
        Scope.PARTY: lambda: exists().where(
            Referral.case_id == Case.id, Referral.country == asker.country, _is_party(asker)
        ),
    }


def referrals_within(reach: Reach, asker: Asker) -> Predicate:
    """The union of a reach over this country's copies of referrals, seen from ``asker``."""
    words: Words = {
        Scope.OWN: lambda: walls.ours(Referral.created_by, asker),
        Scope.ASSIGNED: lambda: walls.on_team(Referral.case_id, asker),
        Scope.OFFICE: lambda: Referral.office_id == asker.office,
        Scope.ORGANISATION: lambda: Referral.organisation == asker.organisation,
        Scope.PARTY: lambda: _is_party(asker),
    }
    emergency = Referral.case_id.in_(walls.emergency_cases(asker)) if reach.emergency else None
    here = and_(Referral.country == asker.country, walls.referral_is_open_to(asker))
    return _union(reach, here, words, emergency)


def _is_party(asker: Asker) -> Predicate:
    return or_(Referral.office_id == asker.office, Referral.border_office_id == asker.office)


def _union(reach: Reach, here: Predicate, words: Words, emergency: Predicate | None = None) -> Predicate:
    if Scope.COUNTRY in reach.scopes:
        return here
    # In the order of `words`, so that the same rights always compile to the same, cached statement.
    parts = [say() for scope, say in words.items() if scope in reach.scopes]
    if parts and emergency is not None:
        parts.append(emergency)
    return and_(here, or_(*parts)) if parts else false()


def _plain(actor: Actor, now: datetime, office_id: str | None) -> Asker:
    office: Any = office_id
    if office_id is None:
        office = select(Office.id).where(Office.code == actor.office).scalar_subquery()
    return Asker(actor.id, office, actor.organisation, actor.country, now)
