"""Embassy: one question on paper to an embassy or consulate about a person whose country has no office agreed with us.

Nothing is sent by the program. It prints the letter, keeps the days, and takes in by hand what the embassy said.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from policies.model import FieldGroup
from workflows.effects import CloseTask, OpenTask
from workflows.guards.children import guardian_is_appointed
from workflows.guards.consent import no_asylum_claim_is_open
from workflows.guards.embassies import (
    ANSWER_CLOCK,
    LETTER_CLOCK,
    TOLD,
    WAY,
    embassy_holds_a_letter,
    embassy_is_not_asked_twice,
    embassy_time_is_over,
    letter_has_not_left,
    no_office_is_agreed,
    question_is_taken_back,
)
from workflows.guards.inquiries import EMBASSY, FORGET, asked_country_is_not_blocked, consent_for_asking
from workflows.guards.protection import case_is_open
from workflows.inquiry import ASK
from workflows.matter import MATTER
from workflows.step import MachineSpec, Step


class Embassy(StrEnum):
    """Where one question to an embassy stands."""

    REQUESTED = "requested"
    SENT = "sent"
    ANSWERED = "answered"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


E = Embassy

# What has to hold on the day the letter leaves as well as on the day it is asked for.
MAY_BE_SENT = (
    case_is_open, no_office_is_agreed, no_asylum_claim_is_open, asked_country_is_not_blocked, consent_for_asking,
    guardian_is_appointed,
)  # fmt: skip
# Who prints, and where a letter can be printed: before it left, and again where it got lost.
LETTER: Final = "note_embassy_sent"
PRINTABLE: Final = (E.REQUESTED, E.SENT)
SEND = OpenTask("send_embassy", "case_manager", LETTER_CLOCK)
AWAIT = OpenTask("await_embassy", "case_manager", ANSWER_CLOCK)
# By hand: no program of theirs hears that a question is taken back.
TELL = OpenTask("tell_embassy", "case_manager", LETTER_CLOCK, once=True, afterwards=True)
ENDED = (E.ANSWERED, E.DECLINED, E.WITHDRAWN, E.LAPSED)

STEPS = (
    Step(
        "ask_embassy", "Ask an embassy about the person", (), E.REQUESTED, ASK,
        (*MAY_BE_SENT, embassy_is_not_asked_twice), (SEND,),
        form="embassy_request", form_required=True,
    ),
    Step(
        LETTER, "The letter to the embassy was sent", (E.REQUESTED,), E.SENT, ASK, MAY_BE_SENT,
        (CloseTask(SEND.kind), AWAIT),
        given={WAY: "embassy_way"},
    ),
    # What has come is written down whatever has changed meanwhile: nothing leaves by it.
    Step(
        "note_embassy_answer", "The embassy has answered", (E.SENT,), E.ANSWERED, ASK, (embassy_holds_a_letter,),
        (CloseTask(AWAIT.kind),),
        form="embassy_answer", form_required=True,
    ),
    Step(
        "note_embassy_declined", "The embassy declines to answer", (E.SENT,), E.DECLINED, ASK,
        (embassy_holds_a_letter,), (CloseTask(AWAIT.kind),),
        given={"reason": "embassy_decline_reason"},
    ),
    # Nothing has left, so nobody has to be told.
    Step(
        "withdraw_embassy_request", "Drop the question to the embassy", (E.REQUESTED,), E.WITHDRAWN, ASK,
        (letter_has_not_left,), (CloseTask(SEND.kind, by_the_way=True),),
        given={"reason": "inquiry_end_reason"},
    ),
    Step(
        "take_embassy_letter_back", "Take the question to the embassy back", (E.SENT,), E.WITHDRAWN, ASK,
        (no_asylum_claim_is_open,), (CloseTask(AWAIT.kind, by_the_way=True), TELL),
        given={FORGET: "inquiry_end_reason"},
    ),
    Step(
        "let_embassy_lapse", "Wait no longer for the embassy's answer", (E.SENT,), E.LAPSED, ASK,
        (embassy_time_is_over,), (CloseTask(AWAIT.kind),),
    ),
    # Also anew, where nobody might be told while asylum was asked for.
    Step(
        "ask_embassy_to_forget", "Have the embassy told to forget it", ENDED, None, ASK,
        (no_asylum_claim_is_open, embassy_holds_a_letter), (TELL,),
        given={FORGET: "inquiry_end_reason"},
    ),
    Step(
        "note_embassy_told", "The embassy was told to forget it", ENDED, None, ASK,
        (no_asylum_claim_is_open, embassy_holds_a_letter, question_is_taken_back), (CloseTask(TELL.kind),),
        given={TOLD: "embassy_way"},
    ),
)  # fmt: skip

MACHINE = MachineSpec(
    EMBASSY, "Questions to an embassy", Embassy, (E.REQUESTED,), frozenset(ENDED), STEPS, MATTER,
    group=FieldGroup.RISK, about="embassy_asked",
)
