"""The care plan: what the person wants to reach and who helps, agreed by the person."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated

from pydantic import Field

from app.casework.forms import Asked, Entry, ForChild, Kind, Long, RecordForm, Said, Services, Short
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import CaseFacts, PlanFacts


class CarePlan(RecordForm):
    """Practice 4.6; for a child the six parts of OHCHR-G8.7."""

    objectives: Annotated[Long | None, Asked(must=True)] = Field(
        default=None,
        title=mark("What does the person want to reach?"),
        description=mark("In their own words where you can. A few aims are enough."),
    )
    services: Services = Field(title=mark("Which help is planned?"))
    provider: Short | None = Field(
        default=None,
        title=mark("Who gives the help?"),
        description=mark("An organisation or a part, no private names."),
    )
    agreed_by_person: Said = Field(default=None, title=mark("Does the person agree with this plan?"))
    covers_child_services: Annotated[bool, ForChild()] = Field(
        default=False,
        title=mark("For a child: does it cover health, mind, law, school, housing and care?"),
    )
    planned_end: date | None = Field(default=None, title=mark("Until when is this planned?"))


def fold(facts: CaseFacts, form: CarePlan, entry: Entry) -> CaseFacts:
    """The newest plan counts."""
    plan = PlanFacts(entry.on, bool(form.agreed_by_person), frozenset(form.services), form.covers_child_services)
    return replace(facts, care_plan=plan)


KIND = Kind(
    "care_plan", "Care plan", FieldGroup.NARRATIVE, CarePlan,
    {"objectives": "Health, wages claim, sewing course.", "services": ["health", "legal", "employment"],
     "agreed_by_person": True},
    fold_case=fold,
)
