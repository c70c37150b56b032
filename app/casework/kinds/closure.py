"""Why a case ends, and what the person says to it."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from app.casework.forms import Coded, Entry, Kind, Long, RecordForm, Said
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import CaseFacts, ClosureFacts


class Closure(RecordForm):
    """Practice 4.14 and G20."""

    reason: Annotated[str, Coded("closure_reason")] = Field(title=mark("Why does the case end?"))
    person_told: bool = Field(title=mark("Has the person been told?"))
    person_agrees: Said = Field(default=None, title=mark("Does the person agree?"))
    unreachable: bool = Field(default=False, title=mark("Can the person no longer be reached?"))
    note: Long | None = Field(default=None, title=mark("Anything else to keep?"))


def fold(facts: CaseFacts, form: Closure, entry: Entry) -> CaseFacts:
    """The newest form counts."""
    return replace(
        facts,
        closure=ClosureFacts(entry.on, form.reason, form.person_told, bool(form.person_agrees), form.unreachable),
    )


KIND = Kind(
    "closure", "Closure", FieldGroup.FACTS, Closure,
    {"reason": "reintegrated", "person_told": True, "person_agrees": True}, fold_case=fold,
)
