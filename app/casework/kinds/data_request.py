"""What a person asks about their own data: to put something right, or not to use it, or to look at a decision again."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from app.casework.forms import Coded, Entry, Kind, Long, RecordForm
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import CaseFacts, DataRequestFacts

RecordId = Annotated[str, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]


class DataRequest(RecordForm):
    """IOM-7: told to a worker, in the person's own words; it is answered within a time, and the person is told."""

    asks: Annotated[str, Coded("data_request_kind")] = Field(title=mark("What does the person ask?"))
    purpose: Annotated[str, Coded("consent_purpose")] | None = Field(
        default=None,
        title=mark("Which use do they object to?"),
        description=mark("Only for an objection to a use."),
    )
    record: RecordId | None = Field(
        default=None,
        title=mark("Which record is it about?"),
        description=mark("The number in the address of its page. Empty for an objection to a use."),
    )
    words: Long = Field(title=mark("What did the person say?"), description=mark("In their own words."))


def fold(facts: CaseFacts, form: DataRequest, entry: Entry) -> CaseFacts:
    """It waits for an answer under the next number of the case."""
    number = len(facts.data_requests) + 1
    asked = DataRequestFacts(number, entry.on, form.asks, form.purpose if form.asks == "use" else None)
    return replace(facts, data_requests=(*facts.data_requests, asked))


KIND = Kind(
    "data_request", "Request about own data", FieldGroup.FACTS, DataRequest,
    {"asks": "use", "purpose": "statistics", "words": "I do not want to be counted in any study."},
    fold_case=fold,
)  # fmt: skip
