"""The agreed handover: border point, day and the sending officer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated

from pydantic import Field

from app.casework.forms import Entry, From, Kind, Listed, RecordForm, Short, code_only
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import ReferralFacts, ScheduleFacts


class HandoverSchedule(RecordForm):
    """Practice G17: named officer, checkpoint, date."""

    border_point: Annotated[str, Listed("border_point"), From("border_point")] = Field(
        title=mark("At which border point?")
    )
    on: date = Field(title=mark("On which day?"))
    sender_officer: Short = Field(
        title=mark("Which officer goes along?"),
        description=mark("Part and place, such as officer 3, Mae Sot."),
    )
    time: Short | None = Field(
        default=None,
        title=mark("At what time?"),
        description=mark("For example 10:30, with the place whose clock counts."),
    )
    transport: Short | None = Field(default=None, title=mark("How does the person travel?"))
    interpreter: Short | None = Field(default=None, title=mark("Who interprets?"))
    medicine: Short | None = Field(
        default=None,
        title=mark("Which medicine does the person take along?"),
        description=mark("Travels only as far as the person agreed."),
    )
    group: Short | None = Field(
        default=None,
        title=mark("With which group does the person travel?"),
        description=mark("The same short code for everybody in one transport, such as G-12. Empty for somebody alone."),
    )
    travels_with: Short | None = Field(
        default=None,
        title=mark("Whom are they not to be parted from?"),
        description=mark("The number of the other referral: a child's escort, a parent, a sister."),
    )
    person_told: Short | None = Field(default=None, title=mark("What was the person told about the day?"))
    phone: Short | None = Field(default=None, title=mark("Which number is called if something goes wrong?"))


def fold_referral(facts: ReferralFacts, form: HandoverSchedule, entry: Entry) -> ReferralFacts:
    """A new day needs a new confirmation by the other side."""
    agreed = ScheduleFacts(
        code_only(form.border_point), form.on, bool(form.sender_officer), False,
        " ".join((form.group or "").split()), " ".join((form.travels_with or "").split()),
    )  # fmt: skip
    return replace(facts, schedule=agreed)


KIND = Kind(
    "handover_schedule", "Handover schedule", FieldGroup.FACTS, HandoverSchedule,
    {"border_point": "mae-sot-myawaddy", "on": "2017-06-12", "sender_officer": "officer 3, Mae Sot"},
    home="referral", fold_referral=fold_referral, shared=True, bound={"medicine": "health"},
)
