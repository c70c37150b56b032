"""The JSON door of the fund's ledger."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from app.access.door import Door, needs
from app.fund import service
from app.fund.claims_api import router as claims_router
from app.fund.schemas import LedgerOut
from app.kit.errors import Invalid
from app.kit.paging import ask
from app.kit.problems import documented

router = APIRouter(tags=["fund"])

Reader = Annotated[Door, Depends(needs(service.READ))]


@router.get(
    "/fund/ledger", response_model=LedgerOut, responses=documented(Invalid), summary="Read the ledger of the fund"
)
def read_ledger(
    door: Reader,
    year: Annotated[int | None, Query(ge=2000, le=2200, description="Movements of this year only.")] = None,
    limit: Annotated[int | None, Query(description="Lines per page, 1 to 100.")] = None,
    cursor: Annotated[str | None, Query(max_length=512)] = None,
) -> LedgerOut:
    """What was approved and paid from the fund of your country, newest first, with sums. To it is only ever added."""
    asked = ask(limit, cursor, service.SHAPE)
    with door.write() as desk:
        return service.ledger(desk, year, asked)


router.include_router(claims_router)
