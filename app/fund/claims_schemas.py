"""What claims to the fund take and give at the fund's own office: codes, days and amounts, and no name."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.casework.shapes import Id, Moment, OfficeCode

Code = Annotated[str, Field(min_length=1, max_length=40)]
Units = Annotated[int, Field(examples=[3000], description="Whole units of the currency.")]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class EarlierOut(BaseModel):
    """Another claim of the same person for the same, which takes a share of what there is."""

    state: Annotated[str, Field(examples=["paid"], description="A code of fund_claim_state.")]
    concerns: Annotated[date, Field(examples=["2026-02-01"])]
    days: Annotated[int | None, Field(examples=[None])]
    claimed: Units
    approved: Units
    paid: Units
    currency: Annotated[str, Field(examples=["THB"])]


class LimitSourceOut(BaseModel):
    """A source of a rule."""

    id: Annotated[str, Field(examples=["TH-FUND"])]
    title: str


class LimitsOut(BaseModel):
    """What the policy gives on the day that the claim concerns, and what other claims of this person have taken."""

    since: Annotated[date | None, Field(examples=["2026-01-10"], description="Since when the person has it.")]
    amount: Annotated[int | None, Field(examples=[3000], description="null: decided case by case.")]
    currency: Annotated[str | None, Field(examples=["THB"])]
    per: Annotated[str, Field(examples=["time"], description="time, day or case")]
    is_limit: bool
    times_a_year: Annotated[int | None, Field(examples=[3])]
    longest_days: Annotated[int | None, Field(examples=[None])]
    most: Annotated[
        int | None, Field(examples=[3000], description="The most this claim may be; null: the fund decides.")
    ]
    times_used: Annotated[int, Field(examples=[1])]
    days_used: Annotated[int, Field(examples=[0])]
    basis: Annotated[str, Field(examples=["sourced"])]
    note: str
    sources: list[LimitSourceOut]
    earlier: list[EarlierOut]


class FundClaimOut(BaseModel):
    """One claim, as the fund's office and the office that claims see it.

    case_reference and matter_id: only for those who may open the case.
    """

    id: Id
    number: Annotated[str, Field(examples=["F-7F3K2Q"])]
    ours: Annotated[bool, Field(description="Whether the reader's office is the one that decides.")]
    from_office: OfficeCode
    to_office: OfficeCode
    entitlement: Annotated[str, Field(examples=["fund-living"], description="A code of entitlement.")]
    person: Annotated[
        str | None,
        Field(examples=["identified"], description="Why the person has it: a code of entitled_person; null: not."),
    ]
    concerns: Annotated[date, Field(examples=["2026-03-01"])]
    days: Annotated[int | None, Field(examples=[None])]
    currency: Annotated[str, Field(examples=["THB"])]
    claimed: Units
    approved: Annotated[int | None, Field(examples=[None])]
    paid: Annotated[int | None, Field(examples=[None])]
    paid_on: Annotated[date | None, Field(examples=[None])]
    shown_by: Annotated[list[str], Field(examples=[["receipt"]], description="Codes of fund_proof.")]
    state: Annotated[str, Field(examples=["submitted"], description="A code of fund_claim_state.")]
    reason: Annotated[str | None, Field(examples=[None], description="Of the list of reasons of that state.")]
    late: bool
    consent_gone: Annotated[bool, Field(description="Whether the person no longer agrees to what the fund knows.")]
    asked_at: Moment
    answer_by: Moment
    answered_at: Moment | None
    ended_at: Moment | None
    case_reference: Annotated[str | None, Field(examples=[None])]
    matter_id: Annotated[str | None, Field(examples=[None])]


class FundClaimFullOut(FundClaimOut):
    """The same with what a decision needs; null once it is over, or once the person no longer agrees."""

    limits: LimitsOut | None


class FundClaimsOut(BaseModel):
    """What waits for the reader's office or was decided by it, and what others have claimed."""

    for_us: list[FundClaimOut]
    sent: list[FundClaimOut]


class ClaimReturnIn(_In):
    """Why the claim goes back."""

    reason: Annotated[Code, Field(examples=["documents_missing"], description="A code of fund_return_reason.")]


class ClaimDeclineIn(_In):
    """Why the claim is declined."""

    reason: Annotated[Code, Field(examples=["not_shown"], description="A code of fund_decline_reason.")]


class ClaimApproveIn(_In):
    """How much is approved, in the currency of the claim, and on what grounds."""

    units: Annotated[int, Field(ge=0, le=1_000_000_000_000, examples=[3000])]
    reasons: Annotated[
        str,
        Field(min_length=1, max_length=8000, examples=["The need is shown by the plan."], description="Kept sealed."),
    ]


class ClaimPayIn(_In):
    """What was paid, in the currency of the claim, when, and how it is found in the books of the fund."""

    units: Annotated[int, Field(ge=0, le=1_000_000_000_000, examples=[3000])]
    paid_on: Annotated[date, Field(strict=False, examples=["2026-03-20"])]
    payment_number: Annotated[str, Field(min_length=1, max_length=300, examples=["V-2026-0117"])]


class ClaimFailIn(_In):
    """Why a payment failed."""

    reason: Annotated[Code, Field(examples=["did_not_arrive"], description="A code of fund_failure_reason.")]
