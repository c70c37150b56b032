"""The JSON door of the statistics room."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from app.access.door import Door, needs
from app.statistics import board, service
from app.statistics.board_shapes import BoardOut
from app.statistics.schemas import ReportsOut, TableOut

router = APIRouter(prefix="/statistics", tags=["statistics"])

Reader = Annotated[Door, Depends(needs("statistics:read"))]


@router.get("", response_model=ReportsOut)
def list_reports(door: Reader) -> ReportsOut:
    """Which tables there are."""
    with door.read() as desk:
        return service.reports(desk)


@router.get("/board", response_model=BoardOut)
def read_board(door: Reader) -> BoardOut:
    """What supervision looks at: late duties by office and corridor, days to answer, trace and return, declines.

    Also blocked attempts, exceptions, emergencies, and what open cases do not say. Workers are never compared.
    """
    with door.write() as desk:
        return board.board(desk)


@router.get("/{report}", response_model=TableOut)
def read_report(report: str, door: Reader, year: Annotated[int, Query(ge=1990, le=2100, examples=[2017])]) -> TableOut:
    """One table of a year. Who may not open the cases themselves sees no figure of too few people."""
    with door.write() as desk:
        return service.table(desk, report, year)
