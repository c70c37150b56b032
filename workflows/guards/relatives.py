"""Questions before anybody gets in touch with a relative, and before a child goes to the family."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from workflows.facts import CaseFacts, MatterFacts, Today
from workflows.guards.children import CHILD_ROLES, assessed
from workflows.guards.minors import MAY_BE_ALLEGED
from workflows.step import guard
from workflows.verdict import Lack, lacking

# Flag of a relative who is known to have had no part, where others of the family are said to have.
APART: Final = "apart"
NOT_WANTED: Final = "wish.not_wanted"
RELATIVE: Final = "relative"
# What the house finds out itself before it asks: the ids of relatives who may be among the alleged.
ALLEGED_RELATIVES: Final = "relatives_may_be_alleged"
# And whether the relative's name was kept back, while somebody is alleged whom it would have to be compared with.
NOT_NAMED: Final = "relative_is_not_named"
IN_TOUCH: Final = frozenset({"in_contact", "on_their_own"})


@guard(
    sources=("OHCHR-P10", "WM-SAFETY"),
    says="Contact with this relative is not safe: {gap}.",
    why="Traffickers reach people through their families; nobody is led back to them by a call.",
    mend="Keep the relative apart, or find out first that they had no part.",
    who=CHILD_ROLES,
)
def relative_is_free_of_suspects(
    case: CaseFacts, matter: MatterFacts, given: Mapping[str, object]
) -> bool | Lack:
    if given.get(MAY_BE_ALLEGED):
        return lacking(gap="they may be somebody alleged to have taken part")
    if given.get(NOT_NAMED):
        return lacking(gap="nobody said their name, so nobody can tell whether they took part")
    if case.family_complicity and APART not in matter.flags:
        return lacking(gap="the family is said to be involved, and nobody says that this relative had no part")
    return True


@guard(
    sources=("OHCHR-G8.6", "WM-CONSENT"),
    says="The person does not want this contact.",
    why="Who does not want to be found by a relative is not found through us.",
    mend="Leave it at that, and ask again only when the person brings it up.",
    who=CHILD_ROLES,
)
def contact_is_not_refused(matter: MatterFacts) -> bool:
    return NOT_WANTED not in matter.flags


@guard(
    sources=("OHCHR-P10", "OHCHR-G8.6", "CRC-GC12"),
    says="Contact with the relative was not found to serve the child: {gap}.",
    why="Before a child meets or hears a relative, somebody looks at what serves the child best and hears the child.",
    mend="Record a best-interests assessment of contact with a relative.",
    who=CHILD_ROLES,
)
def contact_serves_the_child(case: CaseFacts, matter: MatterFacts, today: Today) -> bool | Lack:
    found = case.interest("contact") if case.child else None
    if found is not None and found.on < matter.opened_on:
        return lacking(gap="the assessment was made before this relative was named")
    return assessed(case, today, "contact")


@guard(
    sources=("OHCHR-G8.4", "OHCHR-G8.5", "WM-SAFETY"),
    says="The child is to go to the family, and {gap}.",
    why="A child goes to people who were looked at and are known to be safe, in its own country too.",
    mend="Name the relative, compare them with the alleged, and allow the contact first.",
    who=CHILD_ROLES,
)
def family_was_checked(case: CaseFacts, given: Mapping[str, object]) -> bool | Lack:
    found = case.best_interests
    if not case.child or found is None or found.outcome != "family_reunion":
        return True
    # Compared when contact was allowed; a name corrected, or somebody alleged, since then counts too.
    told = given.get(ALLEGED_RELATIVES)
    alleged = told if isinstance(told, frozenset) else frozenset()
    safe = [
        each
        for each in case.matters_of(RELATIVE)
        if each.state in IN_TOUCH
        and each.id not in alleged
        and (APART in each.flags or not case.family_complicity)
    ]
    return bool(safe) or lacking(gap="no relative was found safe to be in touch with")
