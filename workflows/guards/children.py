"""Questions asked only where a child is concerned; an age in doubt is a child's (OHCHR-P10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from workflows.facts import CaseFacts, ReferralFacts, Today
from workflows.guards.inquiries import traced_on
from workflows.step import guard
from workflows.verdict import Lack, lacking

CHILD_ROLES = ("social_worker", "case_manager", "legal_officer")
# What the house finds out itself before it asks; no door takes it in.
GUARDIAN_ALLEGED: Final = "guardian_may_be_alleged"
RETURN_SOLUTIONS = frozenset({"family_reunion", "local_care"})


def _determined(case: CaseFacts, today: Today, outcomes: frozenset[str]) -> bool | Lack:
    """Whether a determination that still holds comes to one of ``outcomes``; for an adult the person chooses."""
    if not case.child:
        return True
    found = case.best_interests
    if found is None:
        return lacking(gap="none is recorded")
    if found.outcome not in outcomes:
        return lacking(gap=f"the outcome is '{found.outcome}'")
    if found.review_on is not None and found.review_on < today.date:
        return lacking(gap=f"it was to be looked at again by {found.review_on.isoformat()}")
    return True


def assessed(case: CaseFacts, today: Today, question: str) -> bool | Lack:
    """Whether a best-interests assessment of the question says yes, heard the child and still holds."""
    found = case.interest(question) if case.child else None
    if not case.child:
        return True
    if found is None:
        return lacking(gap="none is recorded")
    if not found.serves:
        return lacking(gap="it says that this does not serve the child")
    if not found.heard:
        return lacking(gap="how much the child's views counted, or why none could be heard, is not said")
    return found.until >= today.date or lacking(gap=f"it held until {found.until.isoformat()}")


@guard(
    rule="G04",
    sources=("OHCHR-P10", "UNICEF-GUARDIAN", "OHCHR-G8.8"),
    says="No guardian {gap}.",
    why="A child is not interviewed, decided on or moved without a guardian who is free of the suspects.",
    mend="Record the guardian's appointment with the conflict check.",
    who=CHILD_ROLES,
)
def guardian_is_appointed(case: CaseFacts, today: Today, given: Mapping[str, object]) -> bool | Lack:
    return not case.child or _serves(case, today, given)


@guard(
    rule="G04",
    sources=("OHCHR-P10", "UNICEF-GUARDIAN", "WM-CONSENT"),
    says="No guardian {gap}.",
    why="Only somebody who serves, was checked and is free of the suspects agrees in the name of a child.",
    mend="Record the guardian's appointment with the conflict check, and ask the guardian and the child again.",
    who=CHILD_ROLES,
)
def guardian_who_agrees_serves(case: CaseFacts, today: Today, given: Mapping[str, object]) -> bool | Lack:
    # What the child says itself is kept, with a guardian or without.
    return not case.child or given.get("giver") != "guardian" or _serves(case, today, given)


def _serves(case: CaseFacts, today: Today, given: Mapping[str, object]) -> bool | Lack:
    """Whether somebody may speak for the child today."""
    keeper = case.guardian_on(today.date)
    if keeper is None or not keeper.serves_on(today.date):
        return lacking(gap="is appointed for the child")
    # Somebody may have been named among the alleged since the appointment.
    if given.get(GUARDIAN_ALLEGED):
        return lacking(gap="who is free of the suspects is appointed")
    if keeper.of_family and case.family_complicity:
        return lacking(gap="from outside the family is appointed, and the family is said to be involved")
    return keeper.conflict_checked or lacking(gap="has been checked against the suspects")


@guard(
    rule="G15",
    sources=("OHCHR-P10", "OHCHR-G8.4", "COE-16.7"),
    says="No best-interests determination allows a return: {gap}.",
    why="A child is returned only when a panel finds that this serves the child best.",
    mend="Hold the best-interests determination.",
    who=CHILD_ROLES,
)
def best_interests_say_return(case: CaseFacts, today: Today) -> bool | Lack:
    return _determined(case, today, RETURN_SOLUTIONS)


@guard(
    sources=("OHCHR-P10", "OHCHR-G8.5"),
    says="No best-interests determination lets the child stay here: {gap}.",
    why="Staying is a lasting solution too, and a panel finds whether it serves the child best.",
    mend="Hold the best-interests determination.",
    who=CHILD_ROLES,
)
def best_interests_say_stay(case: CaseFacts, today: Today) -> bool | Lack:
    # A child of this country is at home here: its own family, or care in its own country, is staying.
    home = RETURN_SOLUTIONS if case.nationality == case.country else frozenset[str]()
    return _determined(case, today, home | {"stay"})


@guard(
    sources=("OHCHR-P10", "OHCHR-G8.5"),
    says="No best-interests determination lets the child go to a third country: {gap}.",
    why="Moving on is a lasting solution too, and a panel finds whether it serves the child best.",
    mend="Hold the best-interests determination.",
    who=CHILD_ROLES,
)
def best_interests_say_third_country(case: CaseFacts, today: Today) -> bool | Lack:
    return _determined(case, today, frozenset({"third_country"}))


@guard(
    sources=("OHCHR-P10", "OHCHR-G8.6", "CRC-GC12"),
    says="The place was not found to serve the child: {gap}.",
    why="Before a child is moved, somebody looks at what serves the child best and hears the child.",
    mend="Record a best-interests assessment of where the child stays.",
    who=CHILD_ROLES,
)
def placement_serves_the_child(case: CaseFacts, today: Today) -> bool | Lack:
    found = case.interest("placement") if case.child else None
    moved_on = case.placement.on if case.placement is not None else None
    if found is not None and found.used_on not in (None, moved_on):
        return lacking(gap="the assessment was made for an earlier place")
    return assessed(case, today, "placement")


@guard(
    sources=("OHCHR-P10", "OHCHR-G8.6", "CRC-GC12"),
    says="Planning a return was not found to serve the child: {gap}.",
    why="A return is planned for a child only where somebody has asked whether it may serve the child, and heard it.",
    mend="Record a best-interests assessment of planning a return.",
    who=CHILD_ROLES,
)
def return_planning_serves_the_child(case: CaseFacts, today: Today) -> bool | Lack:
    # A determination is the heavier answer to the same question.
    if _determined(case, today, RETURN_SOLUTIONS) is True:
        return True
    return assessed(case, today, "return")


@guard(
    rule="G15",
    sources=("OHCHR-P10", "OHCHR-G8.6", "CRC-GC12"),
    says="The determination does not say {gap}.",
    why="A child who can form views says them freely, and they count by age and maturity, above all about going home.",
    mend="Hear the child, and record in the determination how much its views counted and why.",
    who=CHILD_ROLES,
)
def child_was_heard(case: CaseFacts) -> bool | Lack:
    if not case.child:
        return True
    found = case.best_interests
    if found is None or not (found.views_heard or found.views_reason):
        return lacking(gap="what the child wants, nor why it could not be heard")
    return found.weighed or not found.views_heard or lacking(gap="how much the child's views counted, and why")


@guard(
    rule="G15",
    sources=("OHCHR-G8.4",),
    says="The determination came before the family was traced and assessed.",
    why="For a child the order is: trace, assess, hear, decide.",
    mend="Hold the determination again with the report in hand.",
    who=CHILD_ROLES,
)
def tracing_came_first(case: CaseFacts, referral: ReferralFacts) -> bool:
    if not case.child:
        return True
    found, traced = case.best_interests, traced_on(case, referral)
    return found is not None and traced is not None and found.on >= traced


@guard(
    rule="G15",
    sources=("OHCHR-G8.5", "COE-16.7"),
    says="Neither a safe family nor a care arrangement is confirmed for the child.",
    why="A child goes to people or a place known to be safe, not to an address.",
    mend="Confirm the family or arrange care in the country of origin.",
    who=("national_focal_point", "case_manager", "social_worker"),
)
def child_has_somewhere_safe(referral: ReferralFacts) -> bool:
    if not referral.child:
        return True
    traced, offered = referral.tracing, referral.reception
    family = traced is not None and traced.family_found and traced.family_willing and traced.family_safe
    if traced is not None and traced.complicity_suspected:
        family = False
    return family or (offered is not None and offered.family_or_care_arranged)


@guard(
    rule="G15",
    sources=("COE-16.7", "OHCHR-G8.5"),
    says="No escort is named for the child.",
    why="A child does not travel alone.",
    mend="Name the escort in the return plan.",
    who=CHILD_ROLES,
)
def child_has_an_escort(case: CaseFacts) -> bool:
    return not case.child or (case.return_plan is not None and case.return_plan.escort)


@guard(
    sources=("OHCHR-P10", "WM-CLOSURE"),
    says="A best-interests determination is open or due.",
    why="A child's case does not end before the question what is best has been answered.",
    mend="Hold the determination.",
    who=CHILD_ROLES,
)
def no_child_decision_is_open(case: CaseFacts) -> bool:
    # An older determination does not answer a new question: holding one clears what is due.
    return not (case.child and case.best_interests_due and not case.deceased)
