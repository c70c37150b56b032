"""What is asked of the fund for a person, with the person's own yes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated

from pydantic import Field

from app.casework.forms import Amount, Coded, Entry, From, Kind, Long, RecordForm, Said
from app.kit.words import mark
from policies.model import FieldGroup
from workflows.facts import MatterFacts
from workflows.guards.fund import DECIDES, SHOWN_BY, asked_by
from workflows.guards.services import AGREED


class FundClaim(RecordForm):
    """Practice 5; the amounts that count are those of the day which the claim concerns."""

    entitlement: Annotated[str, Coded("entitlement"), From("fund_entitlement")] = Field(
        title=mark("What is claimed?")
    )
    amount: Amount = Field(title=mark("How much?"))
    concerns: date = Field(
        title=mark("Which day does it concern?"),
        description=mark("The day of the cost, or the first of several days. The amounts of that day count."),
    )
    days: Annotated[int, Field(ge=1, le=3660)] | None = Field(
        default=None,
        title=mark("For how many days?"),
        description=mark("Only for what is given by the day."),
    )
    what_for: Long = Field(
        title=mark("What is the money for?"),
        description=mark("Only what the fund needs to know. No names."),
    )
    shown_by: Annotated[tuple[Annotated[str, Coded("fund_proof")], ...], Field(strict=False, max_length=9)] = Field(
        default=(),
        title=mark("Which papers show it?"),
    )
    person_agrees: Said = Field(default=None, title=mark("Does the person agree to the claim?"))


def fold(matter: MatterFacts, form: FundClaim, entry: Entry) -> MatterFacts:
    """The newest claim counts; everybody who submitted it stays known."""
    # Who decides is found out anew, and the papers are those of this form.
    kept = frozenset(each for each in matter.flags if each.partition(".")[0] not in {DECIDES, SHOWN_BY})
    flags = kept - {AGREED} | {asked_by(entry.actor)} | {f"{SHOWN_BY}.{code}" for code in form.shown_by}
    return replace(
        matter,
        about=form.entitlement,
        amount=form.amount.units,
        claimed=form.amount.units,
        currency=form.amount.currency,
        concerns=form.concerns,
        days=form.days,
        flags=flags | ({AGREED} if form.person_agrees else set()),
    )


KIND = Kind(
    "fund_claim", "Claim to the fund", FieldGroup.LEGAL, FundClaim,
    {"entitlement": "fund-living", "amount": {"units": 3000, "currency": "THB"}, "concerns": "2026-03-01",
     "what_for": "Food and clothes for the first month outside.", "person_agrees": True},
    fold_matter=fold, permission="fund:claim",
)  # fmt: skip
