"""The individual risk assessment before a return, covering the family."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated

from pydantic import Field

from app.casework.forms import Coded, Entry, Kind, Long, OwnWords, RecordForm
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import CaseFacts, ReturnRiskFacts


class PreReturnRisk(RecordForm):
    """Practice 4.10."""

    level: Annotated[str, Coded("risk_level")] = Field(title=mark("How great is the danger on return?"))
    covers_family: bool = Field(title=mark("Does this cover the family, too?"))
    retrafficking: OwnWords = Field(default=None, title=mark("Might it happen again? Why?"))
    reprisals: OwnWords = Field(default=None, title=mark("Might somebody take revenge?"))
    own_assessment: OwnWords = Field(
        default=None,
        title=mark("What does the person think?"),
        description=mark("In their own words where you can."),
    )
    sources: Long | None = Field(default=None, title=mark("Where does this come from?"))
    valid_until: date = Field(title=mark("Until when does this hold?"))


def fold(facts: CaseFacts, form: PreReturnRisk, entry: Entry) -> CaseFacts:
    """The newest assessment counts."""
    return replace(
        facts, return_risk=ReturnRiskFacts(entry.on, form.level, form.covers_family, form.valid_until)
    )


KIND = Kind(
    "pre_return_risk", "Risk assessment before return", FieldGroup.RISK, PreReturnRisk,
    {"level": "low", "covers_family": True, "valid_until": "2017-06-30"}, fold_case=fold,
)
