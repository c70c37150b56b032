"""Places: the offices of the policies that hold cases, the eleven corridors between them, and who works where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from policies.model import Policies

SHELTER_ROLES: Final = (
    "first_responder", "social_worker", "case_manager", "shelter_manager", "health_officer", "legal_officer",
    "supervisor",
)  # fmt: skip
FOCAL_ROLES: Final = (
    "national_focal_point", "social_worker", "case_manager", "supervisor", "auditor", "data_protection_officer",
    "analyst", "administrator",
)  # fmt: skip
BORDER: Final = "border_focal_point"
# Only children live here.
FOR_CHILDREN: Final = "th-shelter-children"
# Country -> the shelters between which cases are dealt out; all of a country belong to one organisation, so that a case
# that was grown in the first reads the same in any other.
SHELTERS: Final[dict[str, tuple[str, ...]]] = {
    "TH": (
        "th-shelter-tak", "th-shelter-chiang-rai", "th-shelter-pathum-thani", "th-shelter-phitsanulok",
        FOR_CHILDREN,
    ),
    "MM": ("mm-shelter-muse", "mm-shelter-myawaddy", "mm-shelter-kawthaung", "mm-centre-yangon"),
    "LA": ("la-transit-vientiane",),
    "KH": ("kh-transit-poipet",),
    "VN": ("vn-shelter-province",),
    "CN": ("cn-welfare",),
}  # fmt: skip
# Country -> the shelter in which its cases are grown; their copies are dealt out to all of its shelters.
HOMES: Final = {country: houses[0] for country, houses in SHELTERS.items()}
# Which way people go home on each corridor.
CORRIDORS: Final = (
    ("TH", "MM"), ("TH", "LA"), ("TH", "KH"), ("TH", "VN"), ("TH", "CN"), ("CN", "MM"), ("CN", "LA"), ("KH", "CN"),
    ("CN", "VN"), ("LA", "VN"), ("KH", "VN"),
)  # fmt: skip
# In a world of so many cases for each of them, a shelter's social worker or case manager has a working load.
CASES_OF_ONE: Final = 400
MOST_OF_A_ROLE: Final = 200
# The roles of which an office has more when it has more cases.
GROWING: Final = frozenset({"social_worker", "case_manager"})


@dataclass(frozen=True, slots=True)
class Post:
    """One kind of work in one office: so many people hold ``role`` there."""

    office: str
    role: str
    people: int


def focal_office(policies: Policies, sender: str, receiver: str) -> str:
    """The code of the office that answers for the receiving country on a corridor."""
    found = policies.corridor(sender, receiver).focal_office(receiver)
    if found is None:
        raise ValueError(f"nobody answers for {receiver} on {sender}-{receiver}")
    return found


def border_points(policies: Policies, sender: str, receiver: str) -> list[str]:
    """The codes of the border points of a corridor at which both countries have an office."""
    points = policies.corridor(sender, receiver).border_points
    return [each.code for each in points if sender in each.offices and receiver in each.offices]


def posts(policies: Policies, cases: int) -> list[Post]:
    """Everybody's place in a world of ``cases`` cases, always in the same order; no cases: one person a post."""
    found = []
    focal = {each.code for country in policies.countries.values() for each in country.offices
             if each.national_focal_point}
    focal |= {focal_office(policies, *way) for way in CORRIDORS}
    where = {house: SHELTER_ROLES for houses in SHELTERS.values() for house in houses}
    where |= dict.fromkeys(sorted(focal), FOCAL_ROLES)
    many = max(1, min(MOST_OF_A_ROLE, cases // len(where) // CASES_OF_ONE))
    for office, roles in where.items():
        found += [Post(office, role, many if role in GROWING else 1) for role in roles]
    at_borders = sorted({
        office
        for sender, receiver in CORRIDORS
        for point in policies.corridor(sender, receiver).border_points
        for office in point.offices.values()
    })  # fmt: skip
    return found + [Post(office, BORDER, 1) for office in at_borders]
