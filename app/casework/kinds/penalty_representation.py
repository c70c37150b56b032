"""What was said to the authority for the person, and by when an answer is expected."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated

from pydantic import Field

from app.casework.forms import Coded, DoneOn, Entry, Kind, Long, RecordForm, not_before
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import MatterFacts


class PenaltyRepresentation(RecordForm):
    """OHCHR-G5.5: asks that the person is not punished; it is made for them, and with what they agree to say."""

    made_on: DoneOn = Field(title=mark("On which day was the authority asked?"))
    authority: Annotated[str, Coded("penalty_authority")] = Field(title=mark("Which authority was asked?"))
    asked_for: Long = Field(title=mark("What was asked for, and on which grounds?"))
    answer_by: date | None = Field(default=None, title=mark("By which day should it answer?"))

    _in_order = not_before("made_on", "answer_by")


def fold(matter: MatterFacts, form: PenaltyRepresentation, entry: Entry) -> MatterFacts:
    """The day of the answer."""
    return replace(matter, due=form.answer_by)


KIND = Kind(
    "penalty_representation", "Representation to an authority", FieldGroup.LEGAL, PenaltyRepresentation,
    {"made_on": "2026-11-22", "authority": "prosecutor", "asked_for": "To drop the charge: forced criminality."},
    fold_matter=fold, permission="legal:follow",
)  # fmt: skip
