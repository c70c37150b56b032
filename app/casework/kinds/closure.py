"""Why a case ends, and what the person says to it."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from app.casework.forms import Coded, Entry, Form, Kind, Long
from policies.model import FieldGroup
from workflows.facts import CaseFacts, ClosureFacts


class Closure(Form):
    """Practice 4.14 and G20."""

    reason: Annotated[str, Coded("closure_reason")]
    person_told: bool
    person_agrees: bool
    unreachable: bool = False
    note: Long | None = None


def fold(facts: CaseFacts, form: Closure, entry: Entry) -> CaseFacts:
    """The newest form counts."""
    return replace(
        facts,
        closure=ClosureFacts(entry.on, form.reason, form.person_told, form.person_agrees, form.unreachable),
    )


KIND = Kind(
    "closure", "Closure", FieldGroup.FACTS, Closure,
    {"reason": "reintegrated", "person_told": True, "person_agrees": True}, fold_case=fold,
)
