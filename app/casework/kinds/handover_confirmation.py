"""The receiving officer named for the day of the handover."""

from __future__ import annotations

from dataclasses import replace

from app.casework.forms import Entry, Form, Kind, Short
from policies.model import FieldGroup
from workflows.facts import ReferralFacts


class HandoverConfirmation(Form):
    """Practice G17: a named officer on the other side too."""

    receiver_officer: Short
    phone: Short | None = None


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
