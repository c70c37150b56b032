"""What was paid on an approved claim, when, and by which reference it is found in the books of the fund."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from pydantic import Field

from app.casework.forms import Amount, Entry, Kind, RecordForm, Short
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import MatterFacts


class FundPayment(RecordForm):
    """One payment on a claim."""

    amount: Amount = Field(title=mark("How much was paid?"))
    paid_on: date = Field(title=mark("On which day?"))
    payment_number: Short = Field(
        title=mark("What is the reference of the payment?"), description=mark("As in the books of the fund. No names.")
    )


def fold(matter: MatterFacts, form: FundPayment, entry: Entry) -> MatterFacts:
    """What was approved stays beside it."""
    return replace(matter, paid=form.amount.units, currency=form.amount.currency, paid_on=form.paid_on)


def _as_it_is_called(body: dict[str, Any]) -> dict[str, Any]:
    """The first forms of the first version called the number a reference, like those of the house itself."""
    return {"payment_number" if name == "reference" else name: value for name, value in body.items()}


KIND = Kind(
    "fund_payment", "Payment of a claim", FieldGroup.LEGAL, FundPayment,
    {"amount": {"units": 3000, "currency": "THB"}, "paid_on": "2026-03-20", "payment_number": "V-2026-0117"},
    version=2, upgrades={1: _as_it_is_called}, fold_matter=fold, permission="fund:pay",
)  # fmt: skip
