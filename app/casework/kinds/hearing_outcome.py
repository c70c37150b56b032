"""What a hearing brought."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated

from pydantic import Field

from app.casework.forms import Coded, Entry, Kind, Long, RecordForm
from app.casework.kinds.hearing import days_of_speech, with_days
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import MatterFacts
from workflows.guards.legal import NO_HEARING
from workflows.staying import hearings_set


class HearingOutcome(RecordForm):
    """Whether it was held; a new day is recorded as a new hearing."""

    result: Annotated[str, Coded("hearing_result")] = Field(title=mark("What came of it?"))
    hearing_on: date | None = Field(
        default=None,
        title=mark("Which day was it set for?"),
        description=mark("Leave empty for the first one that is set."),
    )
    words: Long | None = Field(default=None, title=mark("What else matters?"))


def fold(matter: MatterFacts, form: HearingOutcome, entry: Entry) -> MatterFacts:
    """The day is over; where none was set there is nothing to say about it."""
    days = hearings_set(matter)
    day = form.hearing_on or min(days, default=None)
    gone = frozenset(days & {day})
    said = f"hearing.{form.result}" if gone else NO_HEARING
    changed = with_days(matter, days - gone, days_of_speech(matter) - gone)
    kept = {flag for flag in changed.flags if flag.partition(".")[0] != "hearing"}
    return replace(changed, added=None, dropped=day if gone else None, flags=frozenset({*kept, said}))


KIND = Kind(
    "hearing_outcome", "Result of a hearing", FieldGroup.LEGAL, HearingOutcome, {"result": "held"},
    fold_matter=fold, permission="legal:follow",
)
