"""Needs and risks: health, mind, shelter, law, papers, dependants, debts, threats."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated

from app.casework.forms import Coded, Entry, Form, Kind, Long
from policies.model import FieldGroup
from workflows.facts import CaseFacts, NeedsFacts


class NeedsAssessment(Form):
    """Practice 4.5. No test result is asked for (OHCHR-G6.2)."""

    level: Annotated[str, Coded("risk_level")]
    health: Long | None = None
    psychological: Long | None = None
    shelter: Long | None = None
    legal: Long | None = None
    documents: Long | None = None
    dependants: Long | None = None
    debts: Long | None = None
    threats: Long | None = None
    mitigations: Long | None = None
    reassess_on: date | None = None


def fold(facts: CaseFacts, form: NeedsAssessment, entry: Entry) -> CaseFacts:
    """How urgent it is, and when to look again."""
    return replace(facts, needs=NeedsFacts(entry.on, form.level, form.reassess_on))


KIND = Kind(
    "needs_assessment", "Needs and risk assessment", FieldGroup.RISK, NeedsAssessment,
    {"level": "medium", "health": "Back pain; sees the nurse weekly.", "reassess_on": "2017-06-01"}, fold_case=fold,
)
