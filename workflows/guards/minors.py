"""Questions before a record about a child is taken in: its age, and who may be its guardian."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from policies.model import Policies
from workflows.facts import CaseFacts
from workflows.guards.children import CHILD_ROLES
from workflows.step import guard
from workflows.verdict import Lack, lacking

# What the house finds out itself before it asks these guards; no door takes it in.
TURNS_ADULT: Final = "turns_adult"
MAY_BE_ALLEGED: Final = "may_be_alleged"


@guard(
    sources=("UNICEF-AGE", "CRC-GC6-31"),
    says="The person counts as a child until an age assessment finds otherwise.",
    why="Who may be a child is treated as one; a tick in a form makes nobody adult.",
    mend="Record an age assessment.",
    who=CHILD_ROLES,
)
def adulthood_was_assessed(given: Mapping[str, object]) -> bool:
    return not given.get(TURNS_ADULT)


@guard(
    sources=("CRC-GC6-31",),
    says="The person has not agreed to the assessment.",
    why="An age is never assessed against somebody's will; who says no stays a child and loses nothing.",
    mend="Explain it and ask again, or leave the age in doubt without an examination.",
    who=CHILD_ROLES,
)
def age_assessment_is_agreed(given: Mapping[str, object], policies: Policies) -> bool:
    return given.get("consent") is True or not (given.get("finding") == "adult" or _physical(given, policies))


@guard(
    sources=("CRC-GC6-31",),
    says="The body was examined, and {gap}.",
    why="The mildest way comes first; an examination of the body says little about an age and can harm.",
    mend="Use papers, records and the person's account first, and say why they were not enough.",
    who=CHILD_ROLES,
)
def milder_ways_came_first(given: Mapping[str, object], policies: Policies) -> bool | Lack:
    physical = _physical(given, policies)
    if not physical:
        return True
    if not _ways(given) - physical:
        return lacking(gap="nothing milder was tried")
    return bool(given.get("why_physical")) or lacking(gap="it is not said why nothing milder was enough")


@guard(
    sources=("UNICEF-AGE", "CRC-GC6-31"),
    says="The person cannot be found adult: {gap}.",
    why="In what stays uncertain the person has the benefit of the doubt, and no one profession decides alone.",
    mend="Say in doubt, or assess together with another profession until no doubt is left.",
    who=CHILD_ROLES,
)
def adult_is_beyond_doubt(given: Mapping[str, object]) -> bool | Lack:
    if given.get("finding") != "adult":
        return True
    if given.get("doubt_left") is not False:
        return lacking(gap="a doubt is left")
    who = given.get("professions")
    several = isinstance(who, list | tuple) and len(set(who)) >= 2
    return several or lacking(gap="only one profession assessed the age")


@guard(
    sources=("OHCHR-P10", "UNICEF-GUARDIAN", "WM-SAFETY"),
    says="This guardian {gap}.",
    why="Who may be part of what happened to a child, or of a family said to be involved, never speaks for the child.",
    mend="Have somebody else appointed.",
    who=CHILD_ROLES,
)
def guardian_is_free_of_suspects(case: CaseFacts, given: Mapping[str, object]) -> bool | Lack:
    if not given.get("guardian_name"):
        return lacking(gap="is not named, and cannot be compared with those alleged to have taken part")
    if given.get(MAY_BE_ALLEGED):
        return lacking(gap="may be somebody alleged to have taken part")
    family = bool(given.get("of_family")) and case.family_complicity
    return not family or lacking(gap="is a relative, and the family is said to be involved")


def _ways(given: Mapping[str, object]) -> set[str]:
    ways = given.get("methods")
    return {str(each) for each in ways} if isinstance(ways, list | tuple) else set()


def _physical(given: Mapping[str, object], policies: Policies) -> set[str]:
    known = policies.codes["age_method"].codes
    return {way for way in _ways(given) if way in known and known[way].intrusive}
