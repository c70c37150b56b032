"""A missing person is found, or is in touch: how they are, and what they want now."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Final, Self

from pydantic import Field, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError

from app.casework.forms import CodeCheck, Coded, Entry, Kind, OwnWords, RecordForm, Said
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import CaseFacts

ELSEWHERE: Final = "in_touch_elsewhere"


class FoundReport(RecordForm):
    """A check of how the person is. Having been away costs nothing: every help goes on where it stood."""

    found: Annotated[str, Coded("found_state")] = Field(title=mark("How was the person found?"))
    seen_alone: bool = Field(title=mark("Was the person spoken with alone, in a safe place?"))
    health_looked_at: bool = Field(title=mark("Has somebody looked at the person's health?"))
    in_danger: Said = Field(default=None, title=mark("Is there a danger to the person now?"))
    keep_bed: bool | None = Field(
        default=None,
        title=mark("Staying elsewhere: is the bed kept for them?"),
        description=mark("If not, it is free for somebody else now. They may ask for one again at any time."),
    )
    wishes: OwnWords = Field(
        default=None,
        title=mark("What does the person want now?"),
        description=mark("Nobody has to say where they were. Their place and all help stay open to them."),
    )


    @model_validator(mode="after")
    def _somebody_decides_on_the_bed(self, info: ValidationInfo) -> Self:
        told = isinstance(info.context, CodeCheck) and info.context.lenient
        if self.found == ELSEWHERE and self.keep_bed is None and not told:
            raise PydanticCustomError("bed_is_decided", "Say whether the bed is kept for them.")
        if self.found != ELSEWHERE and self.keep_bed is False and not told:
            raise PydanticCustomError("bed_stays", "Nobody who comes back loses their bed.")
        return self


def fold(facts: CaseFacts, form: FoundReport, entry: Entry) -> CaseFacts:
    """The person is with us again, or in touch; a danger is taken over, and nothing is taken away.

    Only who stays elsewhere by choice leaves their bed, where somebody decided so; then their place is to be settled.
    """
    found = replace(facts, missing=False, protection_risk=form.in_danger or facts.protection_risk, leave=None)
    if form.keep_bed is not False or facts.bed_used is None:
        return found
    return replace(found, bed_used=None, placement=None)


KIND = Kind(
    "found_report", "Report of a person found", FieldGroup.RISK, FoundReport,
    {"found": "came_back", "seen_alone": True, "health_looked_at": True, "in_danger": False}, fold_case=fold,
)
