"""Why a claim was refused, and until when that can be appealed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from pydantic import Field

from app.casework.forms import Entry, Kind, Long, RecordForm, not_before
from app.kit.words import mark
from policies.model import FieldGroup
from workflows import claims
from workflows.facts import MatterFacts


class RemedyRefusal(RecordForm):
    """A refusal ends nothing by itself: the person decides about an appeal."""

    decided_on: date = Field(title=mark("On which day was it decided?"))
    reasons: Long = Field(title=mark("Which reasons were given?"))
    appeal_until: date | None = Field(default=None, title=mark("Until when can it be appealed?"))

    _in_order = not_before("decided_on", "appeal_until")


def fold(matter: MatterFacts, form: RemedyRefusal, entry: Entry) -> MatterFacts:
    """Nothing is due, and a last day may run."""
    return claims.dated(replace(matter, amount=None, due=form.appeal_until), form.decided_on, entry.on)


KIND = Kind(
    "remedy_refusal", "Refusal of a claim", FieldGroup.LEGAL, RemedyRefusal,
    {"decided_on": "2017-03-01", "reasons": "The employer could not be named.", "appeal_until": "2017-03-31"},
    fold_matter=fold, permission="remedy:pursue",
)  # fmt: skip
