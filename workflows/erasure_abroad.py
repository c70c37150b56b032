"""Steps by which a country that erased a person asks the other one to do so, and is answered: nothing moves by them."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from workflows.effects import Alert, CloseTask, OpenTask, SendMessage
from workflows.guards.consent import no_asylum_claim_is_open
from workflows.guards.keeping import (
    erasure_is_not_confirmed_to_the_receiver,
    erasure_is_not_confirmed_to_the_sender,
    erasure_waits_for_us,
    erasure_waits_here,
)
from workflows.step import Guard, Side, Step

__all__ = ["ANSWER", "ASKS", "AWAIT", "CONFIRMS", "DECLINES", "ERASED", "OF_ERASURE", "PARTNER_ERASED", "steps"]

# The duty to answer, and the duty to see to it that it is answered.
ANSWER: Final = "answer_erasure"
AWAIT: Final = "await_erasure"
# What is to be done where another country has erased the person and cannot even ask.
PARTNER_ERASED: Final = OpenTask("partner_copy_erased", "case_manager", "erasure_answer", once=True)
ERASED: Final = "erased"
# The step by which each side asks, and tells that its own copy is erased.
ASKS: Final = {"sender": "ask_erasure", "receiver": "ask_erasure_back"}
CONFIRMS: Final = {"sender": "confirm_erasure_back", "receiver": "confirm_erasure"}
DECLINES: Final = {"sender": "decline_erasure_back", "receiver": "decline_erasure"}
TITLES: Final = {
    "ask_erasure": "Ask the receiving country to erase its copy",
    "ask_erasure_back": "Ask the sending country to erase its copy",
    "confirm_erasure": "Tell the sending country that the copy is erased",
    "confirm_erasure_back": "Tell the receiving country that the copy is erased",
    "decline_erasure": "Keep the copy, and tell the sending country why",
    "decline_erasure_back": "Keep the copy, and tell the receiving country why",
}
# All of them carry ids and codes alone, so an erased copy can send and take them.
OF_ERASURE: Final = frozenset({*ASKS.values(), *CONFIRMS.values(), *DECLINES.values()})
_RIGHT: Final = "data:erase"
_FOCAL: Final = "national_focal_point"
_CLOCK: Final = "erasure_answer"


def steps(asked_by_sender: tuple[StrEnum, ...], asked_by_receiver: tuple[StrEnum, ...]) -> tuple[Step, ...]:
    """The rows for a referral whose copies are there in these states."""
    return (
        *_asked(
            asked_by_sender, Side.SENDER, Side.RECEIVER, erasure_waits_here, erasure_is_not_confirmed_to_the_sender
        ),
        *_asked(
            asked_by_receiver, Side.RECEIVER, Side.SENDER, erasure_waits_for_us,
            erasure_is_not_confirmed_to_the_receiver,
        ),
    )  # fmt: skip


def _asked(
    states: tuple[StrEnum, ...], asker: Side, other: Side, waits: Guard, unconfirmed: Guard
) -> tuple[Step, Step, Step]:
    # The sending country always has a case; while asylum is asked for, not even an answer leaves it (OHCHR-G2.7).
    silent = (no_asylum_claim_is_open,) if other is Side.SENDER else ()
    answered = (SendMessage(), CloseTask(ANSWER), CloseTask(AWAIT), Alert("erasure_answered", _RIGHT, side=asker.value))
    return (
        Step(
            ASKS[asker.value], TITLES[ASKS[asker.value]], states, None, _RIGHT, (no_asylum_claim_is_open,),
            (SendMessage(), OpenTask(ANSWER, _FOCAL, _CLOCK, side=other.value),
             OpenTask(AWAIT, _FOCAL, _CLOCK, side=asker.value), Alert("erasure_asked", _RIGHT, side=other.value)),
            by=asker, system_only=True,
        ),
        Step(
            CONFIRMS[other.value], TITLES[CONFIRMS[other.value]], states, None, _RIGHT, (unconfirmed, *silent),
            answered, by=other, system_only=True,
        ),
        Step(
            DECLINES[other.value], TITLES[DECLINES[other.value]], states, None, _RIGHT, (waits, *silent), answered,
            given={"reason": "erasure_decline_reason"}, by=other, answers=f"{asker.value}_waits_for_erasure",
        ),
    )  # fmt: skip
