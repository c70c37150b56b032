"""Every question of a record that has to be answered, and of whom it is asked: never of the person.

Kind -> question (of a row: list.question) -> the reason why it takes no silence.
"""

from __future__ import annotations

from typing import Final

ACT: Final = "what was done or seen by whoever writes it down"
DAY: Final = "a day that the house, an authority or a paper sets"
OFFICE: Final = "who acts: an office, an authority, a part"
DECISION: Final = "what was decided, by whoever decides"
WORKER: Final = "how the worker judges it; the person's own view is a question of its own"
TOLD: Final = "whether the person was told; they do not have to say anything"
PAPER: Final = "what stands on a paper that lies before the worker"
COURT: Final = "what a court or an authority wants, does or decides"
PROVIDER: Final = "what the provider did"
TRACING: Final = "what the authorities of origin found out; the person is not asked"
CONSENT: Final = "what is agreed to or taken back: without it there is no consent, and nobody is asked to give one"
ROW: Final = "a row is there only because somebody named something; the list may be empty"
ASKS: Final = "what the person asks: without it there is no request, and nobody is asked to make one"
ANY: Final = "may be unknown"

REASONS: Final[dict[str, dict[str, str]]] = {
    "admission": {"language": ANY, "may_go_out_explained": TOLD},
    "age_assessment": {
        "finding": DECISION, "methods": ACT, "professions": OFFICE, "doubt_left": DECISION, "reasons": DECISION,
    },
    "best_interests": {"outcome": DECISION, "panel": OFFICE, "options_weighed": DECISION},
    "best_interests_assessment": {"question": ACT, "serves": WORKER, "reasons": WORKER, "valid_until": DAY},
    "care_plan": {"goals.what": ROW, "services": WORKER},
    "closure": {"reason": DECISION, "person_told": TOLD},
    "consent": {
        "purpose": CONSENT, "recipient": CONSENT, "data_groups": CONSENT, "giver": CONSENT, "language": ANY,
        "form": CONSENT, "told_purpose": TOLD, "told_use": TOLD, "told_right_to_request_data": TOLD,
        "told_storage_time": TOLD, "told_how_to_withdraw": TOLD, "valid_from": DAY,
    },
    "consent_withdrawal": {"purposes": CONSENT},
    "contact_decision": {"way": DECISION, "reasons": WORKER},
    "data_answer": {"number": ACT, "answer": DECISION, "way": ACT, "told_on": TOLD},
    "data_request": {"asks": ASKS, "words": ASKS},
    "death_report": {"family_told": ACT, "remains": ACT, "ministry_told": ACT},
    "decision_notice": {"language": ANY, "way": ACT, "ask_again_explained": TOLD},
    "employment": {"stage": ACT},
    "family_tracing": {
        "nationality": TRACING, "authority": OFFICE, "family_found": TRACING, "family_willing": TRACING,
        "family_safe": TRACING, "complicity_suspected": TRACING,
    },
    "file_answer": {"answered_on": DAY, "receiver": OFFICE, "person_told": TOLD},
    "file_request": {"received_on": DAY, "asker": OFFICE, "data_groups": ACT, "ground": PAPER},
    "file_review": {"answer": DECISION, "reasons": DECISION},
    "flag": {"flag": WORKER, "reason": WORKER},
    "flag_clearance": {"flag": WORKER, "reason": WORKER},
    "foreign_decision": {"by_country": OFFICE, "authority": OFFICE, "told_by": ACT},
    "found_report": {"found": ACT, "seen_alone": ACT, "health_looked_at": ACT},
    "fund_approval": {"amount": DECISION, "reasons": DECISION},
    "fund_claim": {"entitlement": ACT, "amount": ACT, "concerns": DAY, "what_for": WORKER},
    "fund_payment": {"amount": ACT, "paid_on": DAY, "payment_number": PAPER},
    "guardian_appointment": {"authority": OFFICE, "guardian": OFFICE, "since": DAY, "conflict_checked": ACT},
    "handover": {"officer": OFFICE, "reconfirmed_on": DAY, "belongings": ACT, "fit_to_travel": WORKER},
    "handover_confirmation": {"receiver_officer": OFFICE},
    "handover_schedule": {"border_point": ACT, "on": DAY, "sender_officer": OFFICE},
    "hearing": {"hearing_on": DAY, "person_speaks": COURT},
    "hearing_outcome": {"result": COURT},
    "identification_decision": {
        "outcome": DECISION, "authority": OFFICE, "by_country": OFFICE, "decided_by": OFFICE, "panel": OFFICE,
        "act": DECISION, "means": DECISION, "purpose": DECISION, "exploitation": DECISION, "in_own_language": TOLD,
    },
    "information_given": {"topics": TOLD, "language": ANY, "way": ACT, "contact_point": OFFICE},
    "invitation": {"way": ACT, "travel_paid": ACT},
    "minutes": {
        "meeting": ACT, "decisions.what": DECISION, "decisions.part": OFFICE, "decisions.due": DAY,
        "decisions.priority": DECISION,
    },
    "missing_report": {"last_seen_on": DAY, "circumstance": WORKER, "level": WORKER},
    "monitoring_visit": {"number": ACT, "method": ACT, "risk_level": WORKER},
    "override": {"guard": DECISION, "reason": DECISION, "until": DAY},
    "own_task": {"about": ACT, "what": WORKER, "part": OFFICE, "due": DAY},
    "penalty_outcome": {"decided_on": DAY, "held_now": COURT, "person_told": TOLD},
    "penalty_report": {"penalty_kind": COURT, "authority": OFFICE, "act": COURT, "held_now": COURT},
    "penalty_representation": {"made_on": DAY, "authority": OFFICE, "asked_for": ACT},
    "penalty_review": {"link": DECISION, "reasons": DECISION},
    "permit": {"permit": PAPER, "outcome": DECISION, "authority": OFFICE},
    "placement": {"place_kind": ACT, "place": OFFICE, "matched_to_needs": WORKER},
    "pre_return_risk": {"level": WORKER, "covers_family": WORKER, "valid_until": DAY},
    "proceeding": {
        "proceeding_kind": COURT, "stage": COURT, "part": COURT, "wanted_as_witness": COURT, "represented": ACT,
    },
    "proceeding_end": {"ended_on": DAY, "outcome": COURT, "person_told": TOLD},
    "protection_measures": {"measures": ACT},
    "receipt": {"officer": OFFICE, "person_present": ACT},
    "refused_leave": {"permit": PAPER, "language": ANY, "advice_offered": TOLD},
    "reception_plan": {"office": OFFICE, "services": WORKER, "family_or_care_arranged": ACT},
    "reconsideration_request": {"ground": ACT},
    "reintegration_plan": {"services": WORKER},
    "release_report": {"released_on": DAY, "seen_alone": ACT, "health_looked_at": ACT},
    "remedies_notice": {"language": ANY},
    "remedy_appeal": {"appealed_on": DAY, "appealed_by": COURT},
    "remedy_award": {"decided_on": DAY, "awarded": COURT},
    "remedy_end": {"end": DECISION, "person_told": TOLD},
    "remedy_filing": {"forum": OFFICE, "filed_on": DAY, "representative": OFFICE, "power_of_attorney": PAPER},
    "remedy_news": {"about": ACT, "news": COURT, "on": DAY},
    "remedy_payment": {"paid_on": DAY, "paid": ACT, "channel": ACT, "proof": PAPER, "reached_person": ACT},
    "remedy_preparation": {"remedy_kind": ACT, "basis": WORKER},
    "remedy_refusal": {"decided_on": DAY, "reasons": COURT},
    "remedy_representation": {"representative": OFFICE, "power_of_attorney": PAPER},
    "remedy_told": {"about": ACT, "news": COURT, "told": TOLD, "told_on": DAY, "way": ACT},
    "reopening": {"reason": DECISION},
    "return_plan": {"services": WORKER},
    "rights_notice": {
        "language": ANY, "confidentiality_limits_explained": TOLD, "asylum_information_given": TOLD,
        "consular_access_explained": TOLD,
    },
    "screening": {
        "pack": ACT, "indicators": WORKER, "indicators.code": WORKER, "indicators.severity": WORKER,
        "indicators.reason": WORKER, "private_place": ACT, "interpreter_vetted": ACT, "language": ANY,
        "information_given": TOLD,
    },
    "secrecy_limits": {"told_on": DAY, "points": TOLD, "own_language": TOLD},
    "service_appointment": {"appointment_on": DAY},
    "service_outcome": {"done": PROVIDER, "result": PROVIDER},
    "service_request": {"service_kind": WORKER, "asked_for": WORKER, "urgent": WORKER},
    "stay_extension": {
        "authority": OFFICE, "order_number": PAPER, "allowed_until": DAY, "reasons": DECISION, "person_told": TOLD,
    },
    "testimony_offer": {"ways": TOLD, "free": TOLD},
    "threat_assessment": {"level": WORKER, "reasons": WORKER},
    "threat_report": {"threat_kind": WORKER, "against": WORKER, "comes_from": WORKER, "urgent": WORKER},
    "transfer_request": {
        "what": ACT, "to_office": OFFICE, "why": WORKER, "urgency": WORKER, "needs": WORKER, "data_groups": CONSENT,
    },
    "nationality_inquiry": {"to_country": OFFICE},
    "embassy_request": {"to_country": OFFICE, "embassy": OFFICE, "asked": WORKER},
    "embassy_answer": {
        "answered": DAY, "authority": OFFICE, "nationality": DECISION, "document_offered": DECISION,
    },
    "tracing_inquiry": {"to_country": OFFICE, "look_for": WORKER, "approach": WORKER},
    "travel_document": {"document_kind": PAPER, "issuer": PAPER, "issued": PAPER, "expires": PAPER},
    "visit_wish": {"visit": ACT, "giver": CONSENT},
    "wish": {"options_explained": TOLD},
}
