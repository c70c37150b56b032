"""Questions about a decision itself: who sat where it was taken, and whether the person knows it."""

from __future__ import annotations

from policies.model import Policies
from workflows.facts import CaseFacts, Today
from workflows.guards.screening import DECIDERS
from workflows.step import guard
from workflows.verdict import Lack, lacking

PROFESSIONS = "panel_profession"
DECIDED = frozenset({"identified", "not_identified", "screened_out"})


@guard(
    rule="G07",
    sources=("WM-TWO-EYES", "WM-COMPETENCE"),
    says="The panel of {country} is not complete: it has {count} of {wanted} members; missing: {missing}.",
    why="Several professions see more than one; the country says who must sit at least.",
    mend="Record the decision of a complete panel.",
    who=DECIDERS,
)
def panel_is_complete(case: CaseFacts, policies: Policies) -> bool | Lack:
    made, wanted = case.decision, policies.countries[case.country].panel
    if made is None or wanted is None:
        return True
    # An older form did not ask for professions by their codes.
    gaps = [] if made.professions is None else [each for each in wanted.professions if each not in made.professions]
    if made.panel >= wanted.members and not gaps:
        return True
    words = "; ".join(policies.label(PROFESSIONS, each) for each in gaps)
    return lacking(country=case.country, count=made.panel, wanted=wanted.members, missing=words or "-")


@guard(
    rule="G07",
    sources=("WM-COMPETENCE", "WM-REASONS", "WM-RECONSIDERATION"),
    says="The identification is decided already ({state}).",
    why="A decision is changed by another decision, never by a paper beside it.",
    mend="Correct the decision where its words are wrong, or ask for another look.",
    who=(*DECIDERS, "case_manager"),
)
def decision_is_still_to_be_taken(case: CaseFacts) -> bool | Lack:
    return case.identification not in DECIDED or lacking(state=case.identification)


@guard(
    sources=("OHCHR-G4.8",),
    says="The person has not been told what was decided about them in a language they understand.",
    why="A free choice of the way on needs to know one's own position, whether the answer was yes or no.",
    mend="Tell the person with an interpreter, and record the notice.",
    who=("case_manager", "legal_officer", "social_worker"),
)
def decision_is_known_to_the_person(case: CaseFacts, today: Today) -> bool:
    made, notice = case.decision, case.decision_notice
    told_on = made.notified_on if made is not None else None
    if made is None or (told_on is not None and told_on <= today.date and made.in_own_language):
        return True
    return notice is not None and notice.own_language and not notice.untold and notice.on >= made.on
