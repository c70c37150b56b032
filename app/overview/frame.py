"""What stands around every page: where somebody's roles lead, and what they hold open in an emergency."""

from __future__ import annotations

from typing import Final

from app.access.desk import Desk
from app.access.may import permitted
from app.access.sheet import Banner, Place
from app.kit.words import mark
from app.overview import queries

__all__ = ["banners_of", "places_of"]

# Name, path, title and permissions of which any opens it; in the order shown, never more than five.
_PLACES: Final = (
    ("work", "/", mark("My work"), ("task:read",)),
    ("referrals", "/referrals", mark("Referrals"), ("referral:read",)),
    ("cases", "/cases", mark("Cases"), ("case:read",)),
    ("reports", "/reports", mark("Reports"), ("statistics:read", "audit:read", "access:explain", "emergency:review")),
    ("admin", "/admin", mark("Administration"), ("account:manage", "keys:operate", "exchange:operate", "deputy:set")),
)


def places_of(desk: Desk, counting: bool) -> tuple[Place, ...]:
    """The places of the main navigation that the actor's roles lead to.

    ``counting``: also say how many referrals wait for an answer of the actor's.
    """
    roles = desk.policies.roles
    held = frozenset().union(*(roles[role].permissions for role in desk.actor.roles if role in roles))
    waiting = queries.referrals_to_answer(desk) if counting and "referral:answer" in held else 0
    return tuple(
        Place(name, path, title, waiting if name == "referrals" else 0)
        for name, path, title, permissions in _PLACES
        if not held.isdisjoint(permissions)
    )


def banners_of(desk: Desk) -> tuple[Banner, ...]:
    """The emergency accesses that the actor has open now; nobody else needs to be asked about."""
    if not permitted(desk, "emergency:open"):
        return ()
    return tuple(Banner(row.reference, row.until) for row in queries.own_emergencies(desk))
