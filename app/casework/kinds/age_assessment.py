"""An age assessment: the only record that turns a child, or somebody who may be one, into an adult."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field

from app.casework.forms import Coded, Entry, Kind, Long, OfWorker, RecordForm, Said, Words
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import AgeFacts, CaseFacts

ADULT = "adult"
_BANDS = frozenset({"0-14", "15-17"})


class AgeAssessment(RecordForm):
    """CRC general comment 6: the mildest way, agreed to, by several professions, with the benefit of the doubt."""

    finding: Annotated[str, Coded("age_finding")] = Field(
        title=mark("What was found?"), description=mark("Where a doubt is left, say in doubt.")
    )
    age_band: Annotated[
        Literal["0-14", "15-17"] | None, Words({"0-14": mark("Under 15"), "15-17": mark("15 to 17")}), OfWorker()
    ] = Field(default=None, title=mark("If under 18: which age group?"))
    methods: Annotated[
        tuple[Annotated[str, Coded("age_method")], ...], Field(strict=False, min_length=1, max_length=10)
    ] = Field(title=mark("What does the finding rest on?"))
    why_physical: Long | None = Field(
        default=None, title=mark("If the body was examined: why was nothing milder enough?")
    )
    consent: Said = Field(
        default=None,
        title=mark("Did the person agree, knowing what happens and that a no has no bad consequences?"),
        description=mark("For a child the guardian agrees too. Who does not agree stays a child."),
    )
    professions: Annotated[
        tuple[Annotated[str, Coded("panel_profession")], ...], Field(strict=False, min_length=1, max_length=10)
    ] = Field(title=mark("Which professions assessed?"), description=mark("At least two to find somebody adult."))
    doubt_left: bool = Field(title=mark("Is a doubt left?"))
    reasons: Long = Field(title=mark("How was the finding reached?"))


def fold(facts: CaseFacts, form: AgeAssessment, entry: Entry) -> CaseFacts:
    """A doubt counts as a child; the age group follows the finding."""
    adult = form.finding == ADULT
    known = form.age_band or facts.age_band
    band = "18+" if adult else known if known in _BANDS else "unknown"
    return replace(facts, child=not adult, age_band=band, age=AgeFacts(entry.on, form.finding))


KIND = Kind(
    "age_assessment", "Age assessment", FieldGroup.LEGAL, AgeAssessment,
    {"finding": "adult", "methods": ["document", "account"], "consent": True,
     "professions": ["social_worker", "psychologist"], "doubt_left": False,
     "reasons": "The school register and her own account agree."},
    fold_case=fold,
)  # fmt: skip
