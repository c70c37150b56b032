"""The return and reintegration plan, agreed with the person."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from app.casework.forms import Entry, Form, Kind, Long, Services, Short
from policies.model import FieldGroup
from workflows.facts import CaseFacts, PlanFacts, ReferralFacts


class ReturnPlan(Form):
    """Practice 4.9; OHCHR-G6.8 names what it has to cover."""

    destination: Short
    services: Services
    escort: Short | None = None
    border_point: Short | None = None
    proposed_on: date | None = None
    agreed_by_person: bool
    emergency_contact: Long | None = None
    note: Long | None = None


def plan_of(form: ReturnPlan, entry: Entry) -> PlanFacts:
    """What rules read of the plan."""
    return PlanFacts(entry.on, form.agreed_by_person, frozenset(form.services), escort=bool(form.escort))


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
