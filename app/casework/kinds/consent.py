"""One consent: a purpose, a recipient, the data it covers, and how it was explained."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from app.casework.forms import Coded, Entry, Form, Kind, Short
from policies.model import FieldGroup
from workflows.facts import CaseFacts, ConsentFacts


class Consent(Form):
    """Practice 4.4: one row for each purpose x recipient x data groups, with what was explained."""

    purpose: Annotated[str, Coded("consent_purpose")]
    recipient: Annotated[str, Field(pattern=r"^([A-Z]{2}|\*)$")]
    data_groups: Annotated[tuple[Annotated[str, Coded("data_group")], ...], Field(strict=False, max_length=20)]
    giver: Literal["self", "guardian"]
    child_assent: bool | None = None
    language: Short
    form: Literal["written", "oral_witnessed"]
    told_purpose: bool
    told_use: bool
    told_right_to_request_data: bool
    told_storage_time: bool
    told_how_to_withdraw: bool
    valid_from: date
    valid_until: date | None = None


def fold(facts: CaseFacts, form: Consent, entry: Entry) -> CaseFacts:
    """A newer row for the same purpose and recipient takes the place of the older one."""
    row = ConsentFacts(
        form.purpose, form.recipient, frozenset(form.data_groups), form.giver, form.valid_from, form.valid_until,
        None, form.child_assent,
    )
    kept = tuple(
        each for each in facts.consents if (each.purpose, each.recipient) != (row.purpose, row.recipient)
    )
    return replace(facts, consents=(*kept, row))


KIND = Kind(
    "consent", "Consent", FieldGroup.FACTS, Consent,
    {
        "purpose": "notify_origin", "recipient": "MM", "data_groups": ["identity", "nationality", "needs"],
        "giver": "self", "language": "my", "form": "written", "told_purpose": True, "told_use": True,
        "told_right_to_request_data": True, "told_storage_time": True, "told_how_to_withdraw": True,
        "valid_from": "2017-03-10", "valid_until": "2018-03-10",
    },
    fold_case=fold, permission="consent:record",
)
