"""A claim as it was filed: where, under which number, for how much, and who speaks for the person."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from app.casework.forms import Amount, Coded, Entry, Kind, Long, RecordForm, Said, Short, Words, above_nothing
from app.kit.words import mark
from policies.model import FieldGroup
from workflows import claims
from workflows.facts import MatterFacts

# Whether somebody may act for the person who is not there.
Power = Annotated[
    Literal["signed", "not_signed", "not_needed"],
    Words({
        "signed": mark("Yes, signed"), "not_signed": mark("No"), "not_needed": mark("Not needed: they act by law"),
    }),
]  # fmt: skip


class RemedyFiling(RecordForm):
    """Practice 4.16. The currency named here is the one the claim counts in."""

    forum: Annotated[str, Coded("remedy_forum")] = Field(title=mark("Where is it filed?"))
    filed_on: date = Field(title=mark("On which day was it filed?"))
    file_number: Short | None = Field(default=None, title=mark("Under which number?"))
    claimed: Amount | None = Field(
        default=None,
        title=mark("How much is claimed?"),
        description=mark("Leave it open where the court or the office works it out."),
    )
    representative: Annotated[str, Coded("remedy_representative")] = Field(
        title=mark("Who speaks for the person there?")
    )
    power_of_attorney: Power = Field(
        title=mark("Is there a power of attorney?"),
        description=mark("Without one nobody can go on with the claim once the person is abroad."),
    )
    person_agrees: Said = Field(default=None, title=mark("Does the person want this claim?"))
    note: Long | None = Field(default=None, title=mark("What else matters?"))

    _above = above_nothing("claimed")


def fold(matter: MatterFacts, form: RemedyFiling, entry: Entry) -> MatterFacts:
    """Filed: what is claimed, by whom, and since when."""
    told = claims.dated(replace(matter, due=None), form.filed_on, entry.on)
    told = claims.coded(told, "forum", form.forum)
    told = claims.represented(told, form.representative, form.power_of_attorney)
    told = claims.flagged(told, **{claims.WANTED: bool(form.person_agrees)})
    if form.claimed is None:
        return told
    return replace(claims.valued(told, form.claimed.currency), claimed=form.claimed.units)


KIND = Kind(
    "remedy_filing", "Claim as filed", FieldGroup.LEGAL, RemedyFiling,
    {"forum": "labour_inspectorate", "filed_on": "2017-03-01", "file_number": "LW 214/2017",
     "claimed": {"units": 90000, "currency": "THB"}, "representative": "legal_aid", "power_of_attorney": "signed",
     "person_agrees": True},
    fold_matter=fold, permission="remedy:pursue",
)  # fmt: skip
