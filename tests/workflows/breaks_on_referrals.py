"""How to break each guard of the return and of the conversation between two countries."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from policies.model import Policies
from tests.workflows.breaking import (
    SAME_RECORD,
    TOMORROW,
    YESTERDAY,
    Break,
    also,
    both,
    case_with,
    consent_breaks,
    copy_with,
    group_breaks,
    paper_with,
    record_with,
)
from tests.workflows.situations import LATELY, LONG_AGO, SERVICES, TODAY, TRACED_ON, with_actor
from workflows import facts as f
from workflows.directory import Contact, DirectoryFacts

SERIOUS = f.ReturnRiskFacts(LATELY, "serious", True, TOMORROW)
SUSPECTED = f.TracingFacts(TODAY, "confirmed", True, True, True, True)
LOCAL_CARE = f.BestInterestsFacts(TODAY, "local_care", 3, True, False, weighed=True)
LATER = TODAY + timedelta(days=300)
NO_CARE = f.ReceptionFacts("mm-dor", True, SERVICES, False)


def without_instruments(policies: Policies) -> Policies:
    """The policies with no agreement between Thailand and Myanmar in force."""
    corridor = policies.corridor("TH", "MM").model_copy(update={"instruments": ()})
    return policies.model_copy(update={"corridors": {**policies.corridors, "th-mm": corridor}})


def without_claims(policies: Policies) -> Policies:
    """The policies with an agreement between Thailand and Myanmar that lets nothing about law travel."""
    corridor = policies.corridor("TH", "MM")
    said = corridor.disclosure
    kept = tuple(each for each in said.after_acceptance if each != "legal")
    less = said.model_copy(update={"after_acceptance": kept})
    return policies.model_copy(
        update={"corridors": {**policies.corridors, "th-mm": corridor.model_copy(update={"disclosure": less})}}
    )


def directory_with(*named: Contact, child: bool | None = None) -> Break:
    """Break what the directory of the corridor says."""
    return Break(lambda situation: replace(situation, directory=DirectoryFacts(named)), {}, child)


def _post(point: str, begins: date, ends: date | None = None) -> Contact:
    return Contact("MM", "mm-border-myawaddy", frozenset({"handover"}), begins, ends, frozenset({point}))


RETURN: dict[str, list[Break]] = {
    "identification_is_positive": [
        case_with(identification=each) for each in ("presumed", "deciding", "reconsidering")
    ],
    "return_is_wished_for": [
        case_with(wish=None),
        case_with(wish=f.WishFacts(LATELY, "undecided", True, True)),
        case_with(wish=f.WishFacts(LATELY, "return", False, True)),
        case_with(wish=f.WishFacts(LATELY, "return", True, False)),
    ],
    "return_risk_is_valid": [
        record_with("return_risk", valid_until=YESTERDAY),
        # Ten years on paper are thirty days.
        record_with("return_risk", on=LONG_AGO, valid_until=LONG_AGO + timedelta(days=3650)),
        case_with(return_risk=None, also=also(SAME_RECORD, "family_risk_is_covered")),
    ],
    "family_risk_is_covered": [record_with("return_risk", covers_family=False)],
    "return_risk_is_bearable": [case_with(return_risk=SERIOUS)],
    "nationality_is_confirmed": [
        *(paper_with("tracing", nationality=each) for each in ("pending", "denied", "not_found", "new-code")),
        copy_with(tracing=None, also=also(SAME_RECORD, "tracing_came_first")),
    ],
    "suspicion_was_weighed": [
        # The report speaks of the family's part, and the risk was assessed before it.
        both(copy_with(tracing=SUSPECTED), case_with(best_interests=LOCAL_CARE)),
        case_with(child=True, family_complicity=True),
    ],
    "return_plan_covers_life": [
        case_with(return_plan=None, also=also(SAME_RECORD, "child_has_an_escort")),
        record_with("return_plan", agreed=False),
        *(record_with("return_plan", services=SERVICES - {each}) for each in sorted(SERVICES)),
    ],
    "travel_document_is_valid": [
        case_with(travel_document=None),
        case_with(travel_document=f.TravelDocumentFacts(LATELY, YESTERDAY)),
        case_with(travel_document=f.TravelDocumentFacts(TOMORROW, TOMORROW)),
    ],
    "proceedings_were_considered": [
        record_with("legal", considered=False),
        case_with(legal=None, also=also(SAME_RECORD, "claims_have_a_route")),
    ],
    # Counted by an older record alone; followed here without anybody who could act from afar; both.
    "claims_have_a_route": [
        record_with("legal", cross_border_route=False),
        case_with(matters=(f.MatterFacts("claim-1", "remedy", "filed", LATELY, LATELY),)),
        case_with(
            legal=f.LegalFacts(LATELY, 0, True, 0, False),
            matters=(f.MatterFacts("claim-1", "remedy", "paying", LATELY, LATELY, flags=frozenset({"wanted"})),),
        ),
        case_with(
            legal=f.LegalFacts(LATELY, 0, True, 2, False),
            matters=(f.MatterFacts("claim-1", "remedy", "filed", LATELY, LATELY, flags=frozenset({"route"})),),
        ),
    ],
    "return_is_found_unsafe": [
        case_with(return_risk=None),
        record_with("return_risk", level="high"),
    ],
    "child_has_somewhere_safe": [
        Break(both(copy_with(tracing=traced), copy_with(reception=NO_CARE)).change, child=True)
        for traced in (
            None,
            f.TracingFacts(TRACED_ON, "confirmed", False, True, True, False),
            f.TracingFacts(TRACED_ON, "confirmed", True, False, True, False),
            f.TracingFacts(TRACED_ON, "confirmed", True, True, False, False),
            SUSPECTED,
        )
    ],
}

SHARING: dict[str, list[Break]] = {
    "consent_for_notify_origin": consent_breaks("notify_origin"),
    "consent_for_notify_origin_of_identity": [
        *consent_breaks("notify_origin"),
        *group_breaks("notify_origin", "identity"),
    ],
    "consent_for_notify_origin_of_legal": [*consent_breaks("notify_origin"), *group_breaks("notify_origin", "legal")],
    "consent_for_reintegration_report_of_legal": [
        *consent_breaks("reintegration_report"), *group_breaks("reintegration_report", "legal"),
    ],
    "consent_for_return": consent_breaks("return"),
    "consent_for_contact_family": consent_breaks("contact_family"),
    "consent_for_reintegration_report": consent_breaks("reintegration_report"),
    "no_asylum_claim_is_open": [case_with(asylum_claim=True)],
    "country_is_not_blocked": [case_with(blocked_countries=frozenset({"KH", "MM"}))],
    "suspected_family_stays_out": [case_with(family_complicity=True)],
}

CONVERSATION: dict[str, list[Break]] = {
    "another_has_approved": [copy_with(approved_by=None), copy_with(approved_by="author-1")],
    "approver_is_not_author": [Break(lambda situation: with_actor(situation, id="author-1"))],
    "agreement_is_in_force": [Break(lambda situation: situation, policies=without_instruments)],
    "receiving_contact_is_valid": [
        directory_with(Contact("MM", "mm-dor", frozenset({"referral"}), LONG_AGO, YESTERDAY)),
        directory_with(Contact("MM", "mm-dor", frozenset({"referral", "tracing"}), TOMORROW)),
        # Whoever has named somebody for children is reached there.
        directory_with(
            Contact("MM", "mm-dor", frozenset({"referral"}), LONG_AGO),
            Contact("MM", "mm-dsw", frozenset({"child"}), LONG_AGO, YESTERDAY), child=True,
        ),
    ],
    "border_contact_is_valid": [
        directory_with(_post("mae-sot-myawaddy", LONG_AGO, YESTERDAY)),
        directory_with(_post("mae-sot-myawaddy", LATER)),
    ],
    "receiving_office_is_known": [copy_with(receiver_office=None), copy_with(receiver_office="")],
    "end_is_not_asked": [copy_with(end_asked=each) for each in ("consent_withdrawn", "other")],
    "end_is_asked": [copy_with(end_asked=None)],
    "withdrawal_waits_here": [copy_with(sender_took_back=None)],
    "withdrawal_waits_for_us": [copy_with(receiver_took_back=None)],
    "erasure_waits_here": [copy_with(sender_asked_erasure=None), copy_with(erasure_answer="case_open")],
    "erasure_waits_for_us": [copy_with(receiver_asked_erasure=None), copy_with(erasure_answer="case_open")],
    "erasure_is_not_confirmed_to_the_sender": [
        copy_with(sender_asked_erasure=None), copy_with(erasure_answer="erased"),
    ],
    "erasure_is_not_confirmed_to_the_receiver": [
        copy_with(receiver_asked_erasure=None), copy_with(erasure_answer="erased"),
    ],
    "the_turn_is_theirs": [
        copy_with(state=each)
        for each in ("assessed", "accepted", "handover_scheduled", "returned_for_info", "postponed")
    ],
    "agreement_lets_claims_travel": [Break(lambda situation: situation, policies=without_claims)],
    "news_fits_the_claim": [
        case_with(matters=()),
        paper_with("remedy_said", about="settlement"),
        *(paper_with("remedy_said", news=each) for each in (
            "filed", "refused", "appealed", "paid_in_part", "paid_in_full", "ended", "unheard-of",
        )),
    ],
    "answer_is_about_a_told_claim": [
        copy_with(remedy_news=()),
        paper_with("remedy_reply", about="settlement"),
        paper_with("remedy_reply", news="paid_in_full"),
    ],
    "way_of_telling_is_safe": [
        case_with(contact=f.ContactFacts(LATELY, frozenset(), frozenset({"in_person"}))),
    ],
    "identity_is_disclosed": [copy_with(identity_disclosed=False)],
    "tracing_is_reported": [copy_with(tracing=None), paper_with("tracing", nationality="pending")],
    "reception_is_arranged": [
        copy_with(reception=None),
        paper_with("reception", office=""),
        paper_with("reception", ngo_named=False),
        *(paper_with("reception", services=SERVICES - {each}) for each in sorted(SERVICES)),
    ],
    "border_point_is_agreed": [
        paper_with("schedule", border_point="aranyaprathet-poipet"),
        copy_with(schedule=None, also=also(SAME_RECORD, "day_is_ahead")),
    ],
    "day_is_ahead": [paper_with("schedule", on=YESTERDAY)],
    "journey_has_begun": [case_with(care="planning_return"), case_with(care="recovering")],
    "officers_are_named": [
        paper_with("schedule", sender_officer=False),
        paper_with("schedule", receiver_officer=False),
    ],
    "day_has_come": [
        paper_with("schedule", on=TOMORROW),
        paper_with("schedule", on=YESTERDAY),
        copy_with(schedule=None, also=also(SAME_RECORD, "officers_are_named")),
    ],
    "person_reconfirmed_today": [
        paper_with("handover", agrees=False),
        paper_with("handover", reconfirmed_on=YESTERDAY),
        # Yesterday's word, certified for yesterday, is no word for the day that was agreed.
        paper_with("handover", reconfirmed_on=YESTERDAY, on=YESTERDAY),
    ],
    "handover_is_complete": [
        paper_with("handover", belongings_listed=False),
        paper_with("handover", fit_to_travel=False),
        paper_with("handover", onward_booked=False),
        copy_with(handover=None, also=also(SAME_RECORD, "person_reconfirmed_today")),
    ],
    "person_was_asked_again": [
        # The wish was recorded before the day, or on it.
        copy_with(days_off=(f.DayOffFacts("mae-sot", TODAY, "person_did_not_agree", TODAY, "sender"),)),
        both(
            copy_with(days_off=(f.DayOffFacts("mae-sot", LATELY, "person_did_not_agree", LATELY, "receiver"),)),
            case_with(wish=f.WishFacts(LATELY, "return", True, True)),
        ),
    ],
    "who_travels_together_stays_together": [
        both(paper_with("schedule", travels_with="TH-MM-2017-AAAAAA"), paper_with("handover", together=None)),
        both(paper_with("schedule", travels_with="TH-MM-2017-AAAAAA"), paper_with("handover", together=False)),
    ],
    "person_is_here": [
        copy_with(receipt=None),
        paper_with("receipt", person_present=False),
        paper_with("receipt", on=TOMORROW),
        # Signed before the person was handed over at all.
        paper_with("receipt", on=TODAY - timedelta(days=2)),
    ],
    "visits_are_made": [copy_with(visits=3)],
}
