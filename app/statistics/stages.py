"""The stages whose time is measured: the steps they begin and end with, and the clock that limits them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from app.kit.words import mark

__all__ = ["CAUSES", "CAUSE_OF", "ENDINGS", "STAGES", "STEPS", "Measured"]


@dataclass(frozen=True, slots=True)
class Measured:
    """One stage. ``begins`` and ``ends``: steps of the chain of one case (``subject`` "case") or referral copy."""

    name: str
    title: str
    subject: str
    begins: frozenset[str]
    ends: frozenset[str]
    clock: str


def _stage(name: str, title: str, subject: str, begins: str, ends: str, clock: str) -> Measured:
    return Measured(name, title, subject, frozenset(begins.split()), frozenset(ends.split()), clock)


STAGES: Final = (
    _stage("screening", mark("Screening"), "case", "start_screening", "presume screen_out recognise", "screening"),
    _stage(
        "decision", mark("Decision on identification"), "case", "presume presume_again",
        "identify not_identify recognise", "decision",
    ),
    _stage("care_plan", mark("From the shelter to recovery"), "case", "admit", "start_recovery", "care_plan"),
    _stage(
        "answer", mark("Answer to a referral"), "referral", "send supply_info", "acknowledge decline return_for_info",
        "acknowledge",
    ),
    _stage("supply", mark("Answer to a question"), "referral", "return_for_info", "supply_info", "supply_info"),
    _stage(
        "tracing", mark("Tracing the family"), "referral", "start_tracing check_nationality", "report_assessment",
        "tracing",
    ),
    _stage("plan", mark("Return plan"), "referral", "report_assessment", "propose_plan find_no_safe_return", "plan"),
    _stage("accept", mark("Agreement to the plan"), "referral", "propose_plan", "accept decline", "accept"),
    _stage("schedule", mark("Agreeing on the handover"), "referral", "accept", "schedule_handover", "schedule"),
    _stage(
        "receipt", mark("Receipt at the border"), "referral", "sign_handover", "sign_receipt report_not_received",
        "receipt",
    ),
    _stage(
        "reintegration", mark("Start of reintegration"), "referral", "sign_receipt", "start_reintegration",
        "start_reintegration",
    ),
)  # fmt: skip
# With these nothing of a chain waits any more, though no stage was finished.
ENDINGS: Final = frozenset(
    {"close", "complete", "withdraw", "cancel", "grant_end", "decline", "find_no_safe_return"}
)
STEPS: Final = frozenset().union(*(stage.begins | stage.ends for stage in STAGES)) | ENDINGS

CAUSES: Final[Mapping[str, str]] = {
    "us": mark("Us"),
    "partner": mark("The other country"),
    "person": mark("The person's own time and choice"),
    "consent": mark("A consent"),
    "document": mark("A document or another authority"),
}
# What an open duty waits for, by its kind. A duty waits for whoever holds it, unless its time belongs to another.
CAUSE_OF: Final[Mapping[str, str]] = {
    "accept_plan": "us",
    "after_decline": "us",
    "agree_work": "document",
    "answer_file": "us",
    "answer_referral": "us",
    "answer_refused_stay": "us",
    "answer_service": "document",
    "answer_transfer_question": "us",
    "answer_upheld": "us",
    "appoint_guardian": "document",
    "apply_stay": "document",
    "approve_referral": "us",
    "ask_elsewhere": "us",
    "ask_employment": "document",
    "ask_stay": "document",
    "assess_age": "us",
    "assess_needs": "us",
    "assess_threat": "us",
    "attend_hearing": "us",
    "ask_again": "person",
    "await_answer": "partner",
    "await_decision": "partner",
    "await_embassy": "partner",
    "await_inquiry": "partner",
    "send_embassy": "us",
    "tell_embassy": "us",
    "await_receipt": "partner",
    "await_remedy": "partner",
    "await_seen": "partner",
    "await_stored": "partner",
    "await_transfer": "document",
    "begin_service": "document",
    "collect_remedy": "document",
    "complete_claim": "us",
    "confirm_handover": "us",
    "confirm_payment": "person",
    "consider_reopening": "us",
    "decide_claim": "us",
    "decide_contact": "us",
    "decide_identification": "us",
    "disclose_identity": "consent",
    "end_of_reconsideration": "person",
    "end_of_reflection": "person",
    "explain_remedies": "us",
    "file_remedy": "us",
    "follow_remedy": "document",
    "follow_proceeding": "document",
    "follow_representation": "document",
    "follow_service": "us",
    "follow_up_visit": "us",
    "honour_withdrawal": "us",
    "honour_withdrawal_back": "us",
    "answer_data_request": "us",
    "tell_partner_corrected": "us",
    "act_on_objection": "us",
    "answer_erasure": "us",
    "await_erasure": "partner",
    "partner_copy_erased": "us",
    "own_accompany": "us",
    "own_call": "us",
    "own_decision": "us",
    "meeting_decision": "us",
    "ask_about_visit": "us",
    "own_document": "us",
    "own_other": "us",
    "own_service": "us",
    "own_visit": "us",
    "pay_claim": "us",
    "person_came_back": "us",
    "plan_alternatives": "person",
    "prepare_adulthood": "us",
    "propose_plan": "consent",
    "protect_person": "us",
    "read_rights": "us",
    "reassess_needs": "us",
    "reconsider": "us",
    "hear_person": "person",
    "look_after_leave": "us",
    "look_for_person": "person",
    "renew_consent": "person",
    "renew_document": "document",
    "renew_permit": "document",
    "report_remedy": "us",
    "report_tracing": "us",
    "tell_remedy": "us",
    "represent_person": "us",
    "review_care_plan": "us",
    "review_detention": "us",
    "review_file": "us",
    "review_interests": "us",
    "review_penalty": "us",
    "review_placement": "us",
    "review_share": "us",
    "review_protection": "us",
    "schedule_handover": "document",
    "screen": "us",
    "search_missing": "us",
    "see_to_death": "us",
    "settle_stay": "document",
    "sign_receipt": "us",
    "start_reintegration": "us",
    "supply_info": "us",
    "tell_partner_missing": "us",
    "tell_provider": "us",
    "tell_police_missing": "us",
    "visit_1": "us",
    "visit_2": "us",
    "visit_3": "us",
    "visit_4": "us",
    "weigh_appeal": "person",
    "write_care_plan": "us",
}
