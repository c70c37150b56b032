"""A claim that is being prepared: what for, how much about, until when, and whether the person wants it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from app.casework.forms import Amount, Asked, Coded, Entry, Kind, Long, RecordForm, Words
from app.kit.words import mark
from policies.model import FieldGroup
from workflows import claims
from workflows.facts import MatterFacts


class RemedyPreparation(RecordForm):
    """Practice 4.16; OHCHR-G9.2: the person is told and helped, and says yes or no."""

    remedy_kind: Annotated[str, Coded("remedy_kind")] = Field(title=mark("What is claimed?"))
    basis: Long = Field(
        title=mark("What does the claim rest on?"),
        description=mark("Work done, wages kept, harm suffered. No names."),
    )
    estimate: Amount | None = Field(default=None, title=mark("How much is it, about?"))
    file_before: date | None = Field(default=None, title=mark("Until when must it be filed?"))
    person_says: Annotated[
        Literal["wants", "undecided"] | None,
        Asked(must=True),
        Words({"wants": mark("Wants it"), "undecided": mark("Not decided yet")}),
    ] = Field(default=None, title=mark("What does the person say?"))


def fold(matter: MatterFacts, form: RemedyPreparation, entry: Entry) -> MatterFacts:
    """What it is about, what is hoped for, and until when."""
    told = claims.flagged(matter, **{claims.WANTED: form.person_says == "wants"})
    told = replace(told, about=form.remedy_kind, due=form.file_before)
    if form.estimate is None:
        return told
    return replace(claims.valued(told, form.estimate.currency), claimed=form.estimate.units)


KIND = Kind(
    "remedy_preparation", "Preparation of a claim", FieldGroup.LEGAL, RemedyPreparation,
    {"remedy_kind": "wages", "basis": "Nine months of work on a boat, paid for two.",
     "estimate": {"units": 90000, "currency": "THB"}, "person_says": "wants"},
    fold_matter=fold, permission="remedy:pursue",
)  # fmt: skip
