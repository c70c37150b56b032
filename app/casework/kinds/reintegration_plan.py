"""The reintegration plan in the country of origin, agreed with the person."""

from __future__ import annotations

from dataclasses import replace

from pydantic import Field

from app.casework.forms import Entry, Kind, Long, RecordForm, Services
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import CaseFacts, PlanFacts


class ReintegrationPlan(RecordForm):
    """OHCHR-G6.8: health, housing, education, employment."""

    objectives: Long = Field(title=mark("What does the person want to reach?"))
    services: Services = Field(title=mark("Which help is planned?"))
    agreed_by_person: bool = Field(title=mark("Does the person agree with this plan?"))


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
