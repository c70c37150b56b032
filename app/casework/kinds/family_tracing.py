"""The tracing report: nationality, family, their willingness and safety."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from app.casework.forms import Coded, Entry, Form, Kind, Long, Short
from policies.model import FieldGroup
from workflows.facts import ReferralFacts, TracingFacts


class FamilyTracing(Form):
    """Practice 4.7 and 4.8, written by the country of origin."""

    nationality: Annotated[str, Coded("nationality_result")]
    authority: Short
    family_found: bool
    family_willing: bool
    family_safe: bool
    complicity_suspected: bool
    relation: Short | None = None
    local_services: Long | None = None
    opinion: Long | None = None


def fold_referral(facts: ReferralFacts, form: FamilyTracing, entry: Entry) -> ReferralFacts:
    """Both copies hold the same report."""
    report = TracingFacts(
        entry.on, form.nationality, form.family_found, form.family_willing, form.family_safe,
        form.complicity_suspected,
    )
    return replace(facts, tracing=report)


KIND = Kind(
    "family_tracing", "Family tracing and nationality", FieldGroup.RISK, FamilyTracing,
    {"nationality": "confirmed", "authority": "mm-dor", "family_found": True, "family_willing": True,
     "family_safe": True, "complicity_suspected": False, "relation": "grandmother"},
    home="referral", fold_referral=fold_referral, shared=True,
)
