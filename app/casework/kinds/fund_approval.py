"""What the fund gives on a claim, and why."""

from __future__ import annotations

from dataclasses import replace

from pydantic import Field

from app.casework.forms import Amount, Entry, Kind, Long, RecordForm
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import MatterFacts


class FundApproval(RecordForm):
    """The decision for a claim: as much as was asked for, or less."""

    amount: Amount = Field(title=mark("How much is approved?"))
    reasons: Long = Field(title=mark("On what grounds?"), description=mark("A few words are enough."))


def fold(matter: MatterFacts, form: FundApproval, entry: Entry) -> MatterFacts:
    """What was asked for stays beside it."""
    return replace(matter, amount=form.amount.units, currency=form.amount.currency)


KIND = Kind(
    "fund_approval", "Approval of a claim", FieldGroup.LEGAL, FundApproval,
    {"amount": {"units": 3000, "currency": "THB"}, "reasons": "The need is shown by the plan."},
    fold_matter=fold, permission="fund:approve",
)  # fmt: skip
