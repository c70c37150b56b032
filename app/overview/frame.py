"""What stands around every page: where somebody's roles lead, and what they hold open in an emergency."""

from __future__ import annotations

from typing import Final

from app.access.desk import Desk
from app.access.may import permitted
from app.access.sheet import Banner, Place
from app.fund import claims_queries as claims
from app.fund.claims import READ as CLAIMS
from app.kit.words import mark
from app.overview import queries
from app.shelter import queries as beds

__all__ = ["banners_of", "begins_with_referrals", "places_of", "rights_of", "works_for_fund"]

# Whose day is the claims of a fund, and no case: everybody else finds them beside their cases.
_FUND: Final = frozenset({"fund:approve", "fund:pay"})
_ANSWERS_BEDS: Final = "shelter:answer"
# Name, path, title and permissions of which any opens it; in the order shown, never more than five.
_PLACES: Final = (
    ("work", "/", mark("My work"), ("task:read",)),
    ("referrals", "/referrals", mark("Referrals"), ("referral:read",)),
    ("cases", "/cases", mark("Cases"), ("case:read",)),
    ("shelters", "/shelters", mark("Beds"), ("shelter:keep",)),
    ("claims", "/fund/claims", mark("Claims to the fund"), (CLAIMS,)),
    ("reports", "/reports", mark("Reports"), ("statistics:read", "audit:read", "access:explain", "emergency:review")),
    (
        "admin", "/admin", mark("Administration"),
        ("account:manage", "keys:operate", "exchange:operate", "deputy:set", "upkeep:read"),
    ),
)


def places_of(desk: Desk, counting: bool) -> tuple[Place, ...]:
    """The places of the main navigation that the actor's roles lead to.

    ``counting``: also say how many referrals, and requests for a bed, wait for an answer of the actor's.
    """
    held = rights_of(desk)
    waiting = {
        "referrals": queries.referrals_to_answer(desk) if counting and "referral:answer" in held else 0,
        "claims": claims.waiting_here(desk, CLAIMS) if counting and works_for_fund(held) else 0,
        "shelters": beds.waiting_here(desk, _ANSWERS_BEDS) if counting and _ANSWERS_BEDS in held else 0,
    }
    # Whose day begins with the referrals finds their tasks beside it, not instead of it.
    work = "/tasks" if begins_with_referrals(held) else "/"
    return tuple(
        Place(name, work if name == "work" else path, title, waiting.get(name, 0))
        for name, path, title, permissions in _PLACES
        if not held.isdisjoint(permissions) and (name != "claims" or works_for_fund(held))
    )


def banners_of(desk: Desk) -> tuple[Banner, ...]:
    """The emergency accesses that the actor has open now; nobody else needs to be asked about."""
    if not permitted(desk, "emergency:open"):
        return ()
    return tuple(Banner(row.reference, row.until) for row in queries.own_emergencies(desk))


def rights_of(desk: Desk) -> frozenset[str]:
    """Every permission that the actor's roles hold at any scope."""
    roles = desk.policies.roles
    return frozenset().union(*(roles[role].permissions for role in desk.actor.roles if role in roles))


def works_for_fund(held: frozenset[str]) -> bool:
    """Whether somebody with these permissions decides on claims, or pays them, and carries no case."""
    return CLAIMS in held and not held.isdisjoint(_FUND) and "case:read" not in held


def begins_with_referrals(held: frozenset[str]) -> bool:
    """Whether somebody with these permissions answers referrals and carries no case: a border focal point."""
    return "referral:answer" in held and "case:read" not in held
