"""The HTML door of the fund's ledger."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from app.access.page_door import Page, opens
from app.fund import service
from app.fund.claims_pages import router as claims_router
from app.kit.paging import ask

router = APIRouter()

Reader = Annotated[Page, Depends(opens(service.READ))]


@router.get("/reports/fund")
def ledger(
    page: Reader,
    year: Annotated[int | None, Query(ge=2000, le=2200)] = None,
    cursor: Annotated[str | None, Query(max_length=512)] = None,
) -> Response:
    """Sums and movements, without names."""
    with page.write() as desk:
        found = service.ledger(desk, year, ask(None, cursor, service.SHAPE))
        this_year = desk.today.year
    return page.show("fund/ledger.html", here="reports", ledger=found, this_year=this_year)


router.include_router(claims_router)
