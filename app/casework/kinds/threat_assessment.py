"""How great the danger of a threat is, with reasons and the person's own view."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from app.casework.forms import Coded, Entry, Kind, Long, OwnWords, RecordForm
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import CaseFacts, MatterFacts

DANGEROUS = frozenset({"high", "serious"})


class ThreatAssessment(RecordForm):
    """OHCHR-G6.6; the person knows those who threaten better than anybody else (WHO-10)."""

    level: Annotated[str, Coded("risk_level")] = Field(title=mark("How great is the danger?"))
    reasons: Long = Field(title=mark("What are the reasons?"))
    own_view: OwnWords = Field(default=None, title=mark("How does the person see it?"))


def fold(matter: MatterFacts, form: ThreatAssessment, entry: Entry) -> MatterFacts:
    """The level as a code."""
    kept = {flag for flag in matter.flags if flag.partition(".")[0] != "level"}
    return replace(matter, flags=frozenset({*kept, f"level.{form.level}"}))


def fold_case(facts: CaseFacts, form: ThreatAssessment, entry: Entry) -> CaseFacts:
    """A great danger is a danger to the person; only the circumstances say that it is over."""
    return replace(facts, protection_risk=True) if form.level in DANGEROUS else facts


KIND = Kind(
    "threat_assessment", "Assessment of a threat", FieldGroup.RISK, ThreatAssessment,
    {"level": "medium", "reasons": "The sender knows the village, not the shelter."},
    fold_case=fold_case, fold_matter=fold, permission="safety:protect",
)  # fmt: skip
