"""How a proceeding ended, and whether the person knows."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from app.casework.forms import Coded, DoneOn, Entry, Kind, Long, RecordForm
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import MatterFacts


class ProceedingEnd(RecordForm):
    """Practice 4.16; OHCHR-G5.8: protection does not end with a verdict."""

    ended_on: DoneOn = Field(title=mark("On which day did it end?"))
    outcome: Annotated[str, Coded("proceeding_outcome")] = Field(title=mark("How did it end?"))
    person_told: bool = Field(title=mark("Has the person been told, in a language they understand?"))
    words: Long | None = Field(default=None, title=mark("What else matters?"))


def fold(matter: MatterFacts, form: ProceedingEnd, entry: Entry) -> MatterFacts:
    """The outcome as a code; no day is waited for any more."""
    return replace(matter, due=None, flags=matter.flags | {f"outcome.{form.outcome}"})


KIND = Kind(
    "proceeding_end", "End of a proceeding", FieldGroup.LEGAL, ProceedingEnd,
    {"ended_on": "2026-11-22", "outcome": "conviction", "person_told": True},
    fold_matter=fold, permission="legal:follow",
)  # fmt: skip
