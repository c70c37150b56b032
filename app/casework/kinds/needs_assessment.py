"""Needs and risks: health, mind, shelter, law, papers, dependants, debts, threats."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated

from pydantic import Field

from app.casework.forms import Coded, Entry, Kind, Long, OwnWords, RecordForm
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import CaseFacts, NeedsFacts


class NeedsAssessment(RecordForm):
    """Practice 4.5. No test result is asked for (OHCHR-G6.2)."""

    level: Annotated[str, Coded("risk_level")] = Field(title=mark("How great is the danger?"))
    health: OwnWords = Field(
        default=None,
        title=mark("Health: what is needed?"),
        description=mark("No test result is asked for."),
    )
    psychological: OwnWords = Field(
        default=None,
        title=mark("How does the person feel, and what would help?"),
    )
    shelter: OwnWords = Field(default=None, title=mark("A place to be: what is needed?"))
    legal: OwnWords = Field(default=None, title=mark("Law: what is needed?"))
    documents: OwnWords = Field(default=None, title=mark("Papers: what is needed?"))
    dependants: OwnWords = Field(default=None, title=mark("Does anybody depend on the person?"))
    debts: OwnWords = Field(default=None, title=mark("Are there debts that press?"))
    threats: OwnWords = Field(default=None, title=mark("Is anybody threatening the person?"))
    mitigations: Long | None = Field(default=None, title=mark("What makes it safer?"))
    reassess_on: date | None = Field(default=None, title=mark("When should this be looked at again?"))


def fold(facts: CaseFacts, form: NeedsAssessment, entry: Entry) -> CaseFacts:
    """How urgent it is, and when to look again."""
    return replace(facts, needs=NeedsFacts(entry.on, form.level, form.reassess_on))


KIND = Kind(
    "needs_assessment", "Needs and risk assessment", FieldGroup.RISK, NeedsAssessment,
    {"level": "medium", "health": "Back pain; sees the nurse weekly.", "reassess_on": "2017-06-01"}, fold_case=fold,
)
