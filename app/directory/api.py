"""The JSON door of the directory room."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from app.access.door import Door, needs
from app.directory import contact_api, queries
from app.directory.schemas import BorderPointsOut, CorridorOut, CorridorsOut, OfficesOut
from app.kit.paging import ask

router = APIRouter(prefix="/directory", tags=["directory"])

Reader = Annotated[Door, Depends(needs("directory:read"))]
Country = Annotated[str | None, Query(pattern="^[A-Z]{2}$", description="Country code, such as MM.")]
Code = Annotated[str, Path(pattern="^[A-Z]{2}$", description="Country code, such as MM.")]


@router.get("/offices", response_model=OfficesOut)
def list_offices(
    door: Reader,
    country: Country = None,
    kind: Annotated[str | None, Query(max_length=16, description="Such as border, shelter or ministry.")] = None,
    limit: Annotated[int | None, Query(ge=1, le=100, description="Entries per page; 50 if left out.")] = None,
    cursor: Annotated[str | None, Query(max_length=512, description="`next` of the page before.")] = None,
) -> OfficesOut:
    """The offices of all countries, by code."""
    asked = ask(limit, cursor, (str,))
    with door.read() as desk:
        return queries.offices(desk, country, kind, asked)


@router.get("/border-points", response_model=BorderPointsOut)
def list_border_points(door: Reader, country: Country = None) -> BorderPointsOut:
    """Where a person may be handed over, with the office on each side."""
    with door.read() as desk:
        return queries.border_points(desk.policies, country)


@router.get("/corridors", response_model=CorridorsOut)
def list_corridors(door: Reader) -> CorridorsOut:
    """The pairs of countries that have rules of their own."""
    with door.read() as desk:
        return queries.corridors(desk.policies, desk.today)


@router.get("/corridors/{a}/{b}", response_model=CorridorOut)
def read_corridor(a: Code, b: Code, door: Reader) -> CorridorOut:
    """What holds between two countries today, in either order: texts, offices, clocks, meetings, disclosure."""
    with door.read() as desk:
        return queries.corridor(desk.policies, a, b, desk.today)


router.include_router(contact_api.router)
