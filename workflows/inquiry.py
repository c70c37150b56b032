"""Inquiry: one question to another country about a person, before or without any referral, and its answer.

The steps of the country that asks. What the other country does with the question opens no case there
(workflows/answering.py); its answers arrive as steps that the system takes.
"""

from __future__ import annotations

from enum import StrEnum

from policies.model import FieldGroup
from workflows.effects import Alert, CloseTask, OpenTask
from workflows.guards.children import guardian_is_appointed
from workflows.guards.consent import no_asylum_claim_is_open
from workflows.guards.inquiries import (
    FORGET,
    NAME,
    another_country_was_asked,
    asked_country_is_not_blocked,
    competent_office_is_known,
    consent_for_asking,
    consent_for_tracing,
    family_is_free_of_suspicion,
    inquiry_is_not_double,
    nothing_was_asked_to_be_forgotten,
    time_to_answer_is_over,
)
from workflows.guards.protection import case_is_open
from workflows.matter import MATTER
from workflows.step import MachineSpec, Step


class Inquiry(StrEnum):
    """Where one question to another country stands."""

    ASKED = "asked"
    ACKNOWLEDGED = "acknowledged"
    ANSWERED = "answered"
    CANNOT_TELL = "cannot_tell"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


I = Inquiry  # noqa: E741 - as the other machines name theirs by a letter
ASK, READ, ANSWER = "inquiry:ask", "inquiry:read", "inquiry:answer"
WAITING = (I.ASKED, I.ACKNOWLEDGED)
# Where the other side still holds what it was told.
TOLD = (I.ANSWERED, I.CANNOT_TELL, I.DECLINED)

MAY_ASK = (
    case_is_open, competent_office_is_known, no_asylum_claim_is_open, asked_country_is_not_blocked,
    consent_for_asking, guardian_is_appointed, inquiry_is_not_double,
)  # fmt: skip
AWAIT = "await_inquiry"
HEARD = (another_country_was_asked,)
ANSWERED = (CloseTask(AWAIT, by_the_way=True), Alert("inquiry_answered", ASK))

STEPS = (
    Step(
        "ask_nationality", "Ask whether the person is a national there", (), I.ASKED, ASK, MAY_ASK,
        (OpenTask(AWAIT, "case_manager", "nationality_check"),),
        form="nationality_inquiry", form_required=True,
    ),
    Step(
        "ask_tracing", "Ask that the family is traced there", (), I.ASKED, ASK,
        (*MAY_ASK, consent_for_tracing, family_is_free_of_suspicion),
        (OpenTask(AWAIT, "case_manager", "tracing"),),
        form="tracing_inquiry", form_required=True,
    ),
    Step(
        "note_inquiry_taken_up", "The other country has taken the question up", (I.ASKED,), I.ACKNOWLEDGED, ASK, HEARD,
        system_only=True,
    ),
    Step(
        "note_inquiry_answer", "The other country has answered", WAITING, I.ANSWERED, ASK, HEARD, ANSWERED,
        form="inquiry_answer", form_required=True, system_only=True,
    ),
    Step(
        "note_inquiry_unanswered", "The other country cannot tell", WAITING, I.CANNOT_TELL, ASK, HEARD, ANSWERED,
        given={"reason": "inquiry_cannot_reason"}, system_only=True,
    ),
    Step(
        "note_inquiry_declined", "The other country declines to answer", WAITING, I.DECLINED, ASK, HEARD, ANSWERED,
        given={"reason": "inquiry_decline_reason"}, system_only=True,
    ),
    # Who takes a question back asks the other side to forget what it was told.
    Step(
        "withdraw_inquiry", "Take the question to the other country back", WAITING, I.WITHDRAWN, ASK,
        (no_asylum_claim_is_open,), (CloseTask(AWAIT),),
        given={FORGET: "inquiry_end_reason"},
    ),
    Step(
        "let_inquiry_lapse", "Wait no longer for the other country's answer", WAITING, I.LAPSED, ASK,
        (no_asylum_claim_is_open, time_to_answer_is_over), (CloseTask(AWAIT),),
    ),
    Step(
        "ask_to_forget", "Ask the other country to forget the question", TOLD, None, ASK,
        (no_asylum_claim_is_open, nothing_was_asked_to_be_forgotten),
        given={FORGET: "inquiry_end_reason"},
    ),
)  # fmt: skip

MACHINE = MachineSpec(
    NAME, "Inquiry abroad", Inquiry, (I.ASKED,),
    frozenset({I.ANSWERED, I.CANNOT_TELL, I.DECLINED, I.WITHDRAWN, I.LAPSED}), STEPS, MATTER,
    group=FieldGroup.RISK, about="inquiry_subject",
)
