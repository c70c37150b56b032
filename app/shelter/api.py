"""The JSON door of the shelter room."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from app.access.door import Door, needs
from app.casework.move import StepRefused
from app.casework.seen import IF_MATCH, seen_version
from app.kit.errors import Conflict, Forbidden, Invalid, NotFound, PreconditionMissing, StaleVersion
from app.kit.problems import documented
from app.shelter import asking, service
from app.shelter.schemas import (
    BedAskIn,
    BedRequestOut,
    BedRequestsOut,
    BedsChangeIn,
    BedsIn,
    BedsOut,
    BoardOut,
    CaseBedsOut,
    ConfirmIn,
    DeclineIn,
    SheltersOut,
)

router = APIRouter(tags=["shelter"])

Reader = Annotated[Door, Depends(needs(service.READ))]
Keeper = Annotated[Door, Depends(needs(service.KEEP))]
Answerer = Annotated[Door, Depends(needs(service.ANSWER))]
Asker = Annotated[Door, Depends(needs(asking.REQUESTS))]


@router.get("/shelters", response_model=SheltersOut, summary="List shelters")
def list_shelters(door: Reader) -> SheltersOut:
    """The shelters within your reach and how many beds are free, held and taken today."""
    with door.write() as desk:
        return service.shelters(desk)


@router.get(
    "/shelters/{shelter_id}", response_model=BoardOut, responses=documented(NotFound), summary="Look at a shelter"
)
def look_at_shelter(shelter_id: str, door: Reader) -> BoardOut:
    """A house today: beds by group, who asks for one and who stays, without names."""
    with door.write() as desk:
        return service.board(desk, shelter_id)


@router.post(
    "/shelters/{shelter_id}/beds", status_code=201, response_model=BedsOut, responses=documented(NotFound, Invalid),
    summary="Add beds",
)  # fmt: skip
def add_beds(shelter_id: str, body: BedsIn, door: Keeper) -> Response:
    """Add a group of beds that are alike in whom they are for."""
    return door.once(lambda desk: service.add_beds(desk, shelter_id, body), status=201)


@router.post(
    "/shelters/{shelter_id}/beds/{beds_id}", response_model=BedsOut,
    responses=documented(NotFound, Invalid, StaleVersion, Conflict, PreconditionMissing), openapi_extra=IF_MATCH,
    summary="Change beds",
)  # fmt: skip
def change_beds(shelter_id: str, beds_id: str, body: BedsChangeIn, door: Keeper) -> Response:
    """Say how many beds of a group there are, for whom, and whether they are closed and why."""
    return door.once(
        lambda desk: service.change_beds(desk, shelter_id, beds_id, body, seen_version(door, body.seen_version))
    )


@router.get("/bed-requests", response_model=BedRequestsOut, summary="List requests for beds")
def list_bed_requests(door: Reader) -> BedRequestsOut:
    """What waits for an answer of the shelters within your reach."""
    with door.write() as desk:
        return service.waiting(desk)


@router.get(
    "/bed-requests/{bed_request_id}", response_model=BedRequestOut, responses=documented(NotFound),
    summary="Look at a request for a bed",
)  # fmt: skip
def look_at_bed_request(bed_request_id: str, door: Reader) -> BedRequestOut:
    """What the shelter must know to answer: age, sex, language, need, urgency. No name, no story, no case."""
    with door.write() as desk:
        return service.one(desk, bed_request_id)


@router.post(
    "/bed-requests/{bed_request_id}/confirm", response_model=BedRequestOut,
    responses=documented(NotFound, Invalid, Conflict, StepRefused), summary="Hold a bed",
)  # fmt: skip
def confirm_bed(bed_request_id: str, body: ConfirmIn, door: Answerer) -> Response:
    """Hold a bed until the time that the rules of the country give."""
    return door.once(lambda desk: service.confirm(desk, bed_request_id, body))


@router.post(
    "/bed-requests/{bed_request_id}/decline", response_model=BedRequestOut,
    responses=documented(NotFound, Invalid, Conflict), summary="Say that there is no bed",
)  # fmt: skip
def decline_bed(bed_request_id: str, body: DeclineIn, door: Answerer) -> Response:
    """Decline, with a coded reason; who asked is told at once."""
    return door.once(lambda desk: service.decline(desk, bed_request_id, body))


@router.get(
    "/cases/{case_id}/bed-requests", response_model=CaseBedsOut, responses=documented(NotFound, Forbidden),
    summary="List the requests for beds of a case",
)  # fmt: skip
def list_beds_of_case(
    case_id: str,
    door: Asker,
    need: Annotated[str, Query(max_length=20, description="A code of bed_need.")] = "none",
    family: Annotated[bool, Query(description="The person stays together with their own family.")] = False,
) -> CaseBedsOut:
    """What was asked for, and which shelters could be asked: how many fitting beds are free, or what speaks against."""
    with door.write() as desk:
        return asking.of_case(desk, case_id, need, family)


@router.post(
    "/cases/{case_id}/bed-requests", status_code=201, response_model=BedRequestOut,
    responses=documented(NotFound, Forbidden, Invalid, Conflict, StepRefused), summary="Ask for a bed",
)  # fmt: skip
def ask_for_bed(case_id: str, body: BedAskIn, door: Asker) -> Response:
    """Ask a shelter for a bed; also while the person stays in another one, for a move between shelters."""
    return door.once(lambda desk: asking.ask(desk, case_id, body), status=201)


@router.post(
    "/cases/{case_id}/bed-requests/{bed_request_id}/withdraw", response_model=BedRequestOut,
    responses=documented(NotFound, Forbidden, Conflict), summary="Take a request for a bed back",
)  # fmt: skip
def withdraw_bed_request(case_id: str, bed_request_id: str, door: Asker) -> Response:
    """Take it back; a bed that is held is free again at once."""
    return door.once(lambda desk: asking.withdraw(desk, case_id, bed_request_id))
