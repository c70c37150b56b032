"""Which field group each fact and each kind of record belongs to, written down a second time, by hand.

The program's own tables stand in app/; what is new there and not here stops the gate until somebody has thought
about who may see it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

FACTS, IDENTITY, CONTACT, NARRATIVE = "facts", "identity", "contact", "narrative"
HEALTH, LEGAL, RISK, COOPERATION, OFFENDERS = "health", "legal", "risk", "cooperation", "offenders"

CASE_FACTS: Final[dict[str, str]] = {
    **dict.fromkeys(
        (
            "country", "office", "identification", "care", "opened_on", "child", "age_band", "sex", "nationality",
            "exploitation", "language", "source", "presumed_on", "negative_on", "rights", "wish", "consents",
            "case_manager", "visits", "contact_lost", "closure", "overrides", "open_referrals", "referral_state",
            "receipt_signed", "support_agency", "follows_failed_return", "matters", "flags", "reopened", "closed_from",
            "reopening_agreed", "finding", "information", "data_requests", "visit_wishes", "exploited_in",
            "returned_from", "returned_on",
        ),
        FACTS,
    ),
    "travel_document": IDENTITY,
    **dict.fromkeys(
        ("placement", "bed_held", "bed_used", "admission", "leave", "protected_from", "contact"), CONTACT
    ),
    **dict.fromkeys(("screening", "screeners", "care_plan", "return_plan", "reintegration_plan"), NARRATIVE),
    **dict.fromkeys(
        (
            "decision", "earlier_deciders", "reconsideration_grounds", "only_asked", "remedies_notice", "guardian",
            "best_interests", "best_interests_due", "legal", "legal_hold", "extension", "decision_notice", "age",
            "interests", "later_guardians",
            "permits", "employment",
        ),
        LEGAL,
    ),
    **dict.fromkeys(
        (
            "needs", "return_risk", "asylum_claim", "missing", "deceased", "death", "protection_risk",
            "complicity_alleged", "family_complicity", "detained", "blocked_countries", "accompanies",
        ),
        RISK,
    ),
}  # fmt: skip
# A fact of a referral copy is shown to roles that see one of these groups.
REFERRAL_FACTS: Final[dict[str, frozenset[str]]] = {
    **dict.fromkeys(
        (
            "side", "from_country", "to_country", "state", "child", "drafted_by", "approved_by", "came_from",
            "receiver_office", "identity_disclosed", "plan", "reception", "schedule", "handover", "receipt",
            "reintegration_started", "visits", "contact_lost", "custody", "unknown_codes", "heard_codes",
            "days_off",
            "sender_asked_erasure", "receiver_asked_erasure", "erasure_answer",
        ),
        frozenset({FACTS}),
    ),
    "consents": frozenset({LEGAL, RISK}),
    "sender_took_back": frozenset({LEGAL, RISK}),
    "receiver_took_back": frozenset({LEGAL, RISK}),
    "end_asked": frozenset({LEGAL, RISK}),
    "declined_for": frozenset({LEGAL, RISK}),
    **dict.fromkeys(("remedy_news", "remedy_said", "remedy_reply"), frozenset({LEGAL})),
    "tracing": frozenset({RISK}),
}  # fmt: skip
KINDS: Final[dict[str, str]] = {
    **dict.fromkeys(
        (
            "closure", "consent", "consent_withdrawal", "handover", "handover_confirmation", "handover_schedule",
            "flag", "flag_clearance", "minutes", "override", "own_task", "receipt", "reception_plan", "reopening",
            "rights_notice", "invitation", "suggestion", "wish", "information_given",
            "data_request", "data_answer", "visit_wish",
        ),
        FACTS,
    ),
    "travel_document": IDENTITY,
    **dict.fromkeys(("placement", "admission", "shelter_leave", "shelter_return", "contact_rules"), CONTACT),
    **dict.fromkeys(("relative", "contact_decision"), CONTACT),
    **dict.fromkeys(("care_plan", "monitoring_visit", "reintegration_plan", "return_plan", "screening"), NARRATIVE),
    "transfer_request": FACTS,
    **dict.fromkeys(("nationality_inquiry", "tracing_inquiry", "inquiry_answer"), RISK),
    **dict.fromkeys(("embassy_request", "embassy_answer"), RISK),
    **dict.fromkeys(("service_appointment", "service_outcome", "service_request"), NARRATIVE),
    **dict.fromkeys(
        (
            "age_assessment", "best_interests", "best_interests_assessment", "decision_notice",
            "guardian_appointment", "identification_decision", "legal_status", "reconsideration_request",
            "remedies_notice", "stay_extension", "permit", "refused_leave", "employment", "foreign_decision",
            "remedy_appeal", "remedy_award",
            "remedy_end", "remedy_filing", "remedy_payment", "remedy_news", "remedy_preparation", "remedy_refusal",
            "remedy_representation", "remedy_told",
            "fund_claim", "fund_approval", "fund_payment",
        ),
        LEGAL,
    ),
    **dict.fromkeys(
        (
            "penalty_report", "penalty_review", "penalty_representation", "penalty_outcome", "release_report",
            "proceeding", "secrecy_limits", "testimony_offer", "hearing", "hearing_outcome", "proceeding_end",
            "file_request", "file_review", "file_answer",
        ),
        LEGAL,
    ),
    **dict.fromkeys(("threat_report", "threat_assessment", "protection_measures"), RISK),
    **dict.fromkeys(
        (
            "circumstances", "death_report", "family_tracing", "found_report", "missing_report", "needs_assessment",
            "pre_return_risk",
        ),
        RISK,
    ),
    "cooperation": COOPERATION,
}  # fmt: skip
# Fields of the two handover forms that the handover page cuts out of forms that are else open to all.
FORM_FIELDS: Final = {"health_summary": HEALTH, "medicine": HEALTH, "note": NARRATIVE}
PERSON: Final[dict[str, str]] = {
    **dict.fromkeys(("given_names", "family_name", "other_names", "birth_date", "birth_year"), IDENTITY),
    "place_of_origin": IDENTITY,
    **dict.fromkeys(("safe_contact", "phone", "family_contact"), CONTACT),
    "health_alert": HEALTH,
    "sex": FACTS,
}


def beyond(shown: Mapping[str, Any], table: Mapping[str, Any], groups: frozenset[str]) -> Iterator[str]:
    """The names in ``shown`` that belong to a group outside ``groups``, or to none that is written here."""
    for name in shown:
        wanted = table.get(name, frozenset())
        if not groups & ({wanted} if isinstance(wanted, str) else wanted):
            yield name
