"""The JSON door to what the person of a case is entitled to."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from app.access.door import Door, needs
from app.cases import entitlements
from app.cases.entitlements_schemas import EntitlementsOut
from app.kit.errors import Forbidden, NotFound
from app.kit.problems import documented

router = APIRouter(tags=["cases"])

Reader = Annotated[Door, Depends(needs(entitlements.READ))]


@router.get(
    "/cases/{case_id}/entitlements",
    response_model=EntitlementsOut,
    responses=documented(NotFound, Forbidden),
    summary="See what the person is entitled to",
)
def read_entitlements(
    case_id: str,
    door: Reader,
    on: Annotated[date | None, Query(description="By the law of this day; today if left out.")] = None,
) -> EntitlementsOut:
    """Computed from the law of the country, who the person is for it, and the day; with what was claimed and paid.

    A claim is made as a matter of the case (`submit_claim` at `/cases/{case_id}/matters`).
    """
    with door.write() as desk:
        return entitlements.of_case(desk, case_id, on)
