"""The receiving officer named for the day of the handover."""

from __future__ import annotations

from dataclasses import replace

from pydantic import Field

from app.casework.forms import Entry, Kind, RecordForm, Short
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import ReferralFacts


class HandoverConfirmation(RecordForm):
    """Practice G17: a named officer on the other side too."""

    receiver_officer: Short = Field(
        title=mark("Which officer will be at the bridge?"),
        description=mark("Part and place, such as officer 8, Myawaddy."),
    )
    phone: Short | None = Field(default=None, title=mark("Which number reaches them on the day?"))


def fold_referral(facts: ReferralFacts, form: HandoverConfirmation, entry: Entry) -> ReferralFacts:
    """The schedule is complete."""
    if facts.schedule is None:
        return facts
    return replace(facts, schedule=replace(facts.schedule, receiver_officer=bool(form.receiver_officer)))


KIND = Kind(
    "handover_confirmation", "Handover confirmation", FieldGroup.FACTS, HandoverConfirmation,
    {"receiver_officer": "officer 8, Myawaddy"},
    home="referral", fold_referral=fold_referral, shared=True,
)
