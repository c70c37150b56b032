"""What was awarded in a claim."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from pydantic import Field

from app.casework.forms import Amount, Entry, Kind, Long, RecordForm, above_nothing, not_before
from app.kit.words import mark
from policies.model import FieldGroup
from workflows import claims
from workflows.facts import MatterFacts


class RemedyAward(RecordForm):
    """A decision or an agreement; after an appeal the newest award counts."""

    decided_on: date = Field(title=mark("On which day was it decided?"))
    awarded: Amount = Field(title=mark("How much was awarded?"))
    appeal_until: date | None = Field(default=None, title=mark("Until when can it be appealed?"))
    note: Long | None = Field(default=None, title=mark("What else matters?"))

    _in_order = not_before("decided_on", "appeal_until")
    _above = above_nothing("awarded")


def fold(matter: MatterFacts, form: RemedyAward, entry: Entry) -> MatterFacts:
    """From now on payments count against this amount."""
    told = claims.dated(replace(matter, due=form.appeal_until), form.decided_on, entry.on)
    return replace(claims.valued(told, form.awarded.currency), amount=form.awarded.units)


KIND = Kind(
    "remedy_award", "Award", FieldGroup.LEGAL, RemedyAward,
    {"decided_on": "2017-03-01", "awarded": {"units": 60000, "currency": "THB"}, "appeal_until": "2017-03-31"},
    fold_matter=fold, permission="remedy:pursue",
)  # fmt: skip
