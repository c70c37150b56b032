"""The JSON door of the readiness room."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Response

from app.access.door import Door, needs
from app.casework.forms import Form
from app.casework.move import StepRefused
from app.kit.errors import Conflict, Forbidden, Invalid, NotFound
from app.kit.problems import documented
from app.readiness import reserving, service
from app.readiness.schemas import (
    AnswerIn,
    EndIn,
    OperationIn,
    OperationOut,
    OperationsOut,
    ReserveIn,
    ReserveOut,
    ReservesOut,
)

router = APIRouter(tags=["readiness"])

Reader = Annotated[Door, Depends(needs(service.READ))]
Planner = Annotated[Door, Depends(needs(service.PLAN))]
Releaser = Annotated[Door, Depends(needs(service.RELEASE))]
Answerer = Annotated[Door, Depends(needs(reserving.ANSWER))]
BODY: Final = "body"


@router.get("/operations", response_model=OperationsOut, responses=documented(Forbidden), summary="List operations")
def list_operations(door: Reader) -> OperationsOut:
    """The planned operations within your reach, without their place."""
    with door.write() as desk:
        return service.listed(desk)


@router.post(
    "/operations", status_code=201, response_model=OperationOut, responses=documented(Forbidden, Invalid),
    summary="Plan an operation",
)  # fmt: skip
def plan_operation(body: OperationIn, door: Planner) -> Response:
    """Plan an operation: its day, the kind of place, who is expected there, and the place itself for your office."""
    return door.once(lambda desk: service.planned(desk, _plain(body), BODY), status=201)


@router.get(
    "/operations/{operation_id}", response_model=OperationOut, responses=documented(NotFound),
    summary="Look at an operation",
)  # fmt: skip
def look_at_operation(operation_id: str, door: Reader) -> OperationOut:
    """What is needed for those who are expected, what is confirmed, and what speaks against the release now."""
    with door.write() as desk:
        return service.read(desk, operation_id)


@router.post(
    "/operations/{operation_id}/reservations", status_code=201, response_model=OperationOut,
    responses=documented(NotFound, Invalid, StepRefused), summary="Ask an office to keep something ready",
)  # fmt: skip
def reserve_for_operation(operation_id: str, body: ReserveIn, door: Planner) -> Response:
    """Ask for beds, an interpreter, health staff or an organisation. The office learns the day and not the place."""
    return door.once(lambda desk: reserving.ask(desk, operation_id, _plain(body), BODY), status=201)


@router.post(
    "/operations/{operation_id}/release", response_model=OperationOut,
    responses=documented(NotFound, Conflict, StepRefused), summary="Release an operation",
)  # fmt: skip
def release_operation(operation_id: str, door: Releaser) -> Response:
    """Release it. Refused with everything that is missing: beds, interpreters, health staff, an organisation."""
    return door.once(lambda desk: service.release(desk, operation_id))


@router.post(
    "/operations/{operation_id}/end", response_model=OperationOut,
    responses=documented(NotFound, Invalid, Conflict, StepRefused), summary="End an operation",
)  # fmt: skip
def end_operation(operation_id: str, body: EndIn, door: Planner) -> Response:
    """Say that it is over or was called off: what was kept ready is free again."""
    return door.once(lambda desk: service.end(desk, operation_id, _plain(body), BODY))


@router.get("/reservations", response_model=ReservesOut, responses=documented(Forbidden), summary="List reservations")
def list_reservations(door: Answerer) -> ReservesOut:
    """What your office was asked to keep ready for planned operations, what waits for an answer first."""
    with door.write() as desk:
        return reserving.waiting(desk)


@router.get(
    "/reservations/{reservation_id}", response_model=ReserveOut, responses=documented(NotFound),
    summary="Look at a reservation",
)  # fmt: skip
def look_at_reservation(reservation_id: str, door: Answerer) -> ReserveOut:
    """The day, for whom and how much. Not where, and not why."""
    with door.write() as desk:
        return reserving.one(desk, reservation_id)


@router.post(
    "/reservations/{reservation_id}/answer", response_model=ReserveOut,
    responses=documented(NotFound, Invalid, Conflict, StepRefused), summary="Answer a reservation",
)  # fmt: skip
def answer_reservation(reservation_id: str, body: AnswerIn, door: Answerer) -> Response:
    """Confirm, decline, or give back. A shelter that keeps its beds here says in which group they are kept.

    Nobody is kept ready for two operations on one day. What is given back takes a release back.
    """
    return door.once(lambda desk: reserving.answer(desk, reservation_id, _plain(body), BODY))


def _plain(body: Form) -> dict[str, Any]:
    return body.model_dump(mode="json")
