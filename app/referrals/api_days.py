"""The JSON door of the day at a border point: who is expected, one step for several people, the codes."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from app.access.door import Door, needs
from app.kit.errors import Conflict
from app.kit.problems import documented
from app.referrals import codes, days, together
from app.referrals.day_schemas import CodeIn, CodeOut, DayOut, SeveralIn, SeveralOut

router = APIRouter()

Reader = Annotated[Door, Depends(needs("referral:read"))]


@router.get("/border-day", response_model=DayOut)
def read_border_day(
    door: Reader,
    on: Annotated[date | None, Query(description="Today if left out.")] = None,
    post: Annotated[
        str | None, Query(max_length=80, description="A border point; of your own office if left out, all if empty.")
    ] = None,
) -> DayOut:
    """Everybody whom you may see and who is expected that day, both ways, with what became of each."""
    with door.write() as desk:
        return days.day(desk, on, post)


@router.post("/border-day/several", response_model=SeveralOut)
def take_several(body: SeveralIn, door: Reader) -> Response:
    """Take one step of the bridge for several people. Each is decided by themselves; the answer tells what became of
    each, and who may not go yet holds nobody up."""
    return door.once(lambda desk: together.take(desk, body))


@router.post(
    "/referrals/{referral_id}/check-code", response_model=CodeOut, responses=documented(Conflict)
)
def compare_code(referral_id: str, body: CodeIn, door: Reader) -> Response:
    """Compare the code that the other officer read out with the text they signed.

    A wrong one answers 409 and is counted in the timeline; one that fits is noted there too.
    """
    return door.once(lambda desk: codes.compare(desk, referral_id, body.code))
