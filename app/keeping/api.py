"""The JSON door of the keeping room."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Response

from app.access.approval_shapes import ApprovalAskedOut
from app.access.door import Door, needs
from app.casework.remarks import StepRefused
from app.keeping import service
from app.keeping.schemas import AskedAbroadListOut, EraseIn, ErasuresOut, HoldIn, KeepingOut, LiftIn, ReviewOut
from app.kit.errors import Conflict, Erased, Forbidden, Invalid, NotFound
from app.kit.problems import documented

router = APIRouter(tags=["keeping"])

Reviewer = Annotated[Door, Depends(needs(service.REVIEW))]
Keeper = Annotated[Door, Depends(needs(service.KEEP))]
Eraser = Annotated[Door, Depends(needs(service.ERASE))]
CHANGES: Final = documented(Invalid, Forbidden, NotFound, Conflict, Erased)
ERASES: Final = documented(Invalid, Forbidden, NotFound, Conflict, StepRefused, Erased)
Ground = Annotated[str, Query(max_length=40, description="A code of erasure_ground.", examples=["time_over"])]


@router.get("/data/review", response_model=ReviewOut, summary="List whose data are past their time")
def list_due(door: Reviewer) -> ReviewOut:
    """People all of whose data are past their time by the policies. Nothing goes without two people's yes."""
    with door.write() as desk:
        return service.review(desk)


@router.get("/data/erasures", response_model=ErasuresOut, summary="Read the register of erasures")
def list_erasures(door: Reviewer) -> ErasuresOut:
    """Who was erased, on which ground, by whom, and the signed tombstone of each."""
    with door.write() as desk:
        return service.erasures(desk)


@router.get(
    "/cases/{case_id}/keeping",
    response_model=KeepingOut,
    responses=documented(Forbidden, NotFound),
    summary="See how long a person's data are kept",
)
def read_keeping(case_id: str, door: Keeper, ground: Ground = "") -> KeepingOut:
    """Until when they are kept, which legal holds stand, and what stands against erasing the person."""
    with door.write() as desk:
        return service.kept(desk, case_id, service.KEEP, ground)


@router.post(
    "/cases/{case_id}/holds", status_code=201, response_model=KeepingOut, responses=CHANGES, summary="Set a legal hold"
)
def set_hold(case_id: str, body: HoldIn, door: Keeper) -> Response:
    """Keep everything of the person whatever the time says, with a reason and at most until a day."""
    return door.once(lambda desk: service.hold(desk, case_id, body), status=201)


@router.post(
    "/cases/{case_id}/holds/{hold_id}/lift", response_model=KeepingOut, responses=CHANGES, summary="Lift a legal hold"
)
def lift_hold(case_id: str, hold_id: str, body: LiftIn, door: Keeper) -> Response:
    """Lift a legal hold. It stays in the list, with who lifted it."""
    return door.once(lambda desk: service.lift(desk, case_id, hold_id, body.reason))


@router.post(
    "/cases/{case_id}/erasure",
    status_code=202,
    response_model=ApprovalAskedOut,
    responses=ERASES,
    summary="Propose that a person is erased",
)
def propose_erasure(case_id: str, body: EraseIn, door: Eraser) -> Response:
    """Propose it; a second person who may erase agrees. Then every key, index, file, message and draft of them goes."""
    return door.once(lambda desk: service.propose(desk, case_id, body), status=202)


@router.get("/data/erasure-requests", response_model=AskedAbroadListOut, summary="Read what other countries ask")
def list_requests(door: Eraser) -> AskedAbroadListOut:
    """Countries that erased a person and ask for the same; keep the copy with the step decline_erasure."""
    with door.write() as desk:
        return service.asked_abroad(desk)


@router.post(
    "/referrals/{referral_id}/erasure",
    status_code=202,
    response_model=ApprovalAskedOut,
    responses=ERASES,
    summary="Propose that a copy without a case is erased",
)
def propose_copy_erasure(referral_id: str, door: Eraser) -> Response:
    """As another country asks. A second person who may erase agrees, and the other country is told."""
    return door.once(lambda desk: service.propose_copy(desk, referral_id), status=202)
