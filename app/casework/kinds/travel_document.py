"""A travel document issued by the country of origin."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated

from app.casework.forms import Coded, Entry, Form, Kind, Short
from policies.model import FieldGroup
from workflows.facts import CaseFacts, TravelDocumentFacts


class TravelDocument(Form):
    """Practice 4.11."""

    document_kind: Annotated[str, Coded("travel_document_kind")]
    number: Short | None = None
    issuer: Short
    issued: date
    expires: date


def fold(facts: CaseFacts, form: TravelDocument, entry: Entry) -> CaseFacts:
    """The newest document counts."""
    return replace(facts, travel_document=TravelDocumentFacts(form.issued, form.expires))


KIND = Kind(
    "travel_document", "Travel document", FieldGroup.IDENTITY, TravelDocument,
    {"document_kind": "certificate_of_identity", "issuer": "embassy", "issued": "2017-05-02",
     "expires": "2017-11-02"},
    fold_case=fold,
)
