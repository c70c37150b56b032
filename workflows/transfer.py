"""Transfer: one office asks another of the same country to take a case over, or to share in it, and is answered."""

from __future__ import annotations

from enum import StrEnum

from policies.model import FieldGroup
from workflows.effects import CloseTask, OpenTask
from workflows.guards.children import guardian_is_appointed
from workflows.guards.police import consent_for_law_enforcement
from workflows.guards.protection import case_is_open
from workflows.guards.transfers import (
    asked_office_answers,
    asked_office_is_another,
    consent_for_assistance,
    nobody_abroad_is_asked,
    one_of_the_two_ends_it,
    transfer_is_a_share,
    transfer_is_a_take_over,
    transfer_is_not_double,
)
from workflows.matter import MATTER
from workflows.step import MachineSpec, Step


class Transfer(StrEnum):
    """Where one question to another office stands."""

    ASKED = "asked"
    QUESTIONED = "questioned"
    MOVED = "moved"
    SHARED = "shared"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    DONE = "done"
    REVOKED = "revoked"


T = Transfer
NAME = "transfer"
ASK, ANSWER = "transfer:request", "transfer:answer"
WAITING = (T.ASKED, T.QUESTIONED)

REQUEST = (
    case_is_open, asked_office_is_another, transfer_is_not_double, nobody_abroad_is_asked, consent_for_assistance,
    consent_for_law_enforcement, guardian_is_appointed,
)
GET_ANSWER = OpenTask("await_transfer", "case_manager", "transfer_answer", urgent_clock="transfer_answer_urgent")
ANSWERED = CloseTask("await_transfer", by_the_way=True)

# What the asked office does, it does through a door of its own, which opens no case (docs/decisions/0032).
STEPS = (
    Step(
        "request_transfer", "Ask another office", (), T.ASKED, ASK, REQUEST, (GET_ANSWER,),
        form="transfer_request", form_required=True,
    ),
    Step(
        "take_over_case", "Take the case over", (T.ASKED,), T.MOVED, ANSWER,
        (case_is_open, asked_office_answers, transfer_is_a_take_over, nobody_abroad_is_asked, consent_for_assistance,
         consent_for_law_enforcement, guardian_is_appointed),
        (ANSWERED,),
    ),
    Step(
        "accept_share", "Agree to share in the case", (T.ASKED,), T.SHARED, ANSWER,
        (case_is_open, asked_office_answers, transfer_is_a_share, consent_for_assistance, consent_for_law_enforcement,
         guardian_is_appointed),
        (ANSWERED, OpenTask("review_share", "case_manager", "share_review")),
    ),
    Step(
        "decline_transfer", "Decline what another office asks", WAITING, T.DECLINED, ANSWER, (asked_office_answers,),
        (ANSWERED, CloseTask("answer_transfer_question", by_the_way=True)),
        given={"reason": "transfer_decline_reason", "suggestion": "transfer_suggestion"},
    ),
    Step(
        "ask_about_transfer", "Ask back before answering", (T.ASKED,), T.QUESTIONED, ANSWER, (asked_office_answers,),
        (ANSWERED,
         OpenTask("answer_transfer_question", "case_manager", "transfer_answer",
                  urgent_clock="transfer_answer_urgent")),
        given={"question": "transfer_question"},
    ),
    Step(
        "answer_transfer_question", "Answer the other office", (T.QUESTIONED,), T.ASKED, ASK, REQUEST,
        (CloseTask("answer_transfer_question"), GET_ANSWER),
        form="transfer_request", form_required=True,
    ),
    Step(
        "withdraw_transfer", "Take the request to the other office back", WAITING, T.WITHDRAWN, ASK, (case_is_open,),
        (ANSWERED, CloseTask("answer_transfer_question", by_the_way=True)),
        given={"reason": "share_end_reason"},
    ),
    Step(
        "revoke_share", "Stop sharing with the other office", (T.SHARED,), T.REVOKED, ASK, (case_is_open,),
        (CloseTask("review_share"),),
        given={"reason": "share_end_reason"},
    ),
    Step(
        "finish_share", "End what was shared, as done", (T.SHARED,), T.DONE, ANSWER, (one_of_the_two_ends_it,),
        (CloseTask("review_share", by_the_way=True),),
    ),
)  # fmt: skip

MACHINE = MachineSpec(
    NAME, "Between offices", Transfer, (T.ASKED,),
    frozenset({T.MOVED, T.DECLINED, T.WITHDRAWN, T.DONE, T.REVOKED}), STEPS, MATTER,
    group=FieldGroup.FACTS, about="transfer_what",
    deciding=frozenset({"take_over_case", "accept_share", "decline_transfer"}),
)
