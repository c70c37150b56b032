"""A reasoned exception from one guard, granted by somebody else, for a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated

from pydantic import Field

from app.casework.forms import Entry, From, Kind, Long, RecordForm, Short
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import CaseFacts, OverrideFacts


class Override(RecordForm):
    """Possible only where every source of the guard is a guideline that allows it; hard principles never bend."""

    guard: Annotated[Short, From("guard")] = Field(title=mark("Which condition is set aside?"))
    reason: Long = Field(title=mark("Why can it not wait?"), description=mark("This stays in the timeline."))
    until: date = Field(title=mark("Until when?"))


def fold(facts: CaseFacts, form: Override, entry: Entry) -> CaseFacts:
    """Remember who allowed what until when; the engine checks that it is somebody else."""
    return replace(facts, overrides=(*facts.overrides, OverrideFacts(form.guard, entry.actor, form.until)))


KIND = Kind(
    "override", "Reasoned override", FieldGroup.FACTS, Override,
    {"guard": "support_agency_is_named", "reason": "The agency arrives tomorrow; the panel sits today.",
     "until": "2017-03-04"},
    fold_case=fold, permission="override:grant",
)
