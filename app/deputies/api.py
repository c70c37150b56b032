"""The JSON door of the deputies room."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from app.access.door import Door, needs
from app.deputies import service
from app.deputies.schemas import DeputiesOut, DeputyIn, DeputyOut
from app.kit.errors import Conflict, Forbidden, Invalid, NotFound
from app.kit.paging import ask
from app.kit.problems import documented

router = APIRouter(tags=["deputies"])

Anybody = Annotated[Door, Depends(needs("account:self"))]
Setter = Annotated[Door, Depends(needs("deputy:set"))]


@router.get("/deputies", response_model=DeputiesOut, responses=documented(Invalid), summary="List deputies")
def list_deputies(
    door: Anybody,
    limit: Annotated[int | None, Query(ge=1, le=100, description="Entries per page; 50 if left out.")] = None,
    cursor: Annotated[str | None, Query(max_length=512, description="`next` of the page before.")] = None,
) -> DeputiesOut:
    """Who stands in for whom: what concerns you, and what you may set."""
    asked = ask(limit, cursor, (datetime, str))
    with door.write() as desk:
        return service.listed(desk, asked)


@router.post(
    "/deputies", status_code=201, response_model=DeputyOut, responses=documented(Invalid, Forbidden),
    summary="Name a deputy",
)  # fmt: skip
def name_deputy(body: DeputyIn, door: Setter) -> Response:
    """Have somebody stand in for an absent colleague: they reach that colleague's cases, in their own roles.

    A deputy is on no seal by that, and a block that keeps the deputy away still does. Needs a fresh second factor.
    """
    return door.once(lambda desk: service.name(desk, body), status=201)


@router.post(
    "/deputies/{deputy_row}/end", response_model=DeputyOut, responses=documented(NotFound, Conflict),
    summary="End a time of standing in",
)  # fmt: skip
def end_deputy(deputy_row: str, door: Setter) -> Response:
    """End it now."""
    return door.once(lambda desk: service.end(desk, deputy_row))
