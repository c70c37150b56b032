"""Steps by which the sending country tells a person at home how a claim moved, and hears what the person wants.

A claim lives on after the return (OHCHR-P17), also when the referral is completed: nothing moves by these steps.
"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import Final

from workflows.effects import Alert, CloseTask, OpenTask, SendMessage
from workflows.guards.children import guardian_is_appointed
from workflows.guards.claims_abroad import (
    agreement_lets_claims_travel,
    answer_is_about_a_told_claim,
    news_fits_the_claim,
    way_of_telling_is_safe,
)
from workflows.guards.consent import OUTWARD_CONSENTS, country_is_not_blocked, no_asylum_claim_is_open
from workflows.guards.conversation import end_is_not_asked
from workflows.step import Side, Step

__all__ = ["ANSWER", "AWAIT", "OF_CLAIMS", "REPORT", "TELL", "steps"]

REPORT: Final = "report_remedy"
ANSWER: Final = "answer_remedy"
OF_CLAIMS: Final = frozenset({REPORT, ANSWER})
_CLOCK: Final = "remedy_news"
_ABOUT: Final = SendMessage(frozenset({"legal"}))
# Whoever looks after the person there tells them, before the day by which something can still be done.
TELL: Final = OpenTask(
    "tell_remedy", "case_manager", _CLOCK, side="receiver", due_on="news_due", soonest=True, once=True
)
AWAIT: Final = replace(TELL, kind="await_remedy", side="sender")
# Where news of another claim waits still, the duties go on.
_REST: Final = "all_news_are_answered"


def steps(states: tuple[StrEnum, ...]) -> tuple[Step, Step]:
    """The rows for a referral whose copies stand in these states: the person is at home."""
    return (
        Step(
            REPORT, "Tell how a claim moved", states, None, "referral:disclose",
            (OUTWARD_CONSENTS["claim"], no_asylum_claim_is_open, country_is_not_blocked, end_is_not_asked,
             guardian_is_appointed, agreement_lets_claims_travel, news_fits_the_claim),
            (_ABOUT, TELL, AWAIT, Alert("remedy_reported", "referral:reintegrate", side="receiver")),
            form="remedy_news", form_required=True, by=Side.SENDER,
        ),
        Step(
            ANSWER, "Tell back what the person wants", states, None, "referral:reintegrate",
            (OUTWARD_CONSENTS["claim_answer"], guardian_is_appointed, agreement_lets_claims_travel,
             answer_is_about_a_told_claim, way_of_telling_is_safe),
            (_ABOUT, CloseTask(TELL.kind), CloseTask(AWAIT.kind), replace(TELL, unless=_REST),
             replace(AWAIT, unless=_REST), Alert("remedy_answered", "referral:disclose", side="sender")),
            form="remedy_told", form_required=True, by=Side.RECEIVER, answers="remedy_news_waits",
        ),
    )  # fmt: skip
