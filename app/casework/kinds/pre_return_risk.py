"""The individual risk assessment before a return, covering the family."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated

from app.casework.forms import Coded, Entry, Form, Kind, Long
from policies.model import FieldGroup
from workflows.facts import CaseFacts, ReturnRiskFacts


class PreReturnRisk(Form):
    """Practice 4.10."""

    level: Annotated[str, Coded("risk_level")]
    covers_family: bool
    retrafficking: Long | None = None
    reprisals: Long | None = None
    own_assessment: Long | None = None
    sources: Long | None = None
    valid_until: date


def fold(facts: CaseFacts, form: PreReturnRisk, entry: Entry) -> CaseFacts:
    """The newest assessment counts."""
    return replace(
        facts, return_risk=ReturnRiskFacts(entry.on, form.level, form.covers_family, form.valid_until)
    )


KIND = Kind(
    "pre_return_risk", "Risk assessment before return", FieldGroup.RISK, PreReturnRisk,
    {"level": "low", "covers_family": True, "valid_until": "2017-06-30"}, fold_case=fold,
)
