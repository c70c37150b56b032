"""The formal identification decision of a panel, with its findings and reasons."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from app.casework.forms import Coded, Entry, Form, Kind, Long, Short
from policies.model import FieldGroup
from workflows.facts import CaseFacts, DecisionFacts


class IdentificationDecision(Form):
    """Practice 4.2: authority, panel, findings of act, means and purpose, reasons, and the notice given."""

    outcome: Literal["identified", "not_identified"]
    authority: Short
    by_country: Annotated[str, Field(pattern="^[A-Z]{2}$")]
    decided_by: Annotated[str, Coded("decision_making_org")]
    panel: Annotated[tuple[Short, ...], Field(strict=False, max_length=20)]
    act: bool
    means: bool
    purpose: bool
    exploitation: Annotated[str, Coded("exploitation")]
    reasons: Long | None = None
    notified_on: date | None = None
    in_own_language: bool


def fold(facts: CaseFacts, form: IdentificationDecision, entry: Entry) -> CaseFacts:
    """Who decided is who records it; the outcome moves nothing by itself, the step does."""
    made = DecisionFacts(
        on=entry.on, outcome=form.outcome, authority=form.authority, by_country=form.by_country,
        decider=entry.actor, panel=len(form.panel), reasons=bool(form.reasons), act=form.act, means=form.means,
        purpose=form.purpose, notified_on=form.notified_on, in_own_language=form.in_own_language,
    )
    return replace(facts, decision=made, exploitation=form.exploitation)


KIND = Kind(
    "identification_decision", "Identification decision", FieldGroup.LEGAL, IdentificationDecision,
    {
        "outcome": "identified", "authority": "th-mdt", "by_country": "TH",
        "decided_by": "NonPoliceGovernmentalOrganization",
        "panel": ["social worker", "prosecutor", "physician"],
        "act": True, "means": True, "purpose": True, "exploitation": "ForcedLabour",
        "reasons": "Recruited by deception, documents kept, no wages.",
        "notified_on": "2017-03-02", "in_own_language": True,
    },
    fold_case=fold,
)
