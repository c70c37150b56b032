"""The tracing report: nationality, family, their willingness and safety."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from app.casework.forms import Coded, Entry, Kind, Long, RecordForm, Short
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import ReferralFacts, TracingFacts


class FamilyTracing(RecordForm):
    """Practice 4.7 and 4.8, written by the country of origin."""

    nationality: Annotated[str, Coded("nationality_result")] = Field(
        title=mark("Is the nationality confirmed?"),
    )
    authority: Short = Field(title=mark("Which authority says so?"))
    family_found: bool = Field(title=mark("Was the family found?"))
    family_willing: bool = Field(title=mark("Is the family willing to receive the person?"))
    family_safe: bool = Field(title=mark("Is the family safe for the person?"))
    complicity_suspected: bool = Field(title=mark("Is somebody of the family thought to be involved?"))
    relation: Short | None = Field(
        default=None,
        title=mark("Who was found?"),
        description=mark("The relation only, such as grandmother. No name."),
    )
    local_services: Long | None = Field(default=None, title=mark("Which help is there near the family?"))
    opinion: Long | None = Field(default=None, title=mark("What do you advise?"))


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
