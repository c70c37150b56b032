"""The agreed handover: border point, day and the sending officer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from app.casework.forms import Entry, Form, Kind, Short
from policies.model import FieldGroup
from workflows.facts import ReferralFacts, ScheduleFacts


class HandoverSchedule(Form):
    """Practice G17: named officer, checkpoint, date."""

    border_point: Short
    on: date
    sender_officer: Short
    time: Short | None = None


def fold_referral(facts: ReferralFacts, form: HandoverSchedule, entry: Entry) -> ReferralFacts:
    """A new day needs a new confirmation by the other side."""
    return replace(facts, schedule=ScheduleFacts(form.border_point, form.on, bool(form.sender_officer), False))


KIND = Kind(
    "handover_schedule", "Handover schedule", FieldGroup.FACTS, HandoverSchedule,
    {"border_point": "mae-sot-myawaddy", "on": "2017-06-12", "sender_officer": "officer 3, Mae Sot"},
    home="referral", fold_referral=fold_referral, shared=True,
)
