"""What the receiving country has ready: office, partner organisation, services, family or care."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from app.casework.forms import Entry, From, Kind, Listed, Long, RecordForm, Services, Short, code_only
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import ReceptionFacts, ReferralFacts


class ReceptionPlan(RecordForm):
    """OHCHR-G6.8 and G11.12: accepting means that somebody waits."""

    office: Annotated[str, Listed("office"), From("office")] = Field(title=mark("Which office receives the person?"))
    partner_organisation: Short | None = Field(default=None, title=mark("Which organisation helps there?"))
    services: Services = Field(title=mark("Which help waits?"))
    family_or_care_arranged: bool = Field(
        title=mark("Does the family, or somebody else, wait for the person?"),
    )
    transit_stop: Short | None = Field(default=None, title=mark("Where is a stop on the way?"))
    note: Long | None = Field(default=None, title=mark("What else matters?"))


def fold_referral(facts: ReferralFacts, form: ReceptionPlan, entry: Entry) -> ReferralFacts:
    """Both copies know who waits."""
    offered = ReceptionFacts(
        code_only(form.office), bool(form.partner_organisation), frozenset(form.services), form.family_or_care_arranged
    )
    return replace(facts, reception=offered)


KIND = Kind(
    "reception_plan", "Reception plan", FieldGroup.FACTS, ReceptionPlan,
    {"office": "mm-dor", "partner_organisation": "local partner", "family_or_care_arranged": True,
     "services": ["health", "housing", "education", "employment"]},
    home="referral", fold_referral=fold_referral, shared=True, withheld=frozenset({"note"}),
)
