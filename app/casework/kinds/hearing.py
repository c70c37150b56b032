"""A day before the court or another authority."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from app.casework.days import SetFor
from app.casework.forms import Coded, Entry, Kind, Long, RecordForm
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import MatterFacts
from workflows.staying import TESTIMONY


class Hearing(RecordForm):
    """Practice 4.16: the day becomes a task for whoever goes along."""

    hearing_on: SetFor = Field(title=mark("On which day is it?"))
    person_speaks: bool = Field(title=mark("Is the person to say something there?"))
    way: Annotated[str, Coded("testimony_way")] | None = Field(
        default=None, title=mark("How would the person testify?")
    )
    support: Long | None = Field(
        default=None, title=mark("Who goes along, and how is the person protected on the way?")
    )


def fold(matter: MatterFacts, form: Hearing, entry: Entry) -> MatterFacts:
    """The day, and whether the person speaks there."""
    flags = matter.flags - {TESTIMONY} | ({TESTIMONY} if form.person_speaks else set())
    return replace(matter, due=form.hearing_on, flags=flags)


KIND = Kind(
    "hearing", "Hearing", FieldGroup.LEGAL, Hearing,
    {"hearing_on": "2026-12-10", "person_speaks": True, "way": "in_advance"},
    fold_matter=fold, permission="legal:follow",
)  # fmt: skip
