"""A reasoned exception from one guard, granted by somebody else, for a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from app.casework.forms import Entry, Form, Kind, Long, Short
from policies.model import FieldGroup
from workflows.facts import CaseFacts, OverrideFacts


class Override(Form):
    """Possible only where every source of the guard is a guideline that allows it; hard principles never bend."""

    guard: Short
    reason: Long
    until: date


def fold(facts: CaseFacts, form: Override, entry: Entry) -> CaseFacts:
    """Remember who allowed what until when; the engine checks that it is somebody else."""
    return replace(facts, overrides=(*facts.overrides, OverrideFacts(form.guard, entry.actor, form.until)))


KIND = Kind(
    "override", "Reasoned override", FieldGroup.FACTS, Override,
    {"guard": "support_agency_is_named", "reason": "The agency arrives tomorrow; the panel sits today.",
     "until": "2017-03-04"},
    fold_case=fold, permission="override:grant",
)
