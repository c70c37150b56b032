"""The JSON door of the fund's own office."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Response

from app.access.door import Door, needs
from app.casework.move import StepRefused
from app.fund import claims as service
from app.fund.claims_schemas import (
    ClaimApproveIn,
    ClaimDeclineIn,
    ClaimFailIn,
    ClaimPayIn,
    ClaimReturnIn,
    FundClaimFullOut,
    FundClaimsOut,
)
from app.kit.errors import Conflict, Invalid, NotFound
from app.kit.problems import documented

router = APIRouter()

Reader = Annotated[Door, Depends(needs(service.READ))]
Decider = Annotated[Door, Depends(needs(service.APPROVE))]
Payer = Annotated[Door, Depends(needs(service.PAY))]
ANSWERS: Final = documented(NotFound, Invalid, Conflict, StepRefused)


@router.get("/fund/claims", response_model=FundClaimsOut, summary="List claims to the fund")
def list_claims(door: Reader) -> FundClaimsOut:
    """What waits for the office of the fund, and what your office has claimed."""
    with door.write() as desk:
        return service.listed(desk)


@router.get(
    "/fund/claims/{claim_id}", response_model=FundClaimFullOut, responses=documented(NotFound),
    summary="Look at one claim to the fund",
)  # fmt: skip
def look_at_claim(claim_id: str, door: Reader) -> FundClaimFullOut:
    """What a decision needs: what is claimed, the limits, and what earlier claims took. No name, no story, no case."""
    with door.write() as desk:
        return service.one(desk, claim_id)


@router.post(
    "/fund/claims/{claim_id}/return", response_model=FundClaimFullOut, responses=ANSWERS,
    summary="Return a claim for information",
)  # fmt: skip
def return_claim(claim_id: str, body: ClaimReturnIn, door: Decider) -> Response:
    """Return it with a coded reason; who claims completes it and submits it again."""
    return door.once(lambda desk: service.give_back(desk, claim_id, body))


@router.post(
    "/fund/claims/{claim_id}/approve", response_model=FundClaimFullOut, responses=ANSWERS, summary="Approve a claim"
)  # fmt: skip
def approve_claim(claim_id: str, body: ClaimApproveIn, door: Decider) -> Response:
    """Approve as much as was asked for, or less; every limit is asked once more."""
    return door.once(lambda desk: service.approve(desk, claim_id, body))


@router.post(
    "/fund/claims/{claim_id}/decline", response_model=FundClaimFullOut, responses=ANSWERS, summary="Decline a claim"
)  # fmt: skip
def decline_claim(claim_id: str, body: ClaimDeclineIn, door: Decider) -> Response:
    """Decline, with a coded reason; who claims is told at once."""
    return door.once(lambda desk: service.decline(desk, claim_id, body))


@router.post(
    "/fund/claims/{claim_id}/pay", response_model=FundClaimFullOut, responses=ANSWERS, summary="Record a payment"
)  # fmt: skip
def pay_claim(claim_id: str, body: ClaimPayIn, door: Payer) -> Response:
    """What was paid on an approved claim; it goes into the ledger."""
    return door.once(lambda desk: service.pay(desk, claim_id, body))


@router.post(
    "/fund/claims/{claim_id}/fail", response_model=FundClaimFullOut, responses=ANSWERS,
    summary="Record that a payment failed",
)  # fmt: skip
def fail_payment(claim_id: str, body: ClaimFailIn, door: Payer) -> Response:
    """The ledger gets the same amount back, and the claim can be paid again."""
    return door.once(lambda desk: service.fail(desk, claim_id, body))
