"""The answer to what a person asked about their own data, and that they were told."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from app.casework.forms import Coded, DoneOn, Entry, Kind, Long, RecordForm, Short
from app.casework.kinds.data_request import RecordId
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import CaseFacts


class DataAnswer(RecordForm):
    """IOM-7: put right, upheld, or refused with a reason and with whom the person may turn to."""

    number: Annotated[int, Field(ge=1, le=999)] = Field(
        title=mark("Which request is answered?"),
        description=mark("Its number: the first request of the case is 1."),
    )
    answer: Annotated[str, Coded("data_request_answer")] = Field(title=mark("What is the answer?"))
    correction: RecordId | None = Field(
        default=None,
        title=mark("Which record puts it right?"),
        description=mark("The number in the address of the page of the correction."),
    )
    reason: Annotated[str, Coded("data_refusal_reason")] | None = Field(
        default=None, title=mark("If it is refused: why?")
    )
    turn_to: Short | None = Field(
        default=None,
        title=mark("If it is refused: whom can the person turn to?"),
        description=mark("An office or a number that answers, no private names."),
    )
    way: Annotated[str, Coded("information_way")] = Field(title=mark("How was the person told?"))
    told_on: DoneOn = Field(title=mark("When was the person told?"))
    words: Long | None = Field(default=None, title=mark("What did the person say to it?"))


def fold(facts: CaseFacts, form: DataAnswer, entry: Entry) -> CaseFacts:
    """The request is answered; a use that the person rightly objects to ends on this day, like a consent taken back."""
    asked = next((each for each in facts.data_requests if each.number == form.number), None)
    if asked is None:
        return facts
    answered = replace(asked, answer=form.answer, answered_on=entry.on)
    requests = tuple(answered if each.number == form.number else each for each in facts.data_requests)
    consents = facts.consents
    if form.answer == "upheld" and asked.purpose is not None:
        consents = tuple(
            replace(row, withdrawn_on=entry.on) if row.purpose == asked.purpose and row.withdrawn_on is None else row
            for row in consents
        )
    return replace(facts, data_requests=requests, consents=consents)


KIND = Kind(
    "data_answer", "Answer about own data", FieldGroup.FACTS, DataAnswer,
    {"number": 1, "answer": "upheld", "way": "in_person", "told_on": "2017-03-02"},
    fold_case=fold,
)  # fmt: skip
