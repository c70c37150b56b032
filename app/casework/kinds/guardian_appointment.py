"""A guardian appointed for a child, checked against the suspects."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from app.casework.forms import Entry, Form, Kind, Short
from policies.model import FieldGroup
from workflows.facts import CaseFacts, GuardianFacts


class GuardianAppointment(Form):
    """Practice 4.15."""

    authority: Short
    guardian: Short
    since: date
    until: date | None = None
    conflict_checked: bool


def fold(facts: CaseFacts, form: GuardianAppointment, entry: Entry) -> CaseFacts:
    """The newest appointment counts."""
    return replace(facts, guardian=GuardianFacts(form.since, form.until, form.conflict_checked))


KIND = Kind(
    "guardian_appointment", "Guardian appointment", FieldGroup.LEGAL, GuardianAppointment,
    {"authority": "juvenile court", "guardian": "guardian 7", "since": "2017-03-01", "conflict_checked": True},
    fold_case=fold,
)
