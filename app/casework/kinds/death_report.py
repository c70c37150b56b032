"""A person has died: who was told, in which way, and what became of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from app.casework.forms import Coded, DoneOn, Entry, Kind, Long, RecordForm
from app.kit.words import mark
from policies.model import FieldGroup
from workflows import death
from workflows.facts import CaseFacts, DeathFacts


class DeathReport(RecordForm):
    """Practice 2.5. Written as often as something of it was done; the newest counts."""

    died_on: DoneOn | None = Field(default=None, title=mark("On which day did the person die?"))
    family_told: Annotated[str, Coded("family_told")] = Field(
        title=mark("Has the family been told, and how?"),
        description=mark("Never by way of people or offices said to be involved."),
    )
    remains: Annotated[str, Coded("remains")] = Field(
        title=mark("Where are the remains, or where do they go?"),
        description=mark("By the custom and belief of the person, as the family wishes."),
    )
    ministry_told: bool = Field(
        title=mark("Has the ministry in charge been told?"),
        description=mark("Another country is told by ending the referral for this reason."),
    )
    legal_hold: bool | None = Field(default=None, title=mark("Must everything be kept for a court?"))
    note: Long | None = Field(default=None, title=mark("Anything else to keep?"))


def fold(facts: CaseFacts, form: DeathReport, entry: Entry) -> CaseFacts:
    """The person is dead, and this was done since."""
    found = DeathFacts(form.died_on or entry.on, form.family_told, form.remains, form.ministry_told)
    held = facts.legal_hold if form.legal_hold is None else form.legal_hold
    return replace(death.died(facts, found), legal_hold=held)


KIND = Kind(
    "death_report", "Report of a death", FieldGroup.RISK, DeathReport,
    {"died_on": "2026-11-20", "family_told": "in_person", "remains": "with_family", "ministry_told": True},
    fold_case=fold,
)
