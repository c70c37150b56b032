"""Referral: one conversation between two countries, two copies, and one side at a time holding the pen.

In every state only one side can move the conversation on; the other may ask or add. So two messages
that cross on the way can never leave the copies in different states (tests/workflows/test_crossing.py).
"""

from __future__ import annotations

from enum import StrEnum

from workflows import erasure_abroad, remedy_abroad
from workflows.effects import (
    Alert,
    Arbitrate,
    CloseTask,
    MoveCustody,
    OpenReceivingCase,
    OpenTask,
    SendMessage,
    StepOnCase,
)
from workflows.guards import bridge, children, conversation, returning
from workflows.guards.consent import (
    OUTWARD_CONSENTS,
    country_is_not_blocked,
    no_asylum_claim_is_open,
    suspected_family_stays_out,
)
from workflows.guards.daily import refused_leave_is_answered
from workflows.guards.legal import stay_for_proceedings_is_kept
from workflows.guards.protection import (
    case_manager_is_named,
    person_is_presumed_or_identified,
    person_is_with_us,
)
from workflows.step import Fork, MachineSpec, Side, Step


class Referral(StrEnum):
    """Where the conversation stands; both copies use the same words."""

    DRAFT = "draft"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    TRACING = "tracing"
    ASSESSED = "assessed"
    PLAN_PROPOSED = "plan_proposed"
    ACCEPTED = "accepted"
    HANDOVER_SCHEDULED = "handover_scheduled"
    HANDED_OVER = "handed_over"
    RECEIVED = "received"
    IN_REINTEGRATION = "in_reintegration"
    COMPLETED = "completed"
    RETURNED_FOR_INFO = "returned_for_info"
    DECLINED = "declined"
    NO_SAFE_RETURN = "no_safe_return"
    POSTPONED = "postponed"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"


R = Referral
S, T = Side.SENDER, Side.RECEIVER
# The sender's own turn: here it ends the referral at once, elsewhere it asks (request_end).
OWN_TURN = (R.DRAFT, R.ASSESSED, R.ACCEPTED, R.HANDOVER_SCHEDULED, R.RETURNED_FOR_INFO, R.POSTPONED)
FINAL = frozenset({R.COMPLETED, R.DECLINED, R.NO_SAFE_RETURN, R.WITHDRAWN, R.CANCELLED})
BEFORE_RECEIPT = (
    R.SENT, R.ACKNOWLEDGED, R.TRACING, R.ASSESSED, R.PLAN_PROPOSED, R.ACCEPTED, R.RETURNED_FOR_INFO,
    R.HANDOVER_SCHEDULED, R.POSTPONED, R.HANDED_OVER,
)
NOTICE = SendMessage()
ANSWERED = (CloseTask("answer_referral"), CloseTask("await_answer"))
ASKED = (
    OpenTask("answer_referral", "national_focal_point", "acknowledge", "acknowledge_child", side="receiver"),
    OpenTask("await_answer", "case_manager", "acknowledge", "acknowledge_child", side="sender"),
)


def sharing(*groups: str) -> SendMessage:
    """A message that carries these data groups about the person."""
    return SendMessage(frozenset(groups))


# A child's data goes abroad only while somebody speaks for the child who serves, was checked and is not alleged today.
MAY_SHARE = (
    no_asylum_claim_is_open, country_is_not_blocked, conversation.end_is_not_asked, children.guardian_is_appointed,
)
STILL_SAFE = (
    returning.identification_is_positive,
    returning.return_is_wished_for,
    returning.return_risk_is_valid,
    returning.family_risk_is_covered,
    returning.return_risk_is_bearable,
    returning.nationality_is_confirmed,
    returning.suspicion_was_weighed,
    children.best_interests_say_return,
    children.child_was_heard,
    children.tracing_came_first,
)
VISITS = tuple(
    OpenTask(f"visit_{number}", "case_manager", f"visit_{number}", side="receiver") for number in (1, 2, 3, 4)
)

# A day at the bridge that comes to nothing: whoever did not come is looked for, whoever said no is asked again on
# another day, and only then a new one is set. The other side hears at once.
NOT_COME, NOT_AGREED = "person_did_not_come", "person_did_not_agree"
NEW_DAY = (
    OpenTask(
        "schedule_handover", "border_focal_point", "schedule", side="sender", not_for=frozenset({NOT_AGREED})
    ),
    OpenTask("look_for_person", "case_manager", "missing_search", side="sender", reasons=frozenset({NOT_COME})),
    OpenTask("ask_again", "case_manager", "schedule", side="sender", reasons=frozenset({NOT_AGREED})),
)
DAY_IS_SET = (CloseTask("schedule_handover"), CloseTask("look_for_person"), CloseTask("ask_again"))

OPENING = (
    Step(
        "approve", "Approve the draft", (R.DRAFT,), None, "referral:approve",
        (conversation.approver_is_not_author,), (CloseTask("approve_referral"),), by=S,
    ),
    Step(
        "send", "Send the offer", (R.DRAFT,), R.SENT, "referral:send",
        (conversation.another_has_approved, person_is_presumed_or_identified, person_is_with_us,
         OUTWARD_CONSENTS["notify"], *MAY_SHARE, conversation.agreement_is_in_force,
         conversation.receiving_office_is_known, conversation.receiving_contact_is_valid),
        (sharing("needs", "age_band", "language", "corridor_plan"), *ASKED),
        by=S,
    ),
    Step(
        "acknowledge", "Accept as competent", (R.SENT,), R.ACKNOWLEDGED, "referral:answer",
        (conversation.end_is_not_asked,),
        (NOTICE, *ANSWERED,
         OpenTask("disclose_identity", "case_manager", "supply_info", side="sender")),
        by=T,
    ),
    Step(
        "decline", "Decline", (R.SENT, R.ACKNOWLEDGED, R.TRACING, R.PLAN_PROPOSED), R.DECLINED,
        "referral:answer",
        (conversation.end_is_not_asked,),
        (NOTICE, CloseTask("*"), OpenTask("after_decline", "case_manager", "supply_info", side="sender")),
        form="suggestion", given={"reason": "decline_reason"}, by=T,
    ),
    Step(
        "return_for_info", "Ask for information", (R.SENT, R.ACKNOWLEDGED, R.PLAN_PROPOSED),
        R.RETURNED_FOR_INFO, "referral:answer",
        (conversation.end_is_not_asked,),
        (NOTICE, *ANSWERED,
         OpenTask("supply_info", "case_manager", "supply_info", side="sender")),
        given={"reason": "info_request_reason"}, by=T,
    ),
    Step(
        "supply_info", "Supply the information", (R.RETURNED_FOR_INFO,),
        Fork("came_from", {"sent": R.SENT, "acknowledged": R.ACKNOWLEDGED, "plan_proposed": R.PLAN_PROPOSED}),
        "referral:send",
        (OUTWARD_CONSENTS["notify"], *MAY_SHARE),
        (sharing("needs", "age_band", "language", "corridor_plan"), CloseTask("supply_info"), *ASKED),
        by=S,
    ),
    Step(
        "disclose_identity", "Disclose the identity",
        (R.ACKNOWLEDGED, R.TRACING, R.ASSESSED, R.PLAN_PROPOSED, R.ACCEPTED, R.HANDOVER_SCHEDULED), None,
        "referral:disclose",
        (OUTWARD_CONSENTS["identity"], *MAY_SHARE, suspected_family_stays_out),
        (sharing("identity", "nationality", "contact", "family", "health"), CloseTask("disclose_identity")),
        by=S,
    ),
)

PREPARING = (
    Step(
        "start_tracing", "Start tracing the family", (R.ACKNOWLEDGED,), R.TRACING, "referral:trace",
        (conversation.identity_is_disclosed, OUTWARD_CONSENTS["family"], conversation.end_is_not_asked),
        (NOTICE, *ANSWERED, OpenTask("report_tracing", "social_worker", "tracing", side="receiver")),
        by=T,
    ),
    # Who does not want the family to be found can go home all the same: nationality is checked alone.
    Step(
        "check_nationality", "Check nationality only", (R.ACKNOWLEDGED,), R.TRACING, "referral:trace",
        (conversation.identity_is_disclosed, conversation.end_is_not_asked),
        (NOTICE, *ANSWERED, OpenTask("report_tracing", "social_worker", "tracing", side="receiver")),
        by=T,
    ),
    Step(
        "report_assessment", "Report tracing and nationality", (R.TRACING,), R.ASSESSED, "referral:trace",
        (conversation.tracing_is_reported, OUTWARD_CONSENTS["family_news"], conversation.end_is_not_asked),
        (sharing("family", "nationality"), CloseTask("report_tracing"),
         OpenTask("propose_plan", "case_manager", "plan", side="sender")),
        form="family_tracing", by=T,
    ),
    # Only the country that is asked can say who is its national; what it could not find once it may find with more.
    Step(
        "ask_again", "Ask about the nationality again", (R.ASSESSED,), R.TRACING, "referral:plan",
        (conversation.nationality_is_still_open, OUTWARD_CONSENTS["identity"], *MAY_SHARE),
        (sharing("identity", "nationality"), CloseTask("propose_plan"),
         OpenTask("report_tracing", "social_worker", "tracing", side="receiver")),
        by=S,
    ),
    Step(
        "propose_plan", "Propose the return plan", (R.ASSESSED,), R.PLAN_PROPOSED, "referral:plan",
        (person_is_with_us, OUTWARD_CONSENTS["return"], *MAY_SHARE, *STILL_SAFE,
         returning.return_plan_covers_life, children.child_has_an_escort),
        (sharing("corridor_plan", "risk", "needs"), CloseTask("propose_plan"),
         OpenTask("accept_plan", "national_focal_point", "accept", side="receiver")),
        form="return_plan", by=S,
    ),
    Step(
        "find_no_safe_return", "Find that return is not safe",
        (R.ASSESSED, R.ACCEPTED, R.HANDOVER_SCHEDULED, R.POSTPONED), R.NO_SAFE_RETURN, "referral:withdraw",
        (conversation.return_is_found_unsafe, conversation.end_is_not_asked),
        (NOTICE, CloseTask("*"), OpenTask("plan_alternatives", "case_manager", "plan", side="sender"),
         StepOnCase("turn_back", "sender")),
        by=S,
    ),
    Step(
        "accept", "Accept the plan", (R.PLAN_PROPOSED,), R.ACCEPTED, "referral:accept",
        (conversation.reception_is_arranged, children.child_has_somewhere_safe,
         OUTWARD_CONSENTS["return_copy"], conversation.end_is_not_asked),
        (sharing("corridor_plan"), OpenReceivingCase(), CloseTask("accept_plan"), *ANSWERED,
         OpenTask("schedule_handover", "border_focal_point", "schedule", side="sender")),
        form="reception_plan", by=T,
    ),
)

CROSSING = (
    Step(
        "schedule_handover", "Schedule the handover", (R.ACCEPTED,), R.HANDOVER_SCHEDULED,
        "referral:schedule",
        (person_is_with_us, OUTWARD_CONSENTS["return"], *MAY_SHARE, *STILL_SAFE,
         returning.travel_document_is_valid, returning.proceedings_were_considered,
         returning.claims_have_a_route, bridge.border_point_is_agreed, bridge.border_contact_is_valid,
         bridge.day_is_ahead, conversation.agreement_is_in_force),
        (sharing("corridor_plan", "documents"), CloseTask("schedule_handover"),
         OpenTask("confirm_handover", "border_focal_point", "schedule", side="receiver")),
        form="handover_schedule", form_required=True, by=S,
    ),
    Step(
        "confirm_handover", "Name the receiving officer", (R.HANDOVER_SCHEDULED,), None, "referral:receive",
        (bridge.border_point_is_agreed, conversation.end_is_not_asked),
        (NOTICE, CloseTask("confirm_handover")),
        form="handover_confirmation", form_required=True, by=T,
    ),
    Step(
        "postpone", "Postpone", (R.HANDOVER_SCHEDULED,), R.POSTPONED, "referral:handover",
        (conversation.end_is_not_asked,),
        (NOTICE, StepOnCase("turn_back", "sender"), *NEW_DAY, CloseTask("confirm_handover"),
         Alert("handover_off", "referral:receive", side="receiver", at_border=True)),
        given={"reason": "postpone_reason"}, by=S,
    ),
    Step(
        "reschedule", "Schedule again", (R.POSTPONED,), R.HANDOVER_SCHEDULED, "referral:schedule",
        (person_is_with_us, bridge.person_was_asked_again, OUTWARD_CONSENTS["return"], *MAY_SHARE, *STILL_SAFE,
         returning.travel_document_is_valid, bridge.border_point_is_agreed,
         bridge.border_contact_is_valid, bridge.day_is_ahead, conversation.agreement_is_in_force),
        (sharing("corridor_plan", "documents"), *DAY_IS_SET,
         OpenTask("confirm_handover", "border_focal_point", "schedule", side="receiver")),
        form="handover_schedule", form_required=True, by=S,
    ),
    Step(
        "sign_handover", "Sign the handover", (R.HANDOVER_SCHEDULED,), R.HANDED_OVER, "referral:handover",
        (person_is_with_us, bridge.journey_has_begun, OUTWARD_CONSENTS["return"], *MAY_SHARE,
         *STILL_SAFE, stay_for_proceedings_is_kept, refused_leave_is_answered, returning.travel_document_is_valid,
         bridge.officers_are_named, bridge.day_has_come,
         bridge.person_reconfirmed_today, bridge.handover_is_complete,
         bridge.who_travels_together_stays_together),
        (sharing("documents", "health"),
         OpenTask("sign_receipt", "border_focal_point", "receipt", side="receiver"),
         OpenTask("await_receipt", "border_focal_point", "receipt", side="sender")),
        form="handover", form_required=True, by=S,
    ),
    Step(
        "sign_receipt", "Sign the receipt", (R.HANDED_OVER,), R.RECEIVED, "referral:receive",
        (bridge.person_is_here,),
        (NOTICE, MoveCustody(), CloseTask("sign_receipt"), CloseTask("await_receipt"),
         StepOnCase("record_handover", "sender"),
         OpenTask("start_reintegration", "case_manager", "start_reintegration", side="receiver")),
        form="receipt", form_required=True, by=T,
    ),
    Step(
        "report_not_received", "Report that nobody was received", (R.HANDED_OVER,), R.POSTPONED,
        "referral:receive",
        (conversation.end_is_not_asked,),
        (NOTICE, CloseTask("sign_receipt"), CloseTask("await_receipt"), StepOnCase("turn_back", "sender"), *NEW_DAY,
         Alert("handover_off", "referral:handover", side="sender", at_border=True)),
        given={"reason": "postpone_reason"}, by=T,
    ),
)

AFTER = (
    Step(
        "start_reintegration", "Start reintegration", (R.RECEIVED,), R.IN_REINTEGRATION,
        "referral:reintegrate",
        (case_manager_is_named, returning.reintegration_is_planned),
        (NOTICE, StepOnCase("arrive", "receiver"), CloseTask("start_reintegration"), *VISITS),
        by=T,
    ),
    Step(
        "report_visit", "Report a visit", (R.IN_REINTEGRATION,), None, "referral:reintegrate",
        (OUTWARD_CONSENTS["report"], children.guardian_is_appointed),
        (sharing("reintegration"), CloseTask("visit_next")),
        form="monitoring_visit", form_required=True, by=T,
    ),
    Step(
        "complete", "Complete the referral", (R.RECEIVED, R.IN_REINTEGRATION), R.COMPLETED,
        "referral:reintegrate",
        (conversation.visits_are_made,),
        (NOTICE, CloseTask("*")),
        by=T,
    ),
)

ENDING = (
    Step(
        "withdraw", "Withdraw", OWN_TURN, R.WITHDRAWN, "referral:withdraw",
        (conversation.end_is_not_asked,),
        (NOTICE, CloseTask("*"), StepOnCase("turn_back", "sender")),
        given={"reason": "withdrawal_reason"}, by=S,
    ),
    Step(
        "cancel", "Cancel", OWN_TURN, R.CANCELLED, "referral:withdraw",
        (conversation.end_is_not_asked,),
        (NOTICE, CloseTask("*"), StepOnCase("turn_back", "sender")),
        given={"reason": "withdrawal_reason"}, by=S,
    ),
    Step(
        # It starts from every open state, because the receiver may have moved on while it was on its way.
        "request_end", "Ask to end", (*BEFORE_RECEIPT, R.RECEIVED, R.IN_REINTEGRATION), None,
        "referral:withdraw",
        (conversation.the_turn_is_theirs, conversation.end_is_not_asked),
        (NOTICE, Arbitrate()),
        given={"reason": "withdrawal_reason"}, by=S,
    ),
    Step(
        "grant_end", "Agree to end", BEFORE_RECEIPT,
        Fork(
            "end_asked",
            {"consent_withdrawn": R.WITHDRAWN, "no_safe_return": R.NO_SAFE_RETURN, "*": R.CANCELLED},
        ),
        "referral:answer",
        (conversation.end_is_asked,),
        (NOTICE, CloseTask("*"), StepOnCase("turn_back", "sender")),
        by=T, system_only=True,
    ),
    Step(
        "refuse_end", "Answer: already received", (R.RECEIVED, R.IN_REINTEGRATION), None, "referral:answer",
        (conversation.end_is_asked,),
        (NOTICE,),
        by=T, system_only=True,
    ),
)

# A consent that ends reaches every copy, also of a referral that is over: nothing moves, somebody there has to act.
SENT_ONCE = tuple(state for state in R if state is not R.DRAFT)
# Where the receiving country has a case of its own, in which the person may have agreed to something.
WITH_A_CASE_THERE = (
    R.IN_REINTEGRATION, R.RECEIVED, R.ACCEPTED, R.HANDOVER_SCHEDULED, R.HANDED_OVER, R.POSTPONED, R.COMPLETED,
    R.NO_SAFE_RETURN, R.WITHDRAWN, R.CANCELLED,
)
HONOUR, HONOUR_BACK = "honour_withdrawal", "honour_withdrawal_back"


def _heard(kind: str, role: str, side: Side) -> tuple[SendMessage, OpenTask, Alert]:
    """The message that a consent has ended, and who has to see to it on that side, within the time for an answer."""
    return (
        NOTICE, OpenTask(kind, role, "acknowledge", "acknowledge_child", side=side.value),
        Alert("withdrawal_told", "referral:answer", side=side.value),
    )  # fmt: skip


TAKING_BACK = (
    Step(
        "tell_withdrawal", "Tell that a consent has ended", SENT_ONCE, None, "referral:withdraw",
        (no_asylum_claim_is_open,), _heard(HONOUR, "national_focal_point", T),
        by=S, system_only=True,
    ),
    Step(
        "confirm_withdrawal", "Confirm that nothing more is kept or used", SENT_ONCE, None, "referral:answer",
        (conversation.withdrawal_waits_here,), (NOTICE, CloseTask(HONOUR)),
        by=T, answers="sender_took_back",
    ),
    Step(
        "tell_withdrawal_back", "Tell that a consent given here has ended", WITH_A_CASE_THERE, None, "referral:answer",
        (no_asylum_claim_is_open,), _heard(HONOUR_BACK, "case_manager", S),
        by=T, system_only=True,
    ),
    Step(
        "confirm_withdrawal_back", "Confirm that what they told is not used any more", WITH_A_CASE_THERE, None,
        "referral:withdraw",
        (conversation.withdrawal_waits_for_us, no_asylum_claim_is_open), (NOTICE, CloseTask(HONOUR_BACK)),
        by=S, answers="receiver_took_back",
    ),
)

# Who erased a person asks the other country, whatever became of the referral; back only where there was a case.
ERASING = erasure_abroad.steps(SENT_ONCE, WITH_A_CASE_THERE)
NEWS = remedy_abroad.steps((R.RECEIVED, R.IN_REINTEGRATION, R.COMPLETED))

MACHINE = MachineSpec(
    "referral", "Referral", Referral, (R.DRAFT,), FINAL,
    OPENING + PREPARING + CROSSING + AFTER + ENDING + TAKING_BACK + ERASING + NEWS, "referral",
)
