"""The care plan: what the person wants to reach and who helps, agreed by the person."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from app.casework.forms import Entry, Form, Kind, Long, Services, Short
from policies.model import FieldGroup
from workflows.facts import CaseFacts, PlanFacts


class CarePlan(Form):
    """Practice 4.6; for a child the six parts of OHCHR-G8.7."""

    objectives: Long
    services: Services
    provider: Short | None = None
    agreed_by_person: bool
    covers_child_services: bool = False
    planned_end: date | None = None


def fold(facts: CaseFacts, form: CarePlan, entry: Entry) -> CaseFacts:
    """The newest plan counts."""
    plan = PlanFacts(entry.on, form.agreed_by_person, frozenset(form.services), form.covers_child_services)
    return replace(facts, care_plan=plan)


KIND = Kind(
    "care_plan", "Care plan", FieldGroup.NARRATIVE, CarePlan,
    {"objectives": "Health, wages claim, sewing course.", "services": ["health", "legal", "employment"],
     "agreed_by_person": True},
    fold_case=fold,
)
