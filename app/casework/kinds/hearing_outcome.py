"""What a hearing brought."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from app.casework.forms import Coded, Entry, Kind, Long, RecordForm
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import MatterFacts
from workflows.guards.legal import NO_HEARING
from workflows.staying import TESTIMONY


class HearingOutcome(RecordForm):
    """Whether it was held; a new day is recorded as a new hearing."""

    result: Annotated[str, Coded("hearing_result")] = Field(title=mark("What came of it?"))
    words: Long | None = Field(default=None, title=mark("What else matters?"))


def fold(matter: MatterFacts, form: HearingOutcome, entry: Entry) -> MatterFacts:
    """The day is over; where none was set there is nothing to say about it."""
    said = NO_HEARING if matter.due is None else f"hearing.{form.result}"
    kept = {flag for flag in matter.flags - {TESTIMONY} if flag.partition(".")[0] != "hearing"}
    return replace(matter, due=None, flags=frozenset({*kept, said}))


KIND = Kind(
    "hearing_outcome", "Result of a hearing", FieldGroup.LEGAL, HearingOutcome, {"result": "held"},
    fold_matter=fold, permission="legal:follow",
)
