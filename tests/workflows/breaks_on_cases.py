"""How to break each guard of identification, shelter, recovery and closing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from tests.workflows.breaking import (
    SAME_RECORD,
    TOMORROW,
    YESTERDAY,
    Break,
    also,
    both,
    case_with,
    record_with,
    signing_with,
)
from tests.workflows.situations import (
    LATELY,
    LONG_AGO,
    NOW,
    POINTS,
    TODAY,
    TRAINED,
    decision,
    with_actor,
    with_case,
)
from workflows import facts as f
from workflows.facts import Situation
from workflows.guards.children import GUARDIAN_ALLEGED
from workflows.guards.shelter import BED_UNFIT, BEDS_ARE_COUNTED
from workflows.stay import AdmissionFacts, BedFacts

SHELTER = "th-shelter-tak"
HOUR = timedelta(hours=1)
UNTRUE = also("a reason that nothing bears out is no reason either", "reason_fits_the_case")
SIGNED = AdmissionFacts(LATELY, SHELTER, True, True, True)
BED = BedFacts("request-1", SHELTER, NOW + HOUR)


def _at_shelter(**facts: Any) -> Break:
    """The placement is at a shelter that keeps its beds here; admission and bed as given."""
    placement = f.PlacementFacts(LONG_AGO, "shelter_government", True, SHELTER)
    return case_with(placement=placement, also=also("steps differ in which of both they ask"), **facts)


def _given(name: str, value: object) -> Break:
    """The house found this out."""
    return Break(lambda situation: replace(situation, given={**situation.given, name: value}), {})


SHELTERS = ("shelter_government", "shelter_ngo", "transit_centre")
CUSTODIAL = ("police_cell", "immigration_detention", "vagrant_house", "prison")

IDENTIFICATION: dict[str, list[Break]] = {
    "case_is_open": [case_with(care="closed")],
    "screening_is_recorded": [
        case_with(
            screening=None,
            also=also(
                SAME_RECORD,
                "an_indicator_has_reasons",
                "interview_was_safe",
                "information_was_given",
                "screening_gives_reasons",
            ),
        )
    ],
    "an_indicator_has_reasons": [
        record_with("screening", indicators=0, strong=0),
        record_with("screening", reasons=False),
    ],
    "screening_gives_reasons": [record_with("screening", reasons=False)],
    "interview_was_safe": [
        record_with("screening", private_place=False),
        record_with("screening", interpreter_vetted=False),
        record_with("screening", informed=False, points=None),
        record_with("screening", gender_wish="not_met"),
        record_with("screening", gender_wish="not_asked"),
        *(record_with("screening", points=frozenset(POINTS) - {each}) for each in POINTS),
    ],
    "information_was_given": [
        both(record_with("screening", information_given=False), case_with(information=None, finding="no_sign"))
    ],
    "finding_is_named": [case_with(finding=None)],
    "help_elsewhere_was_offered": [
        record_with("information", offered=frozenset()),
        record_with("information", offered=frozenset({"health_service", "asylum_authority"})),
        case_with(finding="smuggled"),
        case_with(finding="undetermined"),
    ],
    "support_agency_is_named": [case_with(support_agency=False)],
    "decision_says_identified": [record_with("decision", outcome="not_identified")],
    "decision_says_not_identified": [record_with("decision", outcome="identified")],
    "authority_is_competent": [
        record_with("decision", authority="th-police"),
        record_with("decision", authority=""),
    ],
    "decider_is_not_screener": [
        record_with("decision", decider="screener-1"),
        record_with("decision", panel=0, also=also("no panel is no complete one either", "panel_is_complete")),
        Break(lambda situation: with_actor(situation, id="screener-1")),
        # A newer screening, or a correction of it, makes nobody forget who screened first.
        case_with(screeners=frozenset({"screener-0", "decider-1", "decider-2"})),
        case_with(screeners=frozenset({"worker-1"})),
        both(case_with(screeners=frozenset({"screener-0"})), record_with("decision", hands=frozenset({"screener-0"}))),
    ],
    "panel_is_complete": [
        record_with("decision", panel=2),
        record_with("decision", professions=frozenset({"police", "prosecutor", "lawyer"})),
    ],
    "screener_is_trained": [signing_with(child=True), signing_with("work_with_children", child=True)],
    "decider_is_trained": [
        signing_with(),
        signing_with("identification", child=True),
        signing_with("work_with_children", child=True),
        # The act lies before the training, though it is written down after it.
        Break(
            lambda situation: replace(situation, signing=replace(TRAINED, on=LONG_AGO - timedelta(days=1))),
            child=False,
        ),
    ],
    "panel_is_trained": [record_with("decision", panel_trained=False)],
    "reasons_are_written": [record_with("decision", reasons=False)],
    "findings_meet_definition": [
        record_with("decision", act=False),
        record_with("decision", purpose=False),
        record_with("decision", child=False, means=False),
        record_with("decision", child=True, act=False, means=False),
    ],
    "findings_support_the_no": [
        record_with("decision", act=True, means=True, purpose=True),
        record_with("decision", child=True, act=True, means=False, purpose=True),
    ],
    "person_was_told": [
        record_with("decision", notified_on=None),
        record_with("decision", notified_on=TOMORROW),
        record_with("decision", in_own_language=False),
    ],
    "decider_is_new": [
        case_with(earlier_deciders=frozenset({"decider-1", "decider-2"})),
        # The same officer has a colleague write the paper, and decides again.
        case_with(earlier_deciders=frozenset({"worker-1"})),
        both(case_with(earlier_deciders=frozenset({"clerk-1"})), record_with("decision", hands=frozenset({"clerk-1"}))),
    ],
    "foreign_decision_is_recorded": [
        case_with(decision=None, also=also(SAME_RECORD, "foreign_authority_is_competent")),
        case_with(decision=decision("identified", by_country="TH")),
        case_with(decision=decision("not_identified", by_country="MM")),
    ],
    "foreign_authority_is_competent": [
        record_with("decision", authority="th-police-tak"),
        record_with("decision", by_country="LA"),
        record_with("decision", by_country="XX"),
    ],
    "window_or_new_evidence": [
        case_with(
            negative_on=LONG_AGO,
            reconsideration_grounds=False,
            also=also("recorded grounds are what opens the window again", "grounds_are_recorded"),
        ),
        case_with(negative_on=LONG_AGO, only_asked=TODAY),
    ],
    "grounds_are_recorded": [case_with(reconsideration_grounds=False)],
}

CARE: dict[str, list[Break]] = {
    "person_is_presumed_or_identified": [
        case_with(identification=each) for each in ("reported", "screening", "screened_out", "not_identified")
    ],
    "person_is_with_us": [case_with(missing=True), case_with(deceased=True)],
    "help_is_not_declined": [record_with("rights", answer="declined")],
    "assistance_is_accepted": [record_with("rights", answer="declined"), record_with("rights", answer=None)],
    "place_is_not_custodial": [
        *(record_with("placement", child=False, kind=kind) for kind in (*CUSTODIAL, "not-yet-invented")),
        case_with(placement=None, also=also(SAME_RECORD, "place_fits_the_person")),
    ],
    "place_fits_the_person": [
        record_with("placement", matched_to_needs=False),
        record_with("placement", child=True, kind="own_housing"),
    ],
    "bed_is_confirmed": [
        _at_shelter(admission=SIGNED),
        _at_shelter(bed_held=BedFacts("request-1", SHELTER, NOW + HOUR), admission=SIGNED),
        _at_shelter(bed_used=BedFacts("request-1", SHELTER, NOW), admission=SIGNED),
        _at_shelter(bed_used=BedFacts("request-1", "th-shelter-pathum-thani"), admission=SIGNED),
    ],
    "admission_is_signed": [
        _at_shelter(bed_used=BED),
        *(
            _at_shelter(bed_used=BED, admission=replace(SIGNED, **facts))
            for facts in ({"shelter": "th-shelter-pathum-thani"}, {"agreed": False}, {"rules_explained": False},
                          {"witnessed": False})
        ),
        # A shelter that keeps no beds here is entered as freely as any other.
        case_with(admission=None),
        case_with(admission=SIGNED),
        *(
            record_with("admission", **facts)
            for facts in ({"agreed": False}, {"rules_explained": False}, {"witnessed": False}, {"used_on": LATELY})
        ),
        *(
            Break(lambda s, kind=kind: with_case(s, placement=f.PlacementFacts(TODAY, kind, True), admission=None), {})
            for kind in SHELTERS
        ),
    ],
    "shelter_is_named": [_given(BEDS_ARE_COUNTED, True)],
    "bed_still_fits": [
        _given(BED_UNFIT, reason) for reason in ("bed_fits_sex", "bed_fits_age", "bed_fits_need", "shelter_is_open")
    ],
    "extension_is_authorised": [
        case_with(extension=None, also=also(SAME_RECORD, "extension_is_within_limit")),
        case_with(protected_from=None, also=also(SAME_RECORD, "extension_is_within_limit")),
        record_with("extension", person_told=False),
    ],
    "extension_is_within_limit": [
        record_with("extension", until=TODAY + timedelta(days=8)),
        record_with("extension", until=YESTERDAY),
        case_with(protected_from=TOMORROW),
        case_with(country="LA"),
    ],
    "rights_were_explained": [
        record_with("rights", own_language=False),
        record_with("rights", witnessed=False),
        *(record_with("rights", untold=frozenset({each})) for each in ("secrecy", "asylum", "embassy")),
        case_with(rights=None, also=also(SAME_RECORD, "assistance_is_accepted")),
    ],
    "needs_are_assessed": [case_with(needs=None)],
    "needs_are_up_to_date": [record_with("needs", reassess_on=YESTERDAY)],
    "care_plan_is_agreed": [
        case_with(care_plan=None),
        record_with("care_plan", agreed=False),
        record_with("care_plan", child=True, child_services=False),
    ],
    "case_manager_is_named": [case_with(case_manager=None)],
    "decision_is_known_to_the_person": [
        record_with("decision", notified_on=None),
        record_with("decision", notified_on=TOMORROW),
        record_with("decision", in_own_language=False),
        both(
            record_with("decision", notified_on=None),
            case_with(decision_notice=f.NoticeFacts(LATELY, False, True)),
        ),
        both(
            record_with("decision", notified_on=None),
            case_with(decision_notice=f.NoticeFacts(LATELY, True, True, untold=frozenset({"ask_again"}))),
        ),
        # Told before the decision that stands was taken.
        both(
            record_with("decision", notified_on=None),
            case_with(decision_notice=f.NoticeFacts(LONG_AGO, True, True)),
        ),
    ],
    "wish_or_unsafe_return": [
        case_with(wish=None),
        case_with(wish=f.WishFacts(LATELY, "return", True, True)),
        case_with(wish=f.WishFacts(LATELY, "stay", False, True)),
    ],
    "handover_is_scheduled": [case_with(referral_state=each) for each in (None, "accepted", "postponed")],
    "nobody_is_between_hands": [case_with(referral_state=each) for each in ("handed_over", "received")],
    "receipt_is_signed": [case_with(receipt_signed=False)],
    "reintegration_is_planned": [
        case_with(reintegration_plan=None),
        record_with("reintegration_plan", agreed=False),
    ],
}

CLOSING: dict[str, list[Break]] = {
    "loss_of_contact_is_recorded": [
        record_with("closure", unreachable=True, reason="lost_contact", also=UNTRUE),
        record_with("closure", child=True, unreachable=True, reason="lost_contact", also=UNTRUE),
    ],
    "nobody_in_a_bed_is_unreachable": [
        both(record_with("closure", unreachable=True), case_with(contact_lost=True, bed_used=BED)),
        both(
            record_with("closure", unreachable=True, reason="other"), case_with(contact_lost=True, care="sheltered"),
            child=False,
        ),
    ],
    "reason_fits_the_case": [
        *(
            record_with("closure", reason=each)
            for each in (
                "included_locally", "third_country", "handed_over", "not_trafficked", "declined_help", "lost_contact",
                "deceased", "opened_in_error",
            )
        ),
        *(
            both(record_with("closure", reason=reason), case_with(care=care, visits=4), child=False)
            for reason, care in (
                ("reintegrated", "sheltered"), ("reintegrated", "recovering"), ("included_locally", "planning_return"),
                ("third_country", "including_locally"), ("handed_over", "resettling"),
            )
        ),
        # A child does not decline protection.
        both(
            record_with("closure", reason="declined_help"),
            case_with(rights=f.NoticeFacts(LATELY, True, True, "declined")),
            child=True,
        ),
    ],
    "child_has_a_lasting_solution": [
        *(
            both(record_with("closure", reason="other"), case_with(care=care, visits=4), child=True)
            for care in ("intake", "sheltered", "recovering", "planning_return")
        ),
        # Another office has been asked and has not said yes.
        both(
            record_with("closure", reason="other"),
            case_with(
                care="sheltered",
                matters=(f.MatterFacts("matter-1", "transfer", "moved", LATELY, LATELY, ended_on=LATELY),),
            ),
            child=True,
        ),
    ],
    "closure_is_recorded": [
        case_with(closure=None),
        record_with("closure", person_told=False),
        record_with("closure", child=False, person_agrees=False),
    ],
    "identification_is_settled": [
        *(case_with(identification=each) for each in ("reported", "screening", "presumed", "deciding")),
        case_with(identification="reconsidering", negative_on=LONG_AGO),
        # Inside the window, on its last day too (30 days in Thailand, a default).
        case_with(identification="not_identified", negative_on=LATELY),
        case_with(identification="screened_out", negative_on=YESTERDAY),
        # Asked for in time, or on something new, and not answered yet.
        case_with(identification="not_identified", negative_on=LONG_AGO, reconsideration_grounds=True),
        case_with(
            identification="screened_out", negative_on=LONG_AGO, reconsideration_grounds=True, only_asked=LONG_AGO
        ),
        # Also of somebody who cannot be reached: they may come back and ask within their time.
        both(
            case_with(identification="not_identified", negative_on=LATELY, missing=True),
            record_with("closure", unreachable=True),
        ),
    ],
    "transfer_is_recorded": [
        record_with("closure", reason="transferred"),
        both(
            record_with("closure", reason="transferred"),
            case_with(matters=(f.MatterFacts("matter-1", "transfer", "declined", LATELY, LATELY, ended_on=LATELY),)),
        ),
    ],
    "no_referral_is_open": [case_with(open_referrals=1)],
    "no_matter_is_open": [
        case_with(matters=(f.MatterFacts("matter-1", "service", "asked", LATELY, LATELY),)),
        case_with(matters=(f.MatterFacts("matter-1", "service", "declined", LATELY, LATELY),)),
    ],
    "nothing_legal_is_open": [
        case_with(legal=f.LegalFacts(LATELY, 1, True, 0, False)),
        case_with(legal=f.LegalFacts(LATELY, 0, True, 1, False)),
        # A claim that is followed here ends here first, whoever carries it on.
        case_with(
            matters=(f.MatterFacts("claim-1", "remedy", "paying", LATELY, LATELY, flags=frozenset({"route"})),),
            also=also("a claim is a matter too", "no_matter_is_open"),
        ),
    ],
    "remedies_were_explained": [
        case_with(remedies_notice=None),
        record_with("remedies_notice", answer=None),
        record_with("remedies_notice", own_language=False),
    ],
    "reopening_is_agreed": [case_with(reopening_agreed=None), case_with(reopening_agreed=False)],
    "person_is_in_our_care": [case_with(closed_from="handed_over"), case_with(closed_from="awaiting_arrival")],
    "monitoring_is_done": [
        case_with(care="reintegrating", visits=3),
        both(record_with("closure", reason="included_locally"), case_with(care="including_locally", visits=0)),
    ],
    "no_child_decision_is_open": [
        case_with(child=True, best_interests_due=True),
        case_with(child=True, best_interests_due=True, best_interests=None),
    ],
}

def _assessed_as(question: str, **facts: Any) -> Break:
    """The assessment of one question says something else."""

    def change(situation: Situation) -> Situation:
        assert situation.case is not None
        found = tuple(
            replace(each, **facts) if each.question == question else each for each in situation.case.interests
        )
        return with_case(situation, interests=found)

    return Break(change, child=True)


CHILDREN: dict[str, list[Break]] = {
    "guardian_is_appointed": [
        case_with(child=True, guardian=None),
        case_with(child=True, guardian=f.GuardianFacts(LONG_AGO, YESTERDAY, True)),
        case_with(child=True, guardian=f.GuardianFacts(TOMORROW, None, True)),
        case_with(child=True, guardian=f.GuardianFacts(LONG_AGO, None, False)),
        Break(lambda situation: replace(situation, given={**situation.given, GUARDIAN_ALLEGED: True}), child=True),
        Break(
            lambda situation: with_case(
                situation, guardian=f.GuardianFacts(LONG_AGO, None, True, True), family_complicity=True
            ),
            also(
                "the family is said to be involved", "suspicion_was_weighed", "suspected_family_stays_out",
                "family_is_free_of_suspicion",
            ),
            True,
        ),
    ],
    "best_interests_say_return": [
        record_with("best_interests", child=True, outcome="stay"),
        record_with("best_interests", child=True, outcome="third_country"),
        case_with(
            child=True, best_interests=None, also=also(SAME_RECORD, "child_was_heard", "tracing_came_first")
        ),
    ],
    "best_interests_say_stay": [
        record_with("best_interests", child=True, outcome="local_care"),
        record_with("best_interests", child=True, review_on=YESTERDAY),
        case_with(child=True, best_interests=None, also=also(SAME_RECORD, "child_was_heard")),
    ],
    "best_interests_say_third_country": [
        record_with("best_interests", child=True, outcome="stay"),
        case_with(child=True, best_interests=None, also=also(SAME_RECORD, "child_was_heard")),
    ],
    "placement_serves_the_child": [
        case_with(child=True, interests=()),
        _assessed_as("placement", serves=False),
        _assessed_as("placement", heard=False),
        _assessed_as("placement", until=YESTERDAY),
        _assessed_as("placement", used_on=YESTERDAY),
    ],
    "return_planning_serves_the_child": [
        case_with(child=True, interests=(), best_interests=None),
        both(record_with("best_interests", outcome="stay"), _assessed_as("return", serves=False), child=True),
        both(record_with("best_interests", review_on=YESTERDAY), case_with(interests=()), child=True),
    ],
    "child_was_heard": [
        record_with("best_interests", child=True, views_heard=False),
        record_with("best_interests", child=True, weighed=False),
    ],
    "tracing_came_first": [record_with("best_interests", child=True, on=LONG_AGO)],
    "child_has_an_escort": [record_with("return_plan", child=True, escort=False)],
}
