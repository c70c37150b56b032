"""What the ledger of the fund gives."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, Field

Units = Annotated[int, Field(examples=[3000], description="Whole units of the currency.")]
Currency = Annotated[str, Field(examples=["THB"])]
Entitlement = Annotated[str, Field(examples=["fund-living"], description="A code of the list entitlement.")]


class SumOut(BaseModel):
    """What all movements of one entitlement come to."""

    entitlement: Entitlement
    currency: Currency
    approved: Units
    paid: Units
    to_pay: Annotated[int, Field(examples=[0], description="Approved, and not paid.")]


class MovementOut(BaseModel):
    """One line. Less than nothing: an approval or a payment that was taken back. No name, and no amount on hand."""

    booked_at: datetime
    on_day: Annotated[date, Field(examples=["2026-03-20"])]
    kind: Annotated[str, Field(examples=["paid"], description="approved or paid")]
    entitlement: Entitlement
    units: Units
    currency: Currency
    reference: Annotated[
        str | None, Field(examples=["TH-2026-7F3K2Q8W"], description="The case, for those who have sight of it.")
    ]


class LedgerOut(BaseModel):
    """The fund of your country: sums over all movements (of one year, if asked for), and the newest lines."""

    country: Annotated[str, Field(examples=["TH"])]
    year: Annotated[int | None, Field(examples=[2026])]
    sums: list[SumOut]
    items: list[MovementOut]
    next: str | None
