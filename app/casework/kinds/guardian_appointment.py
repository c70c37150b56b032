"""A guardian appointed for a child, checked against the suspects."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from pydantic import Field

from app.casework.forms import Entry, Kind, RecordForm, Short, not_before
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.child_facts import line_with
from workflows.facts import CaseFacts, GuardianFacts


class GuardianAppointment(RecordForm):
    """Practice 4.15."""

    authority: Short = Field(title=mark("Who appointed the guardian?"))
    guardian: Short = Field(
        title=mark("Who is the guardian?"),
        description=mark("A part or a number, such as guardian 7."),
    )
    guardian_name: Short | None = Field(
        default=None,
        title=mark("What is the guardian's name?"),
        description=mark("Compared with those alleged to have taken part; needed before the appointment counts."),
    )
    of_family: bool | None = Field(default=None, title=mark("Is the guardian a relative of the child?"))
    since: date = Field(title=mark("From when?"))
    until: date | None = Field(default=None, title=mark("Until when?"))
    conflict_checked: bool = Field(title=mark("Was it checked that the guardian has no tie to the suspects?"))
    _in_order = not_before("since", "until")


def fold(facts: CaseFacts, form: GuardianAppointment, entry: Entry) -> CaseFacts:
    """The newest appointment counts from its first day; until then whoever was appointed speaks for the child."""
    keeper = GuardianFacts(form.since, form.until, form.conflict_checked, bool(form.of_family))
    first, *later = line_with(facts.guardians, keeper, entry.on)
    return replace(facts, guardian=first, later_guardians=tuple(later))


KIND = Kind(
    "guardian_appointment", "Guardian appointment", FieldGroup.LEGAL, GuardianAppointment,
    {"authority": "juvenile court", "guardian": "guardian 7", "guardian_name": "Suda Chaiyo", "of_family": False,
     "since": "2017-03-01", "conflict_checked": True},
    fold_case=fold,
)  # fmt: skip
