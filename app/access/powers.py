"""The kinds of acts that need two persons, what each does, and how far somebody's right to one reaches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import and_, false, literal, or_, select, true

from app.access import rows
from app.access.desk import Desk
from app.access.may import permitted
from app.access.scope import Predicate, accounts_in_scope, cases_in_scope, offices_in_scope, referrals_in_scope
from app.models.approval import Approval
from app.models.case import Case
from app.models.office import Office
from app.models.referral import Referral
from app.models.user import User
from policies.model import Scope

APPROVAL: Final[Any] = Approval.__table__


@dataclass(frozen=True, slots=True)
class Asked:
    """An approval as the function that carries it out gets it; ``agreed_by`` is None for an act taken at once."""

    id: str
    kind: str
    subject_kind: str
    subject_id: str
    payload: dict[str, Any]
    words: dict[str, str]
    hidden: dict[str, str]
    asked_by: str
    agreed_by: str | None


Deed = Callable[[Desk, Asked], Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of act: the permission both persons need, the act in a few words, what it does and what undoes it."""

    name: str
    permission: str
    act: str
    deed: Deed
    undo: Deed | None = None

    @property
    def at_once(self) -> bool:
        """Whether the act takes effect when it is asked for, and is undone unless somebody agrees."""
        return self.undo is not None


KINDS: Final[dict[str, Kind]] = {}


def carries_out(
    name: str, *, permission: str, act: str, at_once: bool = False, undo: Deed | None = None
) -> Callable[[Deed], Deed]:
    """Register the decorated ``(desk, asked)`` as what the act ``name`` does.

    It runs in the transaction of the agreement, at a desk of the asker with the rights they hold then; an AppError it
    raises refuses the act. ``at_once``: it runs when asked for, and ``undo`` runs at the desk of whoever refuses or
    withdraws, or of the system when nobody answered. ValueError for a name taken twice, and unless ``at_once`` and
    ``undo`` come together.
    """
    if at_once != (undo is not None):
        raise ValueError(f"{name}: an act taken at once needs what undoes it, and only such an act")

    def register(deed: Deed) -> Deed:
        known = KINDS.get(name)
        if known is not None and known.deed.__module__ != deed.__module__:
            raise ValueError(f"{name}: two rooms carry this out")
        KINDS[name] = Kind(name, permission, act, deed, undo)
        return deed

    return register


# What an act can be done to -> the approvals whose subject the permission reaches: the same words as everywhere.
SUBJECTS: Final[dict[str, Callable[[Desk, str], Predicate]]] = {
    "case": lambda desk, right: APPROVAL.c.subject_id.in_(select(Case.id).where(cases_in_scope(desk, right))),
    "referral": lambda desk, right: APPROVAL.c.subject_id.in_(
        select(Referral.id).where(referrals_in_scope(desk, right))
    ),
    "account": lambda desk, right: APPROVAL.c.subject_id.in_(
        select(User.id).join(Office, Office.id == User.office_id).where(accounts_in_scope(desk, right))
    ),
    "office": lambda desk, right: APPROVAL.c.subject_id.in_(select(Office.id).where(offices_in_scope(desk, right))),
    "organisation": lambda desk, right: _organisation_within(desk, right),
    "country": lambda desk, right: (
        APPROVAL.c.subject_id == desk.actor.country if Scope.COUNTRY in scopes_of(desk, right) else false()
    ),
}


def within(desk: Desk) -> Predicate:
    """The approvals whose permission the desk's actor holds over their subject, whoever asked for them."""
    kinds: dict[str, list[str]] = {}
    for kind in KINDS.values():
        if permitted(desk, kind.permission):
            kinds.setdefault(kind.permission, []).append(kind.name)
    parts = [
        and_(
            APPROVAL.c.kind.in_(sorted(names)),
            or_(*(and_(APPROVAL.c.subject_kind == what, reach(desk, right)) for what, reach in SUBJECTS.items())),
        )
        for right, names in sorted(kinds.items())
    ]
    return and_(APPROVAL.c.country == desk.actor.country, or_(*parts)) if parts else false()


def reaches(desk: Desk, approval_id: str) -> bool:
    """Whether the desk's actor holds, now, the permission of this approval over its subject.

    Also asked of other people's desks, whose walls only the house sees.
    """
    query = select(literal(1)).where(APPROVAL.c.id == approval_id, within(desk))
    with rows.as_the_house(desk.session, desk.actor.country):
        return desk.session.execute(query).first() is not None


def scopes_of(desk: Desk, permission: str) -> frozenset[Scope]:
    """How far the desk's actor holds ``permission``."""
    return frozenset(desk.policies.scope_for(desk.actor.roles, permission))


def _organisation_within(desk: Desk, permission: str) -> Predicate:
    held = scopes_of(desk, permission)
    if Scope.COUNTRY in held:
        return true()
    return APPROVAL.c.subject_id == desk.actor.organisation if Scope.ORGANISATION in held else false()
