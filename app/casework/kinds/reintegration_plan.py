"""The reintegration plan in the country of origin, agreed with the person."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from app.casework.forms import Asked, Entry, Kind, Long, RecordForm, Said, Services
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import CaseFacts, PlanFacts


class ReintegrationPlan(RecordForm):
    """OHCHR-G6.8: health, housing, education, employment."""

    objectives: Annotated[Long | None, Asked(must=True)] = Field(
        default=None, title=mark("What does the person want to reach?")
    )
    services: Services = Field(title=mark("Which help is planned?"))
    agreed_by_person: Said = Field(default=None, title=mark("Does the person agree with this plan?"))


def fold(facts: CaseFacts, form: ReintegrationPlan, entry: Entry) -> CaseFacts:
    """The newest plan counts."""
    return replace(
        facts, reintegration_plan=PlanFacts(entry.on, bool(form.agreed_by_person), frozenset(form.services))
    )


KIND = Kind(
    "reintegration_plan", "Reintegration plan", FieldGroup.NARRATIVE, ReintegrationPlan,
    {"objectives": "Home with the grandmother, tailoring grant, clinic.",
     "services": ["health", "housing", "education", "employment"], "agreed_by_person": True},
    fold_case=fold,
)
