"""One consent: a purpose, a recipient, the data it covers, and how it was explained."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from app.casework.forms import Coded, Entry, ForChild, From, Kind, RecordForm, Short, Words, not_before
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import CaseFacts, ConsentFacts


class Consent(RecordForm):
    """Practice 4.4: one row for each purpose x recipient x data groups, with what was explained."""

    purpose: Annotated[str, Coded("consent_purpose")] = Field(title=mark("What is it for?"))
    recipient: Annotated[str, Field(pattern=r"^([A-Z]{2}|\*)$"), From("country_or_any")] = Field(
        title=mark("To whom may it go?"),
    )
    data_groups: Annotated[tuple[Annotated[str, Coded("data_group")], ...], Field(strict=False, max_length=20)] = Field(
        title=mark("What may be shared?"),
        description=mark("Only what was named and explained."),
    )
    giver: Annotated[
        Literal["self", "guardian"],
        Words({"self": mark("The person"), "guardian": mark("The guardian")}),
    ] = Field(
        title=mark("Who agrees?"),
    )
    child_assent: Annotated[bool | None, ForChild()] = Field(
        default=None, title=mark("For a child: does the child agree, too?")
    )
    language: Annotated[Short, From("language")] = Field(title=mark("In which language was it explained?"))
    form: Annotated[
        Literal["written", "oral_witnessed"],
        Words({"written": mark("In writing"), "oral_witnessed": mark("Spoken, before a witness")}),
    ] = Field(title=mark("How was it given?"))
    told_purpose: bool = Field(title=mark("Was it explained what it is for?"))
    told_use: bool = Field(title=mark("Was it explained how it will be used?"))
    told_right_to_request_data: bool = Field(
        title=mark("Was it explained that the person can ask for their data?"),
    )
    told_storage_time: bool = Field(title=mark("Was it explained how long it is kept?"))
    told_how_to_withdraw: bool = Field(
        title=mark("Was it explained how to take it back?"),
        description=mark("At any time, without a reason, and nothing else is lost."),
    )
    valid_from: date = Field(title=mark("From when?"))
    valid_until: date | None = Field(
        default=None,
        title=mark("Until when?"),
        description=mark("Leave empty if the person set no end."),
    )
    _in_order = not_before("valid_from", "valid_until")


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
