"""What mends each refusal: the record to write, the step to take, the page to open, or only somebody to ask."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from workflows import recording
from workflows.engine import MACHINES
from workflows.facts import CaseFacts
from workflows.guards.closing import NEGATIVE, may_be_said_unreachable
from workflows.step import Guard


class Way(StrEnum):
    """How a refusal is mended."""

    RECORD = "record"
    STEP = "step"
    TEAM = "team"
    REFERRAL = "referral"
    NEW_CASE = "new_case"
    MATTERS = "matters"
    WALLS = "walls"
    BED = "bed"
    RIGHTS = "rights"
    ASK = "ask"


@dataclass(frozen=True, slots=True)
class Act:
    """One way to mend: ``what`` is a record kind, or machine.step; empty for a page. ASK: only others can do it."""

    way: Way
    what: str = ""


def _record(kind: str) -> Act:
    return Act(Way.RECORD, kind)


def _step(machine: str, step: str) -> Act:
    return Act(Way.STEP, f"{machine}.{step}")


ASK = Act(Way.ASK)

# Code of a refusal -> what mends it. Refusals that only another country, another officer or time can lift say ASK.
ACTS: dict[str, Act] = {
    "case_is_open": Act(Way.NEW_CASE),
    "flag_is_up": ASK,
    "death_is_told_safely": _record("death_report"),
    "person_is_with_us": _record("found_report"),
    "shelter_is_named": _step("care", "move_placement"),
    "bed_is_confirmed": Act(Way.BED),
    "bed_still_fits": Act(Way.BED),
    "admission_is_signed": _record("admission"),
    "extension_is_authorised": ASK,
    "extension_is_within_limit": ASK,
    # Identification.
    "screening_is_recorded": _record("screening"),
    "an_indicator_has_reasons": _record("screening"),
    "interview_was_safe": _record("screening"),
    "screening_gives_reasons": _record("screening"),
    "information_was_given": _record("information_given"),
    "finding_is_named": _record("screening"),
    "help_elsewhere_was_offered": _record("information_given"),
    "support_agency_is_named": _record("circumstances"),
    "decision_is_still_to_be_taken": _step("identification", "ask_reconsideration"),
    "foreign_authority_is_competent": ASK,
    "decision_says_identified": _record("identification_decision"),
    "decision_says_not_identified": _record("identification_decision"),
    "reasons_are_written": _record("identification_decision"),
    "findings_meet_definition": _record("identification_decision"),
    "findings_support_the_no": _record("identification_decision"),
    "person_was_told": _record("identification_decision"),
    "foreign_decision_is_recorded": _record("foreign_decision"),
    "authority_is_competent": ASK,
    "panel_is_complete": _record("identification_decision"),
    "decision_is_known_to_the_person": _record("decision_notice"),
    "decider_is_not_screener": ASK,
    "decider_is_new": ASK,
    "window_or_new_evidence": _record("reconsideration_request"),
    "grounds_are_recorded": _record("reconsideration_request"),
    "screener_is_trained": ASK,
    "decider_is_trained": ASK,
    "panel_is_trained": _record("identification_decision"),
    "age_assessor_is_trained": ASK,
    "interests_assessor_is_trained": ASK,
    "person_is_presumed_or_identified": _step("identification", "presume"),
    "identification_is_positive": _step("identification", "identify"),
    "identification_is_settled": _step("identification", "identify"),
    # Help and shelter.
    "rights_were_explained": _record("rights_notice"),
    "help_is_not_declined": _record("rights_notice"),
    "assistance_is_accepted": _record("rights_notice"),
    "place_is_not_custodial": _step("care", "move_placement"),
    "place_fits_the_person": _step("care", "move_placement"),
    "needs_are_assessed": _record("needs_assessment"),
    "needs_are_up_to_date": _record("needs_assessment"),
    "care_plan_is_agreed": _record("care_plan"),
    "stay_lasts_as_long_as_proceedings": _record("legal_status"),
    "leave_was_refused": _record("permit"),
    "refused_leave_is_answered": _record("refused_leave"),
    "way_of_contact_is_safe": _record("contact_rules"),
    "case_manager_is_named": Act(Way.TEAM),
    "wish_or_unsafe_return": _record("wish"),
    # Children.
    "guardian_is_appointed": _record("guardian_appointment"),
    "guardian_who_agrees_serves": _record("guardian_appointment"),
    "best_interests_say_return": _record("best_interests"),
    "best_interests_say_stay": _record("best_interests"),
    "best_interests_say_third_country": _record("best_interests"),
    "placement_serves_the_child": _record("best_interests_assessment"),
    "return_planning_serves_the_child": _record("best_interests_assessment"),
    "relative_is_free_of_suspects": ASK,
    "contact_is_not_refused": ASK,
    "contact_serves_the_child": _record("best_interests_assessment"),
    "family_was_checked": Act(Way.MATTERS),
    "adulthood_was_assessed": _record("age_assessment"),
    "age_assessment_is_agreed": ASK,
    "milder_ways_came_first": ASK,
    "adult_is_beyond_doubt": ASK,
    "guardian_is_free_of_suspects": ASK,
    "child_was_heard": _record("best_interests"),
    "tracing_came_first": _record("best_interests"),
    "no_child_decision_is_open": _record("best_interests"),
    "child_has_an_escort": _record("return_plan"),
    "child_has_somewhere_safe": Act(Way.REFERRAL),
    # Return.
    "return_is_wished_for": _record("wish"),
    "return_risk_is_valid": _record("pre_return_risk"),
    "assessment_holds_no_longer_than_agreed": _record("pre_return_risk"),
    "family_risk_is_covered": _record("pre_return_risk"),
    "suspicion_was_weighed": _record("pre_return_risk"),
    "return_is_found_unsafe": _record("pre_return_risk"),
    "return_risk_is_bearable": Act(Way.REFERRAL),
    "return_plan_covers_life": _record("return_plan"),
    "travel_document_is_valid": _record("travel_document"),
    "proceedings_were_considered": _record("legal_status"),
    "claims_have_a_route": Act(Way.MATTERS),
    "no_asylum_claim_is_open": ASK,
    "reintegration_is_planned": _record("reintegration_plan"),
    "journey_has_begun": _step("care", "depart"),
    "handover_is_scheduled": Act(Way.REFERRAL),
    "nobody_is_between_hands": ASK,
    "receipt_is_signed": ASK,
    # Services.
    "service_is_agreed": ASK,
    "service_is_planned_or_urgent": _record("care_plan"),
    "provider_is_named": ASK,
    "provider_has_not_declined": ASK,
    "request_is_not_double": Act(Way.MATTERS),
    "provider_answers": ASK,
    "provider_is_outside": ASK,
    "provider_has_finished": ASK,
    # Claims for remedies; what another form of the claim said is corrected or added there.
    **dict.fromkeys(
        ("claim_is_wanted", "child_is_represented", "claim_is_carried_on", "claim_has_one_currency",
         "days_of_the_claim_fit", "payments_are_within_the_award", "payment_reached_the_person",
         "end_of_claim_is_explained"),
        ASK,
    ),
    # Claims to the fund.
    "claim_is_agreed": ASK,
    "claim_is_the_person_s_right": Act(Way.RIGHTS),
    "claim_is_in_the_fund_s_currency": ASK,
    "claim_is_within_the_amount": Act(Way.RIGHTS),
    "claim_is_within_the_times": Act(Way.RIGHTS),
    "claim_is_within_the_days": Act(Way.RIGHTS),
    "claim_days_are_free": Act(Way.RIGHTS),
    "claim_is_another_s": ASK,
    "fund_office_decides": ASK,
    "approval_is_within_the_claim": ASK,
    "payment_is_within_the_approval": ASK,
    "payment_is_within_the_amount": Act(Way.RIGHTS),
    "payment_was_made": ASK,
    # Another country, or its embassy, is asked; other offices of the country.
    **dict.fromkeys(
        ("competent_office_is_known", "asked_country_is_not_blocked", "family_is_free_of_suspicion",
         "another_country_was_asked", "time_to_answer_is_over", "nothing_was_asked_to_be_forgotten"),
        ASK,
    ),
    "inquiry_is_not_double": Act(Way.MATTERS),
    **dict.fromkeys(
        ("no_office_is_agreed", "embassy_is_not_asked_twice", "letter_has_not_left", "question_is_taken_back"),
        Act(Way.MATTERS),
    ),
    **dict.fromkeys(("embassy_time_is_over", "embassy_holds_a_letter"), ASK),
    "nationality_is_still_open": ASK,
    "agreement_lets_claims_travel": _record("remedy_told"),
    "news_fits_the_claim": Act(Way.MATTERS),
    "answer_is_about_a_told_claim": ASK,
    "way_of_telling_is_safe": _record("contact_rules"),
    "asked_office_is_another": ASK,
    "transfer_is_not_double": Act(Way.MATTERS),
    "nobody_abroad_is_asked": Act(Way.REFERRAL),
    "asked_office_answers": ASK,
    "one_of_the_two_ends_it": ASK,
    "transfer_is_a_take_over": ASK,
    "transfer_is_a_share": ASK,
    # Penalties, proceedings and threats.
    "reviewer_is_not_reporter": ASK,
    "review_finds_a_link": ASK,
    "review_finds_no_link": ASK,
    "penalty_is_a_detention": Act(Way.MATTERS),
    "nobody_is_held_by_it": Act(Way.MATTERS),
    "person_is_free": Act(Way.MATTERS),
    "every_detention_is_over": Act(Way.MATTERS),
    "limits_were_explained": Act(Way.MATTERS),
    "child_has_a_representative": Act(Way.MATTERS),
    "person_is_wanted_as_witness": Act(Way.MATTERS),
    "hearing_is_set": Act(Way.MATTERS),
    "testimony_was_offered": Act(Way.MATTERS),
    "stay_for_proceedings_is_kept": Act(Way.MATTERS),
    **dict.fromkeys(
        ("no_file_request_waits", "file_is_asked_for", "file_was_reviewed", "answer_keeps_to_the_review"),
        Act(Way.MATTERS),
    ),
    **dict.fromkeys(
        ("file_reviewer_is_another", "review_keeps_to_the_request", "review_takes_out_what_harms",
         "person_knows_what_is_given"),
        ASK,
    ),
    "measures_are_agreed": ASK,
    "no_threat_is_unassessed": Act(Way.MATTERS),
    # The end of a case.
    "transfer_is_recorded": _record("closure"),
    "reason_fits_the_case": _record("closure"),
    "child_has_a_lasting_solution": _record("best_interests"),
    "closure_is_recorded": _record("closure"),
    "loss_of_contact_is_recorded": _record("circumstances"),
    "nobody_in_a_bed_is_unreachable": _record("missing_report"),
    "reopening_is_agreed": _step("care", "reopen"),
    "closed_case_hears_of_harm_alone": _step("care", "reopen"),
    "person_is_in_our_care": Act(Way.NEW_CASE),
    "no_referral_is_open": Act(Way.REFERRAL),
    "no_matter_is_open": Act(Way.MATTERS),
    "nothing_legal_is_open": _record("legal_status"),
    "remedies_were_explained": _record("remedies_notice"),
    "monitoring_is_done": _record("monitoring_visit"),
    # Referral and consent.
    "wider_consent_is_named": _record("consent_withdrawal"),
    "suspected_family_stays_out": _record("consent_withdrawal"),
    "country_is_not_blocked": Act(Way.WALLS),
    **dict.fromkeys(
        ("approver_is_not_author", "another_has_approved", "end_is_not_asked", "agreement_is_in_force",
         "receiving_office_is_known", "receiving_contact_is_valid", "border_contact_is_valid",
         "identity_is_disclosed", "nationality_is_confirmed"),
        ASK,
    ),
    "tracing_is_reported": Act(Way.REFERRAL),
    "reception_is_arranged": Act(Way.REFERRAL),
    "border_point_is_agreed": Act(Way.REFERRAL),
    "day_is_ahead": Act(Way.REFERRAL),
    "officers_are_named": Act(Way.REFERRAL),
    "day_has_come": Act(Way.REFERRAL),
    "person_was_asked_again": _record("wish"),
    "person_reconfirmed_today": Act(Way.REFERRAL),
    "who_travels_together_stays_together": Act(Way.REFERRAL),
    "handover_is_complete": Act(Way.REFERRAL),
    "person_is_here": Act(Way.REFERRAL),
    "visits_are_made": Act(Way.REFERRAL),
    "the_turn_is_theirs": Act(Way.REFERRAL),
    "end_is_asked": Act(Way.REFERRAL),
    "withdrawal_waits_here": ASK,
    # Own data, and what another country asks about them.
    "erasure_waits_here": ASK,
    "erasure_waits_for_us": ASK,
    "erasure_is_not_confirmed_to_the_sender": ASK,
    "erasure_is_not_confirmed_to_the_receiver": ASK,
    "request_names_its_object": _record("data_request"),
    "data_request_waits": _record("data_request"),
    "answer_fits_the_request": _record("data_answer"),
    "refusal_says_why_and_where": _record("data_answer"),
    "withdrawal_waits_for_us": ASK,
    **dict.fromkeys(
        ("consent_for_service", "consent_for_claim", "consent_for_assistance", "consent_for_law_enforcement",
         "consent_for_case_meeting", "consent_for_notify_origin", "consent_for_notify_origin_of_identity",
         "consent_for_contact_family", "consent_for_return", "consent_for_reintegration_report",
         "consent_for_asking", "consent_for_tracing", "consent_for_notify_origin_of_legal",
         "consent_for_reintegration_report_of_legal"),
        _record("consent"),
    ),
    # What no guard says.
    "wrong_state": ASK,
    "wrong_side": ASK,
    "only_by_proof": Act(Way.REFERRAL),
    "cannot_be_overridden": ASK,
    "belongs_to_a_step": ASK,
    "before_the_last_step": ASK,
}
# What only the form itself can tell, such as who decided: code -> the record kinds it is read from.
_TOLD_BY_FORM: dict[str, str | tuple[str, ...]] = {
    **dict.fromkeys(
        ("authority_is_competent", "foreign_authority_is_competent", "decider_is_not_screener", "decider_is_new"),
        "identification_decision",
    ),
    **dict.fromkeys(
        ("service_is_agreed", "service_is_planned_or_urgent", "provider_is_named", "provider_has_not_declined",
         "request_is_not_double", "consent_for_service"),
        "service_request",
    ),
    **dict.fromkeys(
        ("claim_is_agreed", "claim_is_the_person_s_right", "claim_is_in_the_fund_s_currency",
         "claim_is_within_the_amount", "claim_is_within_the_times", "claim_is_within_the_days", "claim_days_are_free",
         "consent_for_claim"),
        "fund_claim",
    ),
    "approval_is_within_the_claim": "fund_approval",
    **dict.fromkeys(
        ("payment_is_within_the_approval", "payment_is_within_the_amount", "payment_was_made"), "fund_payment"
    ),
    **dict.fromkeys(
        ("asked_office_is_another", "transfer_is_not_double", "nobody_abroad_is_asked", "consent_for_assistance"),
        "transfer_request",
    ),
    "consent_for_law_enforcement": ("transfer_request", "file_answer"),
    **dict.fromkeys(("competent_office_is_known", "inquiry_is_not_double"), ("nationality_inquiry", "tracing_inquiry")),
    **dict.fromkeys(
        ("asked_country_is_not_blocked", "consent_for_asking"),
        ("nationality_inquiry", "tracing_inquiry", "embassy_request"),
    ),
    **dict.fromkeys(("no_office_is_agreed", "embassy_is_not_asked_twice"), "embassy_request"),
    "consent_for_tracing": "tracing_inquiry",
    **dict.fromkeys(("review_finds_a_link", "review_finds_no_link"), "penalty_review"),
    **dict.fromkeys(("review_keeps_to_the_request", "review_takes_out_what_harms"), "file_review"),
    **dict.fromkeys(("answer_keeps_to_the_review", "person_knows_what_is_given"), "file_answer"),
    "measures_are_agreed": "protection_measures",
    **dict.fromkeys(("extension_is_authorised", "extension_is_within_limit"), "stay_extension"),
    "claim_is_wanted": "remedy_filing",
    **dict.fromkeys(("child_is_represented", "claim_is_carried_on"), ("remedy_filing", "remedy_representation")),
    "claim_has_one_currency": ("remedy_preparation", "remedy_filing", "remedy_award", "remedy_payment"),
    "days_of_the_claim_fit": ("remedy_filing", "remedy_award", "remedy_refusal", "remedy_appeal", "remedy_payment"),
    "payments_are_within_the_award": ("remedy_award", "remedy_payment"),
    "payment_reached_the_person": "remedy_payment",
    "end_of_claim_is_explained": "remedy_end",
    "news_fits_the_claim": "remedy_news",
    "answer_is_about_a_told_claim": "remedy_told",
    **dict.fromkeys(("relative_is_free_of_suspects", "contact_is_not_refused"), "contact_decision"),
    **dict.fromkeys(("bed_is_confirmed", "bed_still_fits"), "placement"),
    "information_was_given": "screening",
    "reopening_is_agreed": "reopening",
}  # fmt: skip
# What is asked of nobody who cannot be reached, once the form of the end says so (workflows.guards.closing).
OF_REACH = frozenset({"identification_is_settled", "remedies_were_explained", "child_has_a_lasting_solution"})
# The step that certifies a record of a kind which is written with no other act.
_CERTIFIED_BY = {"placement": _step("care", "move_placement")}


def every_guard() -> Iterator[Guard]:
    """Every guard of every step and record, each once."""
    seen: dict[str, Guard] = {}
    for spec in MACHINES.values():
        for step in spec.steps:
            seen |= {guard.name: guard for guard in step.guards}
    for kind in ("", *sorted(recording.NEEDS_GUARDIAN), *recording.OWN_GUARDS, *recording.NEW_GUARDS):
        seen |= {guard.name: guard for guard in recording.guards_for(kind)}
    return iter(seen.values())


def act_for(code: str, step: str = "") -> Act:
    """What mends the refusal ``code``, met at the step of that name; ASK for a code that is not known.

    A place that does not fit before anybody was admitted is mended by the form of the very step that asked.
    """
    act = ACTS.get(code, ASK)
    if act == _CERTIFIED_BY["placement"] and step in _PLACING:
        return _record("placement")
    if code == "finding_is_named" and step in _DECIDING:
        return _record("identification_decision")
    return act


def answered_by_form(code: str, form: str | None, step: str = "", case: CaseFacts | None = None) -> bool:
    """Whether the form that comes with a step can answer ``code``: then nothing stands in the way of filling it in.

    case: where it is known; of somebody out of contact the form of the end can say that they cannot be reached.
    """
    if form == "closure" and case is not None and code in OF_REACH and may_be_said_unreachable(case):
        # But for the time to ask again: who cannot be reached may come back within it.
        return code != "identification_is_settled" or case.identification not in NEGATIVE
    told = _TOLD_BY_FORM.get(code, ())
    kinds = (told,) if isinstance(told, str) else told
    return form is not None and (act_for(code, step) == _record(form) or form in kinds)


def consent_purpose(code: str) -> str:
    """The purpose of the consent that a refusal misses, or nothing."""
    abroad = {"consent_for_asking": "notify_origin", "consent_for_tracing": "contact_family"}
    if code in abroad or not code.startswith("consent_for_"):
        return abroad.get(code, "")
    return code.removeprefix("consent_for_").partition("_of_")[0]


_DECIDING = frozenset(
    step.name for step in MACHINES["identification"].steps if step.form == "identification_decision"
)
_PLACING = frozenset(step.name for step in MACHINES["care"].steps if step.form == "placement")
