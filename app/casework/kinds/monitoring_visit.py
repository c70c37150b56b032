"""A reintegration visit: how the person is, and what is needed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated

from pydantic import Field

from app.casework.forms import Coded, Entry, Form, Kind, Long
from policies.model import FieldGroup
from workflows.facts import CaseFacts, ReferralFacts


class MonitoringVisit(Form):
    """Practice 4.13. ``contact_lost`` documents that the person could not be found any more."""

    number: Annotated[int, Field(ge=1, le=60)]
    method: Annotated[str, Coded("visit_method")]
    contact_lost: bool = False
    safe: bool
    housing: bool
    health: bool
    school_or_work: bool
    risk_level: Annotated[str, Coded("risk_level")]
    next_visit: date | None = None
    note: Long | None = None


def fold(facts: CaseFacts, form: MonitoringVisit, entry: Entry) -> CaseFacts:
    """Visits are counted once each."""
    seen = max(facts.visits, form.number) if not form.contact_lost else facts.visits
    return replace(facts, visits=seen, contact_lost=facts.contact_lost or form.contact_lost)


def fold_referral(facts: ReferralFacts, form: MonitoringVisit, entry: Entry) -> ReferralFacts:
    """The sending country counts the reports it received."""
    seen = max(facts.visits, form.number) if not form.contact_lost else facts.visits
    return replace(facts, visits=seen, contact_lost=facts.contact_lost or form.contact_lost)


KIND = Kind(
    "monitoring_visit", "Monitoring visit", FieldGroup.NARRATIVE, MonitoringVisit,
    {"number": 1, "method": "home_visit", "safe": True, "housing": True, "health": True, "school_or_work": True,
     "risk_level": "low"},
    fold_case=fold, fold_referral=fold_referral, shared=True, withheld=frozenset({"note"}),
)
