"""A screening interview: indicators with the officer's reasons, and the conditions it was held in."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field

from app.casework.forms import Coded, Entry, Form, Kind, Long, Short
from policies.model import FieldGroup
from workflows.facts import CaseFacts, ScreeningFacts


class SeenIndicator(Form):
    """One indicator of a pack, how strongly it showed, and why the officer thinks so."""

    code: Short
    severity: Literal["weak", "medium", "strong"]
    reason: Long


class Screening(Form):
    """The preliminary screening form (practice 4.1)."""

    pack: Short
    indicators: Annotated[tuple[SeenIndicator, ...], Field(strict=False, max_length=80)]
    reasons: Long | None = None
    suspected_exploitation: Annotated[str, Coded("exploitation")] = "unknown"
    private_place: bool
    interpreter_vetted: bool
    language: Short
    informed: bool
    information_given: bool
    immediate_needs: Long | None = None


def fold(facts: CaseFacts, form: Screening, entry: Entry) -> CaseFacts:
    """Count what the officer saw; a count never decides (practice G02)."""
    seen = ScreeningFacts(
        on=entry.on,
        screener=entry.actor,
        indicators=len(form.indicators),
        strong=sum(1 for each in form.indicators if each.severity == "strong"),
        reasons=bool(form.reasons) or any(each.reason for each in form.indicators),
        private_place=form.private_place,
        interpreter_vetted=form.interpreter_vetted,
        informed=form.informed,
        information_given=form.information_given,
    )
    known = facts.exploitation if form.suspected_exploitation == "unknown" else form.suspected_exploitation
    return replace(facts, screening=seen, exploitation=known)


KIND = Kind(
    "screening", "Screening", FieldGroup.NARRATIVE, Screening,
    {
        "pack": "ilo-11",
        "indicators": [{"code": "ILO08", "severity": "strong", "reason": "No wages for seven months."}],
        "reasons": "Wages withheld and documents kept by the employer.",
        "suspected_exploitation": "ForcedLabour",
        "private_place": True, "interpreter_vetted": True, "language": "my",
        "informed": True, "information_given": True,
    },
    fold_case=fold,
)
