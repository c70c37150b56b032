"""Questions before shelter, care and plans. None of them can see cooperation (OHCHR-P8)."""

from __future__ import annotations

from collections.abc import Mapping

from policies.model import Policies
from workflows.facts import CaseFacts, Today
from workflows.guards.minors import TURNS_ADULT
from workflows.step import guard
from workflows.verdict import Lack, lacking

# What the circumstances of a person whose case is closed may say.
HARM = frozenset({"detained", "protection_risk"})
CARERS = ("social_worker", "case_manager", "shelter_manager")


@guard(
    sources=("WM-CLOSURE",),
    says="The case is closed.",
    why="A closed case is not changed; new harm opens a new case that points to it.",
    mend="Open a new case linked to this one.",
    who=("first_responder", "social_worker", "case_manager"),
)
def case_is_open(case: CaseFacts) -> bool:
    return case.care != "closed"


@guard(
    sources=("WM-CLOSURE", "WM-SAFETY"),
    says="The case is closed, and this says more than that the person is held or in danger.",
    why="A closed case is not changed; but whoever hears of harm writes it down at once.",
    mend="Say only whether the person is held or in danger, or open the case again.",
    who=("first_responder", "social_worker", "case_manager"),
)
def closed_case_hears_of_harm_alone(case: CaseFacts, given: Mapping[str, object]) -> bool:
    said = {name for name, value in given.items() if value is not None} - {"note", "silent", TURNS_ADULT}
    return case.care != "closed" or (bool(said) and said <= HARM)


@guard(
    sources=("WM-AUDIT",),
    says="No flag of this kind is up.",
    why="What is cleared must have been raised, or the history tells a story that never happened.",
    mend="Choose a flag that is up.",
    who=("social_worker", "case_manager", "supervisor"),
)
def flag_is_up(case: CaseFacts, given: Mapping[str, object]) -> bool:
    return given.get("flag") in {each.flag for each in case.flags}


@guard(
    sources=("OHCHR-P8", "OHCHR-G6.1", "COE-10.2"),
    says="The person is neither presumed nor identified as trafficked.",
    why="Protection starts at presumption; before it the screening has to say so.",
    mend="Finish the screening.",
    who=("first_responder", "social_worker", "case_manager"),
)
def person_is_presumed_or_identified(case: CaseFacts) -> bool:
    return case.identification in {"presumed", "deciding", "identified", "reconsidering"}


@guard(
    rule="G01",
    sources=("OHCHR-P7", "OHCHR-G2.6", "OHCHR-G6.1", "ACTIP-14.8"),
    says="The place of stay is {place}.",
    why="A trafficked person is never held in a cell, immigration detention or a vagrant house. No leave helps.",
    mend="Find a place in a shelter, a family, supervised rooms or a hospital.",
    who=CARERS,
)
def place_is_not_custodial(case: CaseFacts, policies: Policies) -> bool | Lack:
    if case.placement is None:
        return lacking(place="not recorded")
    code = policies.codes["placement_kind"].codes.get(case.placement.kind)
    if code is None:
        return lacking(place=f"of the unknown kind '{case.placement.kind}'")
    return lacking(place=code.label) if code.custodial else True


@guard(
    sources=("OHCHR-G6.1", "OHCHR-G8.5"),
    says="The place does not fit: {reason}.",
    why="A place has to be matched to the person's needs, and a child's to a child.",
    mend="Choose a place that fits, or record how this one was matched.",
    who=CARERS,
)
def place_fits_the_person(case: CaseFacts, policies: Policies) -> bool | Lack:
    if case.placement is None:
        return lacking(reason="no place is recorded")
    code = policies.codes["placement_kind"].codes.get(case.placement.kind)
    if case.child and (code is None or not code.child_suitable):
        return lacking(reason="it is not suited to a child")
    return case.placement.matched_to_needs or lacking(reason="it was not matched to the person's needs")


@guard(
    rule="G09",
    sources=("TH-RIGHTS-FORM", "OHCHR-G6.2"),
    says="The person has not accepted assistance.",
    why="Shelter and help are offered, never imposed; who declines keeps every other right.",
    mend="Explain the offer and record the person's own answer.",
    who=CARERS,
)
def assistance_is_accepted(case: CaseFacts) -> bool:
    return case.rights is not None and case.rights.answer == "accepted"


@guard(
    rule="G09",
    sources=("TH-RIGHTS-FORM", "OHCHR-G6.2"),
    says="The person has declined help.",
    why="Even a night's shelter is offered, never imposed.",
    mend="Leave the offer open; when the person changes their mind, record the new answer.",
    who=CARERS,
)
def help_is_not_declined(case: CaseFacts) -> bool:
    return case.rights is None or case.rights.answer != "declined"


@guard(
    rule="G08",
    sources=("OHCHR-G4.8", "OHCHR-G6.6", "OHCHR-G6.3", "ACTIP-14.9", "TH-ATA-33"),
    says="The person's rights have not been read to them {gap}.",
    why="Rights that are not understood cannot be used.",
    mend="Read the rights notice with an interpreter and a witness.",
    who=(*CARERS, "legal_officer"),
)
def rights_were_explained(case: CaseFacts) -> bool | Lack:
    notice = case.rights
    if notice is None:
        return lacking(gap="yet")
    if not notice.own_language:
        return lacking(gap="in a language they understand")
    if "secrecy" in notice.untold:
        return lacking(gap="together with what stays secret and what cannot")
    if "asylum" in notice.untold:
        return lacking(gap="together with how to ask for asylum")
    if "embassy" in notice.untold:
        return lacking(gap="together with when the embassy is told")
    return notice.witnessed or lacking(gap="before a witness")


@guard(
    sources=("OHCHR-G6.2", "OHCHR-G5.1"),
    says="Needs and risks have not been assessed.",
    why="A plan without the person's needs and dangers in view does harm.",
    mend="Record the needs and risk assessment.",
    who=(*CARERS, "health_officer"),
)
def needs_are_assessed(case: CaseFacts) -> bool:
    return case.needs is not None


@guard(
    sources=("OHCHR-G6.2", "OHCHR-G5.1", "WM-SAFETY"),
    says="The needs and risk assessment is out of date since {day}.",
    why="Needs and dangers change; what was true then may harm the person today.",
    mend="Look at needs and risks again with the person and record it.",
    who=(*CARERS, "health_officer"),
)
def needs_are_up_to_date(case: CaseFacts, today: Today) -> bool | Lack:
    # Whether there has to be one at all is another question (needs_are_assessed).
    due = case.needs_due
    return due is None or today.date <= due or lacking(day=due.isoformat())


@guard(
    sources=("OHCHR-P1", "OHCHR-G6.2", "OHCHR-G8.7"),
    says="There is no care plan {gap}.",
    why="The plan is the person's own; for a child it covers health, mind, law, school, housing and care.",
    mend="Write the care plan with the person and record the agreement.",
    who=CARERS,
)
def care_plan_is_agreed(case: CaseFacts) -> bool | Lack:
    plan = case.care_plan
    if plan is None:
        return lacking(gap="yet")
    if not plan.agreed:
        return lacking(gap="that the person has agreed to")
    return (not case.child or plan.child_services) or lacking(gap="that covers what a child is due")


@guard(
    sources=("OHCHR-P2",),
    says="No case manager is named.",
    why="One accountable person carries the case at all times.",
    mend="Name the case manager.",
    who=("supervisor", "case_manager"),
)
def case_manager_is_named(case: CaseFacts) -> bool:
    return case.case_manager is not None


@guard(
    sources=("WM-SAFETY",),
    says="The person is recorded as {state}.",
    why="Nobody can be moved or consulted who is not there; the search or the farewell comes first.",
    mend="Update the circumstances when the person is found.",
    who=CARERS,
)
def person_is_with_us(case: CaseFacts) -> bool | Lack:
    if case.deceased:
        return lacking(state="deceased")
    return lacking(state="missing") if case.missing else True


@guard(
    sources=("OHCHR-G6.7", "OHCHR-P11", "ACTIP-14.4"),
    says="The person has not chosen {wish}, and no unsafe or refused return opens this way.",
    why="Staying or moving on follows the person's wish, or the finding that return is not safe.",
    mend="Record the person's wish after explaining every option, or the finding of no safe return.",
    who=CARERS,
)
def wish_or_unsafe_return(case: CaseFacts) -> bool | Lack:
    chosen = case.wish is not None and case.wish.wish in {"stay", "third_country"} and case.wish.voluntary
    unsafe = case.referral_state in {"no_safe_return", "declined"}
    serious = case.return_risk is not None and case.return_risk.level == "serious"
    return chosen or unsafe or serious or case.asylum_claim or lacking(wish="to stay or go elsewhere")
