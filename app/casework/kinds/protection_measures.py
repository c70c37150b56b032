"""What is done for the person's safety, with their agreement, and when it is looked at again."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from app.casework.days import SetFor
from app.casework.forms import Coded, Entry, Kind, Long, RecordForm, Said
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import MatterFacts
from workflows.guards.threats import MEASURES_AGREED


class ProtectionMeasures(RecordForm):
    """OHCHR-G5.8, G6.6: during investigation, trial and after."""

    measures: Annotated[
        tuple[Annotated[str, Coded("protection_measure")], ...], Field(strict=False, min_length=1, max_length=12)
    ] = Field(title=mark("What is done?"))
    person_agrees: Said = Field(
        default=None,
        title=mark("Does the person agree?"),
        description=mark("For a child, the guardian with the child."),
    )
    review_on: SetFor | None = Field(default=None, title=mark("On which day is it looked at again?"))
    words: Long | None = Field(default=None, title=mark("Who does what?"))


def fold(matter: MatterFacts, form: ProtectionMeasures, entry: Entry) -> MatterFacts:
    """Which measures run, and the day they are looked at."""
    kept = {flag for flag in matter.flags - {MEASURES_AGREED} if flag.partition(".")[0] != "measure"}
    kept |= {f"measure.{each}" for each in form.measures} | ({MEASURES_AGREED} if form.person_agrees else set())
    return replace(matter, due=form.review_on, flags=frozenset(kept))


KIND = Kind(
    "protection_measures", "Protection measures", FieldGroup.RISK, ProtectionMeasures,
    {"measures": ["hidden_place", "escort"], "person_agrees": True}, fold_matter=fold, permission="safety:protect",
)
