"""A travel document issued by the country of origin."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated

from pydantic import Field

from app.casework.forms import Coded, DoneOn, Entry, Kind, RecordForm, Short, not_before
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import CaseFacts, TravelDocumentFacts


class TravelDocument(RecordForm):
    """Practice 4.11."""

    document_kind: Annotated[str, Coded("travel_document_kind")] = Field(title=mark("Which document is it?"))
    number: Short | None = Field(default=None, title=mark("Which number does it have?"))
    issuer: Short = Field(title=mark("Who issued it?"))
    issued: DoneOn = Field(title=mark("When was it issued?"))
    expires: date = Field(title=mark("When does it run out?"))
    _in_order = not_before("issued", "expires")


def fold(facts: CaseFacts, form: TravelDocument, entry: Entry) -> CaseFacts:
    """The newest document counts."""
    return replace(facts, travel_document=TravelDocumentFacts(form.issued, form.expires))


KIND = Kind(
    "travel_document", "Travel document", FieldGroup.IDENTITY, TravelDocument,
    {"document_kind": "certificate_of_identity", "issuer": "embassy", "issued": "2017-05-02",
     "expires": "2017-11-02"},
    fold_case=fold,
)
