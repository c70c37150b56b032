"""The return and reintegration plan, agreed with the person."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated

from pydantic import Field

from app.casework.forms import Asked, Entry, From, Kind, Long, OwnWords, RecordForm, Said, Services, Short
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import CaseFacts, PlanFacts, ReferralFacts


class ReturnPlan(RecordForm):
    """Practice 4.9; OHCHR-G6.8 names what it has to cover."""

    destination: Annotated[Short | None, Asked(must=True)] = Field(
        default=None,
        title=mark("Where does the person want to go?"),
        description=mark("The town or district is enough."),
    )
    services: Services = Field(
        title=mark("Which help waits there?"),
        description=mark("Health, housing, education and work have to be covered."),
    )
    escort: Short | None = Field(
        default=None,
        title=mark("Who goes along?"),
        description=mark("A part, no name. A child never travels alone."),
    )
    border_point: Annotated[Short, From("border_point")] | None = Field(
        default=None,
        title=mark("At which border point?"),
    )
    proposed_on: date | None = Field(default=None, title=mark("On which day?"))
    agreed_by_person: Said = Field(default=None, title=mark("Does the person agree with this plan?"))
    emergency_contact: OwnWords = Field(
        default=None,
        title=mark("Whom can the person call if something goes wrong?"),
        description=mark("Stays in this country."),
    )
    note: Long | None = Field(
        default=None,
        title=mark("What else matters?"),
        description=mark("Stays in this country."),
    )


def plan_of(form: ReturnPlan, entry: Entry) -> PlanFacts:
    """What rules read of the plan."""
    return PlanFacts(entry.on, bool(form.agreed_by_person), frozenset(form.services), escort=bool(form.escort))


def fold(facts: CaseFacts, form: ReturnPlan, entry: Entry) -> CaseFacts:
    """The newest plan counts."""
    return replace(facts, return_plan=plan_of(form, entry))


def fold_referral(facts: ReferralFacts, form: ReturnPlan, entry: Entry) -> ReferralFacts:
    """Both copies know the plan that was proposed."""
    return replace(facts, plan=plan_of(form, entry))


KIND = Kind(
    "return_plan", "Return plan", FieldGroup.NARRATIVE, ReturnPlan,
    {"destination": "Hpa-An", "services": ["health", "housing", "education", "employment"],
     "border_point": "mae-sot-myawaddy", "agreed_by_person": True},
    fold_case=fold, fold_referral=fold_referral, shared=True, withheld=frozenset({"emergency_contact", "note"}),
)
