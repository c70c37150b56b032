"""One consent: a purpose, a recipient, the data it covers, and how it was explained."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from app.casework.forms import Coded, Entry, ForChild, From, Kind, RecordForm, Short, Words, not_before
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import CaseFacts, ConsentFacts


class Consent(RecordForm):
    """Practice 4.4: one row for each purpose x recipient x data groups, with what was explained."""

    purpose: Annotated[str, Coded("consent_purpose")] = Field(title=mark("What is it for?"))
    recipient: Annotated[str, Field(pattern=r"^([A-Z]{2}|\*|[a-z]{2}-[a-z0-9-]{1,60})$"), From("recipient")] = Field(
        title=mark("To whom may it go?"),
        description=mark("A country, a body or one office."),
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
    earlier: Annotated[
        Literal["goes_on", "ends"] | None,
        Words({"goes_on": mark("It goes on"), "ends": mark("It ends")}),
    ] = Field(
        default=None,
        title=mark("What of an earlier agreement for the same purpose and recipient?"),
        description=mark("What is named anew here takes its place either way."),
    )
    _in_order = not_before("valid_from", "valid_until")


# What has to be explained before somebody can agree (practice 4.4).
EXPLAINED: Final = (
    "told_purpose", "told_use", "told_right_to_request_data", "told_storage_time", "told_how_to_withdraw",
)  # fmt: skip


def fold(facts: CaseFacts, form: Consent, entry: Entry) -> CaseFacts:
    """A newer row takes the place of what an older one says of the same purpose, recipient and group of data."""
    row = ConsentFacts(
        form.purpose, form.recipient, frozenset(form.data_groups), form.giver, form.valid_from, form.valid_until,
        None, form.child_assent, all(getattr(form, name) for name in EXPLAINED),
    )
    kept = (each if (each.purpose, each.recipient) != (row.purpose, row.recipient) else _rest(each, row, form.earlier)
            for each in facts.consents)  # fmt: skip
    return replace(facts, consents=(*(each for each in kept if each is not None), row))


def _rest(older: ConsentFacts, newer: ConsentFacts, earlier: str | None) -> ConsentFacts | None:
    """What stays of an older row beside a newer one for the same purpose and recipient."""
    groups = older.data_groups - newer.data_groups
    return replace(older, data_groups=groups) if groups and earlier != "ends" else None


def _as_it_was(body: dict[str, Any]) -> dict[str, Any]:
    """In the first version a newer row took the place of the older one whole; what was narrowed then stays narrow."""
    return {**body, "earlier": "ends"}


KIND = Kind(
    "consent", "Consent", FieldGroup.FACTS, Consent,
    {
        "purpose": "notify_origin", "recipient": "MM", "data_groups": ["identity", "nationality", "needs"],
        "giver": "self", "language": "my", "form": "written", "told_purpose": True, "told_use": True,
        "told_right_to_request_data": True, "told_storage_time": True, "told_how_to_withdraw": True,
        "valid_from": "2017-03-10", "valid_until": "2018-03-10",
    },
    version=2, upgrades={1: _as_it_was}, fold_case=fold, permission="consent:record",
)
