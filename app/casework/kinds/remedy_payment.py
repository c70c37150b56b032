"""One payment on an award: when, how much, by which way, and how that is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated

from pydantic import Field

from app.casework.forms import Amount, Coded, Entry, Kind, Long, RecordForm, above_nothing
from app.kit.words import mark
from policies.model import FieldGroup
from workflows import claims
from workflows.facts import MatterFacts


class RemedyPayment(RecordForm):
    """Payments in part add up; the one that completes the award ends the claim."""

    paid_on: date = Field(title=mark("On which day was it paid?"))
    paid: Amount = Field(title=mark("How much was paid?"))
    channel: Annotated[str, Coded("remedy_channel")] = Field(title=mark("By which way was it paid?"))
    proof: Annotated[str, Coded("remedy_proof")] = Field(title=mark("Which proof have you seen?"))
    reached_person: bool = Field(
        title=mark("Has the money reached the person?"),
        description=mark("Money that is still on the way is recorded when it has come."),
    )
    note: Long | None = Field(default=None, title=mark("What else matters?"))

    _above = above_nothing("paid")


def fold(matter: MatterFacts, form: RemedyPayment, entry: Entry) -> MatterFacts:
    """Added to what was paid before; payments may be told in any order, but none before the award."""
    # The last day for an appeal is over, or still to come.
    if matter.due is not None and matter.due <= entry.on:
        matter = replace(matter, due=None)
    told = claims.dated(matter, form.paid_on, entry.on, moves=False)
    told = claims.flagged(told, **{claims.REACHED: form.reached_person})
    told = claims.coded(claims.valued(told, form.paid.currency), "channel", form.channel)
    return replace(told, paid=(told.paid or 0) + form.paid.units)


KIND = Kind(
    "remedy_payment", "Payment", FieldGroup.LEGAL, RemedyPayment,
    {"paid_on": "2017-03-01", "paid": {"units": 20000, "currency": "THB"}, "channel": "bank_transfer",
     "proof": "bank_statement", "reached_person": True},
    fold_matter=fold, permission="remedy:pursue",
)  # fmt: skip
