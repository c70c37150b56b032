"""What came of a service, and what the person says about it."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from app.casework.forms import Amount, Coded, Entry, Kind, Long, OwnWords, RecordForm
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import MatterFacts


class ServiceOutcome(RecordForm):
    """The end of the loop: what was done, what it reached, and the person's own view where they want to give one."""

    done: Long = Field(title=mark("What was done?"), description=mark("A few words are enough."))
    result: Annotated[str, Coded("service_result")] = Field(title=mark("What came of it?"))
    feedback: Annotated[str, Coded("service_feedback")] | None = Field(
        default=None, title=mark("What does the person say about it?")
    )
    cost: Amount | None = Field(default=None, title=mark("What did it cost, if somebody paid for it?"))
    feedback_words: OwnWords = Field(default=None, title=mark("In their own words"))


def fold(matter: MatterFacts, form: ServiceOutcome, entry: Entry) -> MatterFacts:
    """Result and feedback as coded flags, and what it cost; words stay in the record."""
    flags = {flag for flag in matter.flags if flag.partition(".")[0] not in {"result", "feedback"}}
    flags.add(f"result.{form.result}")
    if form.feedback is not None:
        flags.add(f"feedback.{form.feedback}")
    cost = form.cost
    return replace(
        matter,
        flags=frozenset(flags),
        amount=cost.units if cost else None,
        currency=cost.currency if cost else None,
    )


KIND = Kind(
    "service_outcome", "Result of a service", FieldGroup.NARRATIVE, ServiceOutcome,
    {"done": "Two visits to the health centre.", "result": "reached", "feedback": "helped",
     "cost": {"units": 1200, "currency": "THB"}},
    fold_matter=fold, permission="care:plan",
)  # fmt: skip
