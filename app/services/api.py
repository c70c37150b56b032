"""The JSON door of providers."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Response

from app.access.door import Door, needs
from app.casework.move import StepRefused
from app.kit.errors import Conflict, Invalid, NotFound
from app.kit.problems import documented
from app.services import service
from app.services.schemas import ServiceAcceptIn, ServiceDeclineIn, ServiceDoneIn, ServiceOut, ServicesOut

router = APIRouter(tags=["services"])

Reader = Annotated[Door, Depends(needs(service.READ))]
Answerer = Annotated[Door, Depends(needs(service.ANSWER))]
ANSWERS: Final = documented(NotFound, Invalid, Conflict, StepRefused)


@router.get("/services", response_model=ServicesOut, summary="List services that offices ask of each other")
def list_services(door: Reader) -> ServicesOut:
    """What your office is asked to do for people, and what it has asked of other offices."""
    with door.write() as desk:
        return service.listed(desk)


@router.get(
    "/services/{service_id}", response_model=ServiceOut, responses=documented(NotFound),
    summary="Look at one service that is asked for",
)  # fmt: skip
def look_at_service(service_id: str, door: Reader) -> ServiceOut:
    """What must be known to answer: kind of help, age, sex, language, urgency. No name, no story, no case."""
    with door.write() as desk:
        return service.one(desk, service_id)


@router.post(
    "/services/{service_id}/accept", response_model=ServiceOut, responses=ANSWERS, summary="Accept to help"
)  # fmt: skip
def accept_service(service_id: str, body: ServiceAcceptIn, door: Answerer) -> Response:
    """Accept, with day, time and place of an appointment where they are known; who asked tells the person."""
    return door.once(lambda desk: service.accept(desk, service_id, body))


@router.post(
    "/services/{service_id}/decline", response_model=ServiceOut, responses=ANSWERS, summary="Decline to help"
)  # fmt: skip
def decline_service(service_id: str, body: ServiceDeclineIn, door: Answerer) -> Response:
    """Decline, with a coded reason; who asked is told at once and looks elsewhere."""
    return door.once(lambda desk: service.decline(desk, service_id, body))


@router.post(
    "/services/{service_id}/begin", response_model=ServiceOut, responses=ANSWERS, summary="Say that help begins"
)  # fmt: skip
def begin_service(service_id: str, door: Answerer) -> Response:
    """The person is there and the service begins."""
    return door.once(lambda desk: service.begin(desk, service_id))


@router.post(
    "/services/{service_id}/finish", response_model=ServiceOut, responses=ANSWERS, summary="Say that help is done"
)  # fmt: skip
def finish_service(service_id: str, body: ServiceDoneIn, door: Answerer) -> Response:
    """What came of it, in a code; who asked hears the person about it."""
    return door.once(lambda desk: service.finish(desk, service_id, body))
