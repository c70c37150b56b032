"""How far a permission reaches, as one SQL predicate: list filter and single check are the same words.

A permission's scopes come from policies/roles.yaml, one per role that holds it; the predicate is their
union, and always stays inside the actor's own country. Without any scope it is `false()`: deny by default.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, false, or_, select

from app.access.desk import Desk
from app.models.case import Case, CaseTeam
from app.models.office import Office
from app.models.referral import Referral
from app.models.user import User
from policies.model import Policies, Scope
from workflows.facts import Actor

Predicate = ColumnElement[bool]
Reach = Mapping[Scope, Callable[[], Predicate]]


@dataclass(frozen=True, slots=True)
class Asker:
    """The five values a predicate compares with: plain, or the parameters of a prepared statement."""

    me: Any
    office: Any
    organisation: Any
    country: Any
    now: Any


PREPARED = Asker(*(bindparam(f"asker_{name}") for name in ("me", "office", "organisation", "country", "now")))


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


def case_predicate(
    actor: Actor, policies: Policies, permission: str, *, now: datetime, office_id: str | None = None
) -> Predicate:
    """The cases ``actor`` reaches with ``permission`` at ``now`` (aware UTC).

    ``office_id``: the row id of the actor's office when known, which spares the query a look-up.
    """
    return cases_within(policies.scope_for(actor.roles, permission), _plain(actor, now, office_id))


def referral_predicate(
    actor: Actor, policies: Policies, permission: str, *, now: datetime, office_id: str | None = None
) -> Predicate:
    """The referral copies ``actor`` reaches with ``permission``; arguments as in `case_predicate`."""
    return referrals_within(policies.scope_for(actor.roles, permission), _plain(actor, now, office_id))


def cases_in_scope(desk: Desk, permission: str) -> Predicate:
    """`case_predicate` for the actor and moment of ``desk``: what lists, searches and counts filter by."""
    return case_predicate(desk.actor, desk.policies, permission, now=desk.now, office_id=desk.office_id)


def referrals_in_scope(desk: Desk, permission: str) -> Predicate:
    """`referral_predicate` for the actor and the moment of ``desk``."""
    return referral_predicate(desk.actor, desk.policies, permission, now=desk.now, office_id=desk.office_id)


def accounts_in_scope(desk: Desk, permission: str) -> Predicate:
    """The accounts the actor of ``desk`` reaches; the query must join `Office` on the account's office.

    An account has no team and no referral, so the scopes assigned and party reach none.
    """
    actor = desk.actor
    reach: Reach = {
        Scope.OWN: lambda: User.id == actor.id,
        Scope.OFFICE: lambda: User.office_id == desk.office_id,
        Scope.ORGANISATION: lambda: Office.organisation == actor.organisation,
    }
    scopes = desk.policies.scope_for(actor.roles, permission)
    return _union(scopes, Office.country == actor.country, reach)


def offices_in_scope(desk: Desk, permission: str) -> Predicate:
    """The offices in which the actor of ``desk`` may do ``permission`` to accounts."""
    reach: Reach = {
        Scope.OFFICE: lambda: Office.id == desk.office_id,
        Scope.ORGANISATION: lambda: Office.organisation == desk.actor.organisation,
    }
    scopes = desk.policies.scope_for(desk.actor.roles, permission)
    return _union(scopes, Office.country == desk.actor.country, reach)


def cases_within(scopes: Iterable[Scope], asker: Asker) -> Predicate:
    """The union of ``scopes`` over cases, seen from ``asker`` and never beyond the asker's country."""
    reach: Reach = {
        Scope.OWN: lambda: Case.created_by == asker.me,
        Scope.ASSIGNED: lambda: _on_team(Case.id, asker),
        Scope.OFFICE: lambda: Case.office_id == asker.office,
        Scope.ORGANISATION: lambda: Case.organisation == asker.organisation,
        Scope.PARTY: lambda: exists().where(
            Referral.case_id == Case.id,
            Referral.country == asker.country,
            or_(Referral.office_id == asker.office, Referral.border_office_id == asker.office),
        ),
    }
    return _union(scopes, Case.country == asker.country, reach)


def referrals_within(scopes: Iterable[Scope], asker: Asker) -> Predicate:
    """The union of ``scopes`` over this country's copies of referrals, seen from ``asker``."""
    reach: Reach = {
        Scope.OWN: lambda: Referral.created_by == asker.me,
        Scope.ASSIGNED: lambda: _on_team(Referral.case_id, asker),
        Scope.OFFICE: lambda: Referral.office_id == asker.office,
        Scope.ORGANISATION: lambda: Referral.organisation == asker.organisation,
        Scope.PARTY: lambda: or_(Referral.office_id == asker.office, Referral.border_office_id == asker.office),
    }
    return _union(scopes, Referral.country == asker.country, reach)


def _union(scopes: Iterable[Scope], same_country: Predicate, reach: Reach) -> Predicate:
    held = set(scopes)
    if Scope.COUNTRY in held:
        return same_country
    # In the order of `reach`, so that the same rights always compile to the same, cached statement.
    parts = [words() for scope, words in reach.items() if scope in held]
    return and_(same_country, or_(*parts)) if parts else false()


def _plain(actor: Actor, now: datetime, office_id: str | None) -> Asker:
    office: Any = office_id
    if office_id is None:
        office = select(Office.id).where(Office.code == actor.office).scalar_subquery()
    return Asker(actor.id, office, actor.organisation, actor.country, now)


def _on_team(case_id: Any, asker: Asker) -> Predicate:
    return exists().where(
        CaseTeam.case_id == case_id,
        CaseTeam.user_id == asker.me,
        CaseTeam.since <= asker.now,
        or_(CaseTeam.until.is_(None), CaseTeam.until > asker.now),
    )
