"""May this actor do this, and to this thing? One answer for every door, list and step."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Row, Select, bindparam, or_, select

from app.access import rows
from app.access.desk import Desk
from app.access.log import refused
from app.access.scope import PREPARED, Asker, Predicate, Reach, asker_values, cases_within, reach_of, referrals_within
from app.kit.errors import Forbidden, NotFound
from app.models.base import is_id
from app.models.case import Case
from app.models.referral import Referral
from policies.model import Policies, Scope
from workflows.facts import Actor

# What makes a case or referral known to somebody at all; anything else is only done to what is known.
_SEEING: Final = {"case": "case:read", "referral": "referral:read"}
_WITHIN: Final[dict[str, Callable[[Reach, Asker], Predicate]]] = {
    "case": cases_within,
    "referral": referrals_within,
}
_TABLES: Final[dict[str, Any]] = {"case": Case.__table__, "referral": Referral.__table__}


def permitted(desk: Desk, permission: str) -> bool:
    """Whether some role of the actor holds ``permission`` at any scope."""
    return bool(desk.policies.scope_for(desk.actor.roles, permission))


def must(desk: Desk, permission: str) -> None:
    """Raise Forbidden (code permission_missing, noted as refused) unless the actor holds ``permission``."""
    if not permitted(desk, permission):
        refused(desk, "permission", permission)
        raise forbidden(desk.policies, desk.actor, permission)


def visible_case(desk: Desk, permission: str, case_id: str) -> Row[Any]:
    """The case row (all columns of Case) that the actor may do ``permission`` to.

    NotFound, the same bytes each time, if the case is unknown, outside the actor's sight or no id at all.
    Forbidden if no role of the actor holds the permission, or if the actor sees the case with `case:read` but
    the permission does not reach that far. Both are noted in the book of looks.
    """
    return _visible(desk, permission, "case", case_id)


def case_by_reference(desk: Desk, permission: str, reference: str, *others: str) -> Row[Any]:
    """The case of that reference which the actor may do ``permission`` to: what the address of a page names.

    ``others``: permissions of which one is enough where ``permission`` does not reach. NotFound, the same each time,
    for a reference nobody has, for one out of sight and for one in sight that none of them reaches: a page tells
    whoever may not open it nothing. All are noted in the book of looks.
    """
    if not any(permitted(desk, each) for each in others):
        # Told before anything is looked for, so that it tells nothing of what is there.
        must(desk, permission)
    # Whether the case is known to the country is asked of the house, so that a refusal stands in that case's book.
    with rows.as_the_house(desk.session, desk.actor.country):
        query = select(Case.id).where(Case.reference == reference, Case.country == desk.actor.country)
        case_id = desk.session.execute(query).scalar_one_or_none()
    if case_id is None:
        refused(desk, "case", "-", {"permission": permission, "answer": 404})
        raise NotFound()
    enough = next((each for each in (permission, *others) if others and within_reach(desk, each, case_id)), permission)
    try:
        return visible_case(desk, enough, case_id)
    except Forbidden:
        raise NotFound() from None


def visible_referral(desk: Desk, permission: str, referral_id: str) -> Row[Any]:
    """The row of this country's copy of a referral; as `visible_case`, with `referral:read` as sight."""
    return _visible(desk, permission, "referral", referral_id)


def within_reach(desk: Desk, permission: str, case_id: str) -> bool:
    """Whether ``permission`` reaches this one case: for offering steps, where a refusal is not an event."""
    return _reaches(desk, permission, "case", case_id)


def referral_within_reach(desk: Desk, permission: str, referral_id: str) -> bool:
    """Whether ``permission`` reaches this one referral copy."""
    return _reaches(desk, permission, "referral", referral_id)


def holders_of(policies: Policies, permission: str) -> list[str]:
    """The roles that hold ``permission`` at any scope, by name."""
    return sorted(name for name, role in policies.roles.items() if permission in role.permissions)


def forbidden(policies: Policies, actor: Actor, permission: str, scopes: frozenset[Scope] = frozenset()) -> Forbidden:
    """The refusal of ``permission``: which one, what it allows, which roles hold it and why not this actor.

    ``scopes``: how far the actor's own hold reaches, where there is one that does not reach this thing.
    """
    sentence = policies.permissions.get(permission, permission)
    holders = holders_of(policies, permission)
    if scopes:
        reach = " or ".join(sorted(scope.value for scope in scopes))
        why = f"Your roles hold this only within: {reach}. This one lies outside."
    else:
        why = f"None of your roles holds it: {', '.join(sorted(actor.roles)) or 'no role at all'}."
    return Forbidden(
        f"This needs the permission {permission} ({sentence}). {why}",
        code="permission_missing",
        title="Your role does not allow this.",
        extra={"permission": permission, "roles": holders, "why": why},
    )


def _visible(desk: Desk, permission: str, kind: str, subject_id: str) -> Row[Any]:
    must(desk, permission)
    if not is_id(subject_id):
        raise NotFound()
    reach = reach_of(desk.policies, desk.actor.roles, permission)
    seeing = reach_of(desk.policies, desk.actor.roles, _SEEING[kind])
    row = desk.session.execute(
        _statement(kind, reach, seeing), {**asker_values(desk), "asker_subject": subject_id}
    ).one_or_none()
    if row is None:
        refused(desk, kind, subject_id, {"permission": permission, "answer": 404})
        raise NotFound()
    if not row.within_reach:
        refused(desk, kind, subject_id, {"permission": permission, "answer": 403})
        raise forbidden(desk.policies, desk.actor, permission, reach.scopes)
    return row


def _reaches(desk: Desk, permission: str, kind: str, subject_id: str) -> bool:
    reach = reach_of(desk.policies, desk.actor.roles, permission)
    if not reach.scopes or not is_id(subject_id):
        return False
    parameters = {**asker_values(desk), "asker_subject": subject_id}
    return desk.session.execute(_statement(kind, reach, reach), parameters).one_or_none() is not None


@lru_cache(maxsize=512)
def _statement(kind: str, reach: Reach, seeing: Reach) -> Select[Any]:
    """The one query behind every single check; built once for each reach that occurs."""
    table, within = _TABLES[kind], _WITHIN[kind](reach, PREPARED)
    return select(*table.c, within.label("within_reach")).where(
        table.c.id == bindparam("asker_subject"), or_(within, _WITHIN[kind](seeing, PREPARED))
    )
