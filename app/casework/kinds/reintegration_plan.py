"""The reintegration plan in the country of origin, agreed with the person."""

from __future__ import annotations

from dataclasses import replace

from app.casework.forms import Entry, Form, Kind, Long, Services
from policies.model import FieldGroup
from workflows.facts import CaseFacts, PlanFacts


class ReintegrationPlan(Form):
    """OHCHR-G6.8: health, housing, education, employment."""

    objectives: Long
    services: Services
    agreed_by_person: bool


def fold(facts: CaseFacts, form: ReintegrationPlan, entry: Entry) -> CaseFacts:
    """The newest plan counts."""
    return replace(
        facts, reintegration_plan=PlanFacts(entry.on, form.agreed_by_person, frozenset(form.services))
    )


KIND = Kind(
    "reintegration_plan", "Reintegration plan", FieldGroup.NARRATIVE, ReintegrationPlan,
    {"objectives": "Home with the grandmother, tailoring grant, clinic.",
     "services": ["health", "housing", "education", "employment"], "agreed_by_person": True},
    fold_case=fold,
)
