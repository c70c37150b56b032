"""Questions asked only where a child is concerned; an age in doubt is a child's (OHCHR-P10)."""

from __future__ import annotations

from workflows.facts import CaseFacts, ReferralFacts, Today
from workflows.step import guard
from workflows.verdict import Lack, lacking

CHILD_ROLES = ("social_worker", "case_manager", "legal_officer")
RETURN_SOLUTIONS = frozenset({"family_reunion", "local_care"})


@guard(
    rule="G04",
    sources=("OHCHR-P10", "UNICEF-GUARDIAN", "OHCHR-G8.8"),
    says="No guardian {gap}.",
    why="A child is not interviewed, decided on or moved without a guardian who is free of the suspects.",
    mend="Record the guardian's appointment with the conflict check.",
    who=CHILD_ROLES,
)
def guardian_is_appointed(case: CaseFacts, today: Today) -> bool | Lack:
    if not case.child:
        return True
    keeper = case.guardian
    if keeper is None or not keeper.serves_on(today.date):
        return lacking(gap="is appointed for the child")
    return keeper.conflict_checked or lacking(gap="has been checked against the suspects")


@guard(
    rule="G15",
    sources=("OHCHR-P10", "OHCHR-G8.4", "COE-16.7"),
    says="No best-interests determination allows a return: {gap}.",
    why="A child is returned only when a panel finds that this serves the child best.",
    mend="Hold the best-interests determination.",
    who=CHILD_ROLES,
)
def best_interests_say_return(case: CaseFacts) -> bool | Lack:
    if not case.child:
        return True
    found = case.best_interests
    if found is None:
        return lacking(gap="none is recorded")
    return found.outcome in RETURN_SOLUTIONS or lacking(gap=f"the outcome is '{found.outcome}'")


@guard(
    rule="G15",
    sources=("OHCHR-P10", "OHCHR-G8.6"),
    says="The child's views are not recorded, nor why none could be heard.",
    why="A child who can form views says them freely, above all about going home.",
    mend="Hear the child and record it in the determination.",
    who=CHILD_ROLES,
)
def child_was_heard(case: CaseFacts) -> bool:
    found = case.best_interests
    return not case.child or (found is not None and (found.views_heard or found.views_reason))


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
    found, traced = case.best_interests, referral.tracing
    return found is not None and traced is not None and found.on >= traced.on


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
