"""What a timeline says for each kind of entry: one short sentence in the past, as data, so that all can be translated.

A step says the same whether this country or its partner took it; who did it stands beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.kit.words import mark

__all__ = ["EVENTS", "LOOKS", "RECORDS", "SOURCES", "STEPS", "phrase_of"]

STEPS: Final[Mapping[str, str]] = {
    "start_screening": mark("Screening started"),
    "presume": mark("Presumed to be trafficked"),
    "screen_out": mark("Screened out"),
    "open_decision": mark("Brought before the panel"),
    "identify": mark("Identified as trafficked"),
    "not_identify": mark("Decided: not identified"),
    "recognise": mark("Decision of another country recognised"),
    "ask_reconsideration": mark("Asked to look at the decision again"),
    "uphold": mark("Negative decision upheld"),
    "presume_again": mark("Presumed again after a second look"),
    "shelter_at_once": mark("Given a safe place at once"),
    "admit": mark("Admitted to a safe place"),
    "assist_outside": mark("Help outside a shelter began"),
    "move_placement": mark("Moved to another place"),
    "confirm_placement": mark("Place confirmed"),
    "start_recovery": mark("Recovery started"),
    "plan_return": mark("Planning of the return started"),
    "resume_recovery": mark("Went back to recovery"),
    "depart": mark("Departed"),
    "turn_back": mark("Turned back"),
    "record_handover": mark("Handover recorded"),
    "include_locally": mark("Building a life here started"),
    "resettle": mark("Move to a third country started"),
    "arrive": mark("Reintegration started"),
    "close": mark("Case closed"),
    "approve": mark("Referral approved"),
    "send": mark("Referral sent"),
    "acknowledge": mark("Referral accepted as theirs to answer"),
    "decline": mark("Referral declined"),
    "return_for_info": mark("More information asked for"),
    "supply_info": mark("Information supplied"),
    "disclose_identity": mark("Identity disclosed, as far as agreed"),
    "start_tracing": mark("Tracing of the family started"),
    "check_nationality": mark("Check of nationality started"),
    "report_assessment": mark("Tracing and nationality reported"),
    "propose_plan": mark("Return plan proposed"),
    "find_no_safe_return": mark("Return found not safe"),
    "accept": mark("Return plan accepted"),
    "schedule_handover": mark("Handover scheduled"),
    "confirm_handover": mark("Receiving officer named"),
    "postpone": mark("Handover postponed"),
    "reschedule": mark("Handover scheduled again"),
    "sign_handover": mark("Handed over at the border"),
    "sign_receipt": mark("Received at the border"),
    "report_not_received": mark("Reported: nobody was received"),
    "start_reintegration": mark("Reintegration started over there"),
    "report_visit": mark("Visit reported"),
    "complete": mark("Referral completed"),
    "withdraw": mark("Referral withdrawn"),
    "cancel": mark("Referral cancelled"),
    "request_end": mark("Asked to end the referral"),
    "grant_end": mark("Agreed to end the referral"),
    "refuse_end": mark("Answered: the person was received already"),
}
RECORDS: Final[Mapping[str, str]] = {
    "best_interests": mark("Best interests of the child recorded"),
    "care_plan": mark("Care plan written"),
    "circumstances": mark("Circumstances recorded"),
    "closure": mark("Reasons for closing recorded"),
    "consent": mark("Consent recorded"),
    "consent_withdrawal": mark("Consent taken back"),
    "cooperation": mark("Cooperation with the authorities recorded"),
    "decision_notice": mark("The person was told the decision"),
    "family_tracing": mark("Report on the family recorded"),
    "guardian_appointment": mark("Guardian recorded"),
    "handover": mark("Handover form filled in"),
    "handover_confirmation": mark("Receiving officer recorded"),
    "handover_schedule": mark("Day and place of handover recorded"),
    "identification_decision": mark("Decision on identification recorded"),
    "information_given": mark("Information given"),
    "legal_status": mark("Proceedings and remedies recorded"),
    "monitoring_visit": mark("Visit recorded"),
    "needs_assessment": mark("Needs and risks assessed"),
    "override": mark("Exception allowed, with reasons"),
    "placement": mark("Place recorded"),
    "pre_return_risk": mark("Risk of return assessed"),
    "receipt": mark("Receipt filled in"),
    "reception_plan": mark("Plan of reception recorded"),
    "reconsideration_request": mark("Request for a second look recorded"),
    "reintegration_plan": mark("Reintegration plan written"),
    "remedies_notice": mark("Remedies explained"),
    "return_plan": mark("Return plan written"),
    "rights_notice": mark("Rights read out"),
    "screening": mark("Screening recorded"),
    "suggestion": mark("Suggestion recorded"),
    "travel_document": mark("Travel document recorded"),
    "wish": mark("The person's wish recorded"),
}
# Kind and step of every other entry; "*" stands for any step of the kind.
EVENTS: Final[Mapping[tuple[str, str], str]] = {
    ("opened", "open"): mark("Case opened"),
    ("opened", "draft"): mark("Referral drafted"),
    ("opened", "offer_received"): mark("Referral arrived"),
    ("assigned", "case_manager"): mark("Case manager named"),
    ("team", "leave"): mark("Somebody left the team"),
    ("team", "*"): mark("Somebody joined the team"),
    ("note", "note"): mark("Note written"),
    ("linked", "new_case"): mark("Linked with a new case of the same person"),
    ("identity", "correct"): mark("Identity corrected"),
    ("reveal", "identity"): mark("Identity uncovered"),
    ("reveal", "search"): mark("Found by name, with a reason"),
    ("reveal", "disclosed"): mark("Disclosed identity uncovered"),
    ("seal", "seal"): mark("Case sealed"),
    ("seal", "lift"): mark("Seal lifted"),
    ("seal", "names"): mark("Names on the seal changed"),
    ("seal", "unconfirmed"): mark("Seal not confirmed in time; it stays"),
    ("block", "set"): mark("Somebody is kept away from the person"),
    ("block", "lift"): mark("Block lifted"),
    ("block", "conflict"): mark("Conflict of interest declared"),
    ("emergency", "open"): mark("Opened in an emergency"),
    ("emergency", "end"): mark("Emergency access ended"),
    ("emergency", "answer"): mark("Question about the emergency answered"),
    ("emergency", "review"): mark("Emergency access reviewed"),
    ("emergency", "unreviewed"): mark("Emergency access not reviewed in time"),
    ("deadline", "*"): mark("Deadline passed: %(what)s"),
    ("task", "*"): mark("Marked as done: %(what)s"),
    ("attempt", "*"): mark("Tried and refused: %(what)s"),
    ("message", "*"): mark("Message from the other country: %(what)s"),
    ("incident", "linked"): mark("Tied to an incident"),
    ("incident", "offender"): mark("Something was added to the incident"),
    ("repaired", "facts"): mark("Facts computed again from the history"),
}
# What the book of looks says about a case or a referral of it.
LOOKS: Final[Mapping[str, str]] = {
    "access_wanted": mark("asked for access"),
    "access_explained": mark("who can see this"),
    "audit_read": mark("audit"),
    "block_lifted": mark("block lifted"),
    "block_set": mark("block set"),
    "blocks_read": mark("blocks"),
    "case_found": mark("found by its code"),
    "case_opened": mark("case page"),
    "conflict_declared": mark("conflict of interest declared"),
    "emergency_opened": mark("opened in an emergency"),
    "emergency_read": mark("review of the emergency"),
    "identity_matched": mark("compared with a name searched for"),
    "identity_read": mark("identity"),
    "incident_read": mark("incident"),
    "next_steps_read": mark("next steps"),
    "offenders_read": mark("alleged offenders"),
    "suspects_compared": mark("compared with alleged offenders"),
    "papers_listed": mark("list of papers"),
    "printed": mark("a paper, printed or saved"),
    "receipt_printed": mark("receipt, printed"),
    "record_opened": mark("a record"),
    "records_listed": mark("list of records"),
    "referral_opened": mark("referral"),
    "refused": mark("refused"),
    "reveal": mark("identity uncovered"),
    "rights_notice_opened": mark("rights notice"),
    "seal_lifted": mark("seal lifted"),
    "seal_names_changed": mark("names on the seal changed"),
    "seal_read": mark("seal"),
    "sealed": mark("case sealed"),
    "timeline_read": mark("timeline"),
}
SOURCES: Final[Mapping[str, str]] = {
    "here": mark("entered here"),
    "late": mark("entered later"),
    "partner": mark("sent by the other country"),
    "program": mark("written by the program"),
}


def phrase_of(kind: str, step: str) -> str:
    """The marked sentence for an entry; may hold %(what)s, the thing that was due, tried or sent.

    KeyError for an entry this program never writes: a new kind needs its words first.
    """
    if kind in ("step", "partner"):
        return STEPS[step]
    if kind == "record":
        return RECORDS[step]
    found = EVENTS.get((kind, step)) or EVENTS.get((kind, "*"))
    if found is None:
        raise KeyError(f"no words for {kind} {step}")
    return found
