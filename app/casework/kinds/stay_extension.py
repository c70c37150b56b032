"""Leave of a court or authority to keep up temporary protection for some more days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated

from pydantic import Field

from app.casework.forms import Coded, Entry, Kind, Long, RecordForm, Short
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import CaseFacts
from workflows.stay import ExtensionFacts


class StayExtension(RecordForm):
    """Who allowed it, under which number, and until which day."""

    authority: Annotated[str, Coded("stay_authority")] = Field(title=mark("Who has allowed it?"))
    order_number: Short = Field(title=mark("Under which number?"))
    allowed_until: date = Field(title=mark("Until which day?"))
    reasons: Long = Field(title=mark("Why is more time needed?"))
    person_told: bool = Field(title=mark("Was the person told, in a language they understand?"))


def fold(facts: CaseFacts, form: StayExtension, entry: Entry) -> CaseFacts:
    """The newest leave counts."""
    return replace(facts, extension=ExtensionFacts(entry.on, form.allowed_until, form.person_told))


KIND = Kind(
    "stay_extension", "Extension of temporary protection", FieldGroup.LEGAL, StayExtension,
    {"authority": "court", "order_number": "114/2569", "allowed_until": "2026-11-27",
     "reasons": "The interpreter comes tomorrow.", "person_told": True},
    fold_case=fold,
)
