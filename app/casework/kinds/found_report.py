"""A missing person is found, or is in touch: how they are, and what they want now."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from app.casework.forms import Coded, Entry, Kind, OwnWords, RecordForm, Said
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import CaseFacts


class FoundReport(RecordForm):
    """A check of how the person is. Having been away costs nothing: every help goes on where it stood."""

    found: Annotated[str, Coded("found_state")] = Field(title=mark("How was the person found?"))
    seen_alone: bool = Field(title=mark("Was the person spoken with alone, in a safe place?"))
    health_looked_at: bool = Field(title=mark("Has somebody looked at the person's health?"))
    in_danger: Said = Field(default=None, title=mark("Is there a danger to the person now?"))
    wishes: OwnWords = Field(
        default=None,
        title=mark("What does the person want now?"),
        description=mark("Nobody has to say where they were. Their place and all help stay open to them."),
    )


def fold(facts: CaseFacts, form: FoundReport, entry: Entry) -> CaseFacts:
    """The person is with us again; a danger is taken over, and nothing is taken away."""
    return replace(facts, missing=False, protection_risk=form.in_danger or facts.protection_risk, leave=None)


KIND = Kind(
    "found_report", "Report of a person found", FieldGroup.RISK, FoundReport,
    {"found": "came_back", "seen_alone": True, "health_looked_at": True, "in_danger": False}, fold_case=fold,
)
