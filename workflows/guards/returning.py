"""Questions before anybody goes home: two keys, safe, wished for, and prepared (OHCHR-P11)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from policies.model import Corridor, Policies
from workflows.claims import REMEDY, claims_without_route
from workflows.deadlines import ends_on
from workflows.facts import CaseFacts, ReferralFacts, Today
from workflows.guards.inquiries import nationality_known
from workflows.step import guard
from workflows.verdict import Lack, lacking

PLANNERS = ("case_manager", "social_worker")
RISK_CLOCK = "risk_assessment_validity"
NEEDED_SERVICES = ("health", "housing", "education", "employment")


def visits_agreed(corridor: Corridor, on: date) -> int:
    """How many reintegration visits the rules of a corridor ask for after a return on that day."""
    return sum(1 for name in corridor.dated_clocks if name.startswith("visit_") and corridor.clock(name, on))


@guard(
    rule="G05",
    sources=("COE-10.2", "OHCHR-G4.6"),
    says="The identification is '{state}', not finished in the person's favour.",
    why="Nobody is sent away while it is still open who they are in law, nor inside the time to ask again.",
    mend="Finish the identification.",
    who=("legal_officer", "supervisor"),
)
def identification_is_positive(case: CaseFacts) -> bool | Lack:
    return case.identification == "identified" or lacking(state=case.identification)


@guard(
    rule="G13",
    sources=("OHCHR-P11", "OHCHR-G6.7", "ACTIP-15.1"),
    says="The person has not freely chosen to return {gap}.",
    why="Return is the person's choice, made with every other option on the table.",
    mend="Talk through every option and record the person's wish.",
    who=PLANNERS,
)
def return_is_wished_for(case: CaseFacts) -> bool | Lack:
    wish = case.wish
    if wish is None or wish.wish != "return":
        return lacking(gap="(no such wish is recorded)")
    if not wish.voluntary:
        return lacking(gap="(the wish is recorded as not voluntary)")
    return wish.options_explained or lacking(gap="knowing the alternatives")


@guard(
    rule="G13",
    sources=("OHCHR-P11", "ACTIP-15.2"),
    says="There is no valid risk assessment for the return: {gap}.",
    why="Danger changes; an old assessment protects nobody.",
    mend="Assess the risk of return, now.",
    who=PLANNERS,
)
def return_risk_is_valid(case: CaseFacts, today: Today, policies: Policies) -> bool | Lack:
    risk = case.return_risk
    if risk is None:
        return lacking(gap="none is recorded")
    # Whatever day the form says, none holds longer than the policy of its day lets it.
    until = min(risk.valid_until, ends_on(policies, RISK_CLOCK, case.country, risk.on))
    return today.date <= until or lacking(gap=f"it ran out on {until.isoformat()}")


@guard(
    rule="G13",
    sources=("OHCHR-P11", "ACTIP-15.2"),
    says="This assessment would hold longer than the rules let it: until {until} at most.",
    why="Danger changes; an old assessment protects nobody.",
    mend="Say an earlier day, and assess the risk again before it has come.",
    who=PLANNERS,
)
def assessment_holds_no_longer_than_agreed(
    case: CaseFacts, given: Mapping[str, object], today: Today, policies: Policies
) -> bool | Lack:
    until = ends_on(policies, RISK_CLOCK, case.country, today.date)
    return str(given.get("valid_until") or "") <= until.isoformat() or lacking(until=until.isoformat())


@guard(
    rule="G13",
    sources=("OHCHR-P11", "OHCHR-G6.7"),
    says="The risk assessment does not cover the family.",
    why="Reprisals fall on families too.",
    mend="Assess the risk to the family.",
    who=PLANNERS,
)
def family_risk_is_covered(case: CaseFacts) -> bool:
    return case.return_risk is not None and case.return_risk.covers_family


@guard(
    rule="G13",
    sources=("OHCHR-P11", "OHCHR-G6.7", "ACTIP-15.2"),
    says="The risk on return is serious.",
    why="A serious risk to the person or the family closes the way home and opens the others.",
    mend="Record that there is no safe return and plan a stay or a third country.",
    who=PLANNERS,
)
def return_risk_is_bearable(case: CaseFacts) -> bool:
    return case.return_risk is None or case.return_risk.level != "serious"


@guard(
    rule="G12",
    sources=("ACTIP-15.3", "OHCHR-G11.5"),
    says="The country of origin has not confirmed nationality (result: {result}).",
    why="Only the requested country can say who is its national.",
    mend="Wait for the report, ask again, or take the question to the meeting.",
    who=("national_focal_point", "case_manager"),
)
def nationality_is_confirmed(case: CaseFacts, referral: ReferralFacts) -> bool | Lack:
    # What an inquiry was answered counts as what the report said; the newer word holds.
    result = nationality_known(case, referral)
    return result == "confirmed" or lacking(result=result)


@guard(
    rule="G13",
    sources=("OHCHR-G6.8", "OHCHR-P11"),
    says="The return plan {gap}.",
    why="Return without health care, housing, school or work leads back to the traffickers.",
    mend="Complete the return plan and agree it with the person.",
    who=PLANNERS,
)
def return_plan_covers_life(case: CaseFacts) -> bool | Lack:
    plan = case.return_plan
    if plan is None:
        return lacking(gap="is not written")
    missing = [service for service in NEEDED_SERVICES if service not in plan.services]
    if missing:
        return lacking(gap=f"does not cover {', '.join(missing)}")
    return plan.agreed or lacking(gap="has not been agreed by the person")


@guard(
    rule="G16",
    sources=("ACTIP-15.4",),
    says="There is no valid travel document.",
    why="The country of origin issues it; without it the person is stopped at the border.",
    mend="Ask the country of origin for the document and record it.",
    who=(*PLANNERS, "national_focal_point"),
)
def travel_document_is_valid(case: CaseFacts, today: Today) -> bool:
    paper = case.travel_document
    return paper is not None and paper.issued <= today.date <= paper.expires


@guard(
    rule="G14",
    sources=("ACTIP-15.2", "OHCHR-P9", "TH-ATA-31"),
    says="The state of legal proceedings has not been considered.",
    why="Testimony can be taken early or from afar; the person decides knowing this.",
    mend="Record the state of proceedings and what the person chose.",
    who=("legal_officer", "case_manager"),
)
def proceedings_were_considered(case: CaseFacts) -> bool:
    return case.legal is not None and case.legal.considered


@guard(
    rule="G18",
    sources=("OHCHR-P17", "OHCHR-G9.3", "OHCHR-P9"),
    says="{count} claims are open without a way to pursue them from abroad.",
    why="Wages and compensation are owed wherever the person lives.",
    mend="Settle each claim, or record who represents the person in it and with which power.",
    who=("legal_officer", "case_manager"),
)
def claims_have_a_route(case: CaseFacts) -> bool | Lack:
    if case.legal is None and not case.matters_of(REMEDY):
        return lacking(count="Possibly some (not recorded)")
    count = claims_without_route(case)
    return count == 0 or lacking(count=count)


@guard(
    sources=("WM-PROTOCOL", "OHCHR-P11"),
    says="No handover with the other country is scheduled.",
    why="The journey begins when both countries have agreed on day, place and officers.",
    mend="Schedule the handover in the referral.",
    who=("border_focal_point", "case_manager"),
)
def handover_is_scheduled(case: CaseFacts) -> bool:
    return case.referral_state == "handover_scheduled"


@guard(
    rule="G13",
    sources=("OHCHR-P11", "WM-SAFETY"),
    says="The family is suspected of taking part, and {gap}.",
    why="Nobody is sent back into the hands they came from; elsewhere in the same country may still be home.",
    mend="Assess the risk again with the report in hand; for a child, hold the determination again.",
    who=PLANNERS,
)
def suspicion_was_weighed(case: CaseFacts, referral: ReferralFacts) -> bool | Lack:
    traced, risk, found = referral.tracing, case.return_risk, case.best_interests
    if not (case.family_complicity or (traced is not None and traced.complicity_suspected)):
        return True
    if case.child and found is not None and found.outcome == "family_reunion":
        return lacking(gap="the determination sends the child to that family")
    if risk is None or (traced is not None and risk.on < traced.on):
        return lacking(gap="the risk has not been assessed since the report")
    return True


@guard(
    sources=("WM-CUSTODY",),
    says="The handover is signed and the receiving country has not answered it.",
    why="Between two hands nobody acts alone: the receipt, or the report that nobody came, decides.",
    mend="Ask the receiving border office to sign, or to report that nobody was received.",
    who=("border_focal_point", "national_focal_point"),
)
def nobody_is_between_hands(case: CaseFacts) -> bool:
    return case.referral_state not in {"handed_over", "received"}


@guard(
    rule="G19",
    sources=("WM-CUSTODY", "OHCHR-G6.8"),
    says="The receiving officer has not signed the receipt.",
    why="Until that signature the sending country is responsible for the person.",
    mend="The receiving border focal point signs the receipt.",
    who=("border_focal_point",),
)
def receipt_is_signed(case: CaseFacts) -> bool:
    return case.receipt_signed


@guard(
    rule="G19",
    sources=("OHCHR-G6.8", "OHCHR-G11.12"),
    says="There is no reintegration plan {gap}.",
    why="Coming home is the beginning: health, housing, school or work have to be waiting.",
    mend="Write the reintegration plan with the person.",
    who=PLANNERS,
)
def reintegration_is_planned(case: CaseFacts) -> bool | Lack:
    plan = case.reintegration_plan
    if plan is None:
        return lacking(gap="yet")
    return plan.agreed or lacking(gap="that the person has agreed to")


@guard(
    rule="G20",
    sources=("OHCHR-G6.8", "WM-CLOSURE"),
    says="{done} of {wanted} visits are recorded and contact is not documented as lost.",
    why="A return has succeeded when the person stands on their own and is safe, which only visits show.",
    mend="Make and record the visits, or document the loss of contact.",
    who=PLANNERS,
)
def monitoring_is_done(case: CaseFacts, policies: Policies) -> bool | Lack:
    if case.care == "including_locally":
        return case.visits >= 1 or case.contact_lost or case.deceased or lacking(done=case.visits, wanted=1)
    if case.care != "reintegrating":
        return True
    # As many as were agreed when the plan at home was made: a later rule asks nothing of an older return.
    since = case.reintegration_plan.on if case.reintegration_plan is not None else case.opened_on
    wanted = visits_agreed(policies.default_corridor, since)
    gone = case.contact_lost or case.deceased
    return case.visits >= wanted or gone or lacking(done=case.visits, wanted=wanted)
