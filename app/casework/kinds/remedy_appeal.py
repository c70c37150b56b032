"""An appeal in a claim, by the person or by the other side."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from app.casework.forms import Entry, Kind, Long, RecordForm, Short, Words
from app.kit.words import mark
from policies.model import FieldGroup
from workflows import claims
from workflows.facts import MatterFacts


class RemedyAppeal(RecordForm):
    """What was awarded before stays visible until the appeal is decided; payments wait for that."""

    appealed_on: date = Field(title=mark("On which day was the appeal filed?"))
    appealed_by: Annotated[
        Literal["person", "other_side"], Words({"person": mark("The person"), "other_side": mark("The other side")})
    ] = Field(title=mark("Who appeals?"))
    file_number: Short | None = Field(default=None, title=mark("Under which number?"))
    note: Long | None = Field(default=None, title=mark("What else matters?"))


def fold(matter: MatterFacts, form: RemedyAppeal, entry: Entry) -> MatterFacts:
    """The next decision follows this day."""
    return claims.dated(replace(matter, due=None), form.appealed_on, entry.on)


KIND = Kind(
    "remedy_appeal", "Appeal", FieldGroup.LEGAL, RemedyAppeal,
    {"appealed_on": "2017-03-01", "appealed_by": "person"}, fold_matter=fold, permission="remedy:pursue",
)
