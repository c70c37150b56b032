"""A reintegration visit: how the person is, and what is needed."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Final

from pydantic import Field

from app.casework.days import SetFor
from app.casework.forms import Coded, Entry, Kind, Long, RecordForm, Said
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import CaseFacts, ReferralFacts

# A code of the list risk_level.
SERIOUS: Final = "serious"


class MonitoringVisit(RecordForm):
    """Practice 4.13. ``contact_lost`` documents that the person could not be found any more."""

    number: Annotated[int, Field(ge=1, le=60)] = Field(
        title=mark("Which visit is it?"),
        description=mark("1 for the first."),
    )
    method: Annotated[str, Coded("visit_method")] = Field(title=mark("How did you meet?"))
    contact_lost: bool = Field(default=False, title=mark("Could the person not be found any more?"))
    safe: Said = Field(default=None, title=mark("Is the person safe?"))
    housing: Said = Field(default=None, title=mark("Is there a good place to live?"))
    health: Said = Field(default=None, title=mark("Is health care within reach?"))
    school_or_work: Said = Field(default=None, title=mark("Is there school or work?"))
    risk_level: Annotated[str, Coded("risk_level")] = Field(title=mark("How great is the danger now?"))
    next_visit: SetFor | None = Field(default=None, title=mark("When is the next visit?"))
    note: Long | None = Field(default=None, title=mark("What did the person want to say?"))


def fold(facts: CaseFacts, form: MonitoringVisit, entry: Entry) -> CaseFacts:
    """Visits are counted once each; whoever was met is not lost, and a danger that was found is one of the case."""
    danger = facts.protection_risk or form.safe is False or form.risk_level == SERIOUS
    return replace(
        facts, visits=_counted(facts.visits, form), contact_lost=form.contact_lost, protection_risk=danger
    )


def fold_referral(facts: ReferralFacts, form: MonitoringVisit, entry: Entry) -> ReferralFacts:
    """The sending country counts the reports it received."""
    return replace(facts, visits=_counted(facts.visits, form), contact_lost=form.contact_lost)


def _counted(before: int, form: MonitoringVisit) -> int:
    """How many visits there were: a number that was written twice is one visit, and one cannot stand for several."""
    return before + int(not form.contact_lost and form.number > before)


KIND = Kind(
    "monitoring_visit", "Monitoring visit", FieldGroup.NARRATIVE, MonitoringVisit,
    {"number": 1, "method": "home_visit", "safe": True, "housing": True, "health": True, "school_or_work": True,
     "risk_level": "low"},
    fold_case=fold, fold_referral=fold_referral, shared=True, withheld=frozenset({"note"}),
)
