"""What the door to a person's entitlements gives."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from app.casework.shapes import Id

Day = Annotated[date, Field(examples=["2026-03-02"])]
Units = Annotated[int, Field(examples=[3000], description="Whole units of the currency.")]


class SourceOut(BaseModel):
    """A text that the entitlement rests on."""

    id: Annotated[str, Field(examples=["TH-FUND"])]
    title: str


class ClaimOut(BaseModel):
    """A claim to the fund for the entitlement, whatever became of it."""

    id: Id
    state: Annotated[str, Field(examples=["approved"], description="A code of fund_claim_state.")]
    concerns: Day
    asked: Units
    approved: Units
    paid: Units
    currency: Annotated[str, Field(examples=["THB"])]


class UsedOut(BaseModel):
    """How much of it is claimed: what waits, what is approved and paid, and what the policy leaves for the day."""

    waiting: Units
    approved: Units
    paid: Units
    left: Annotated[int | None, Field(description="Null where the fund decides case by case.", examples=[3000])]
    times_left: Annotated[int | None, Field(description="Claims left in the calendar year.", examples=[2])]
    days_left: Annotated[int | None, Field(description="Days left, where it is given by the day.", examples=[365])]
    claims: list[ClaimOut]


class EntitlementOut(BaseModel):
    """One thing the law gives to this person on the day, by the policy of that day."""

    code: Annotated[str, Field(examples=["fund-living"], description="A code of the list entitlement.")]
    label: Annotated[str, Field(examples=["Fund, cost of living"])]
    service: Annotated[str, Field(examples=["money"], description="A code of service_kind.")]
    person: Annotated[str, Field(examples=["identified"], description="As whom: a code of entitled_person.")]
    since: Annotated[date, Field(examples=["2026-03-02"], description="From when on it applies to the person.")]
    in_force_from: Day
    in_force_until: Annotated[date | None, Field(examples=[None])]
    amount: Annotated[int | None, Field(examples=[3000], description="Null: decided case by case.")]
    currency: Annotated[str | None, Field(examples=["THB"])]
    per: Annotated[str, Field(examples=["time"], description="time, day or case")]
    is_limit: Annotated[bool, Field(description="Whether the amount is the most there is.")]
    times_a_year: Annotated[int | None, Field(examples=[3])]
    longest_days: Annotated[int | None, Field(examples=[None])]
    basis: Annotated[str, Field(examples=["sourced"], description="sourced, practice or default")]
    note: str
    sources: list[SourceOut]
    declined_by_person: Annotated[
        bool, Field(description="The person has declined protection, and this is not among what they keep. They may "
                    "change their mind at any time.")
    ]  # fmt: skip
    fund: Annotated[bool, Field(description="The fund of the country pays it: it is claimed here.")]
    can_be_claimed: Annotated[bool, Field(description="Whether you may claim it for the person now.")]
    used: Annotated[UsedOut | None, Field(description="Null where it is not claimed here, or hidden from your roles.")]


class EntitlementsOut(BaseModel):
    """What the person of a case is entitled to on a day. Whether they help the police changes nothing of it."""

    on: Day
    country: Annotated[str, Field(examples=["TH"])]
    persons: Annotated[list[str], Field(examples=[["identified"]], description="Codes of entitled_person.")]
    items: list[EntitlementOut]
