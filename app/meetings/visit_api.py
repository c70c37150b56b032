"""The JSON door of visits of case workers abroad."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from app.access.door import Door, needs
from app.casework.move import StepRefused
from app.casework.visiting import ASK, READ
from app.kit.errors import Conflict, Forbidden, Invalid, NotFound
from app.kit.problems import documented
from app.meetings import visit_service as service
from app.meetings.visit_schemas import AskIn, VisitActIn, VisitOut, VisitsOut

router = APIRouter(tags=["meetings"])

Reader = Annotated[Door, Depends(needs(READ))]
Asker = Annotated[Door, Depends(needs(ASK))]
ActName = Annotated[str, Path(max_length=20)]


@router.get(
    "/shelter-visits", response_model=VisitsOut, responses=documented(Forbidden),
    summary="List visits of case workers abroad",
)  # fmt: skip
def shelter_visits(door: Reader) -> VisitsOut:
    """When the next visit to each country is due by which source, and the visits from and to your country."""
    with door.write() as desk:
        return service.listed(desk)


@router.post(
    "/shelter-visits", status_code=201, response_model=VisitOut,
    responses=documented(Forbidden, Invalid, StepRefused), summary="Ask another country for a visit",
)  # fmt: skip
def ask_for_visit(body: AskIn, door: Asker) -> Response:
    """Say whom it is about by number, on which days, who comes by part and office, in which language and why."""
    return door.once(lambda desk: service.asked(desk, body), status=201)


@router.get(
    "/shelter-visits/{shelter_visit_id}", response_model=VisitOut, responses=documented(NotFound),
    summary="Look at a visit",
)  # fmt: skip
def shelter_visit(shelter_visit_id: str, door: Reader) -> VisitOut:
    """Where it stands, who is met, the permission with its place, and the log: by number, without names."""
    with door.write() as desk:
        return service.read(desk, shelter_visit_id)


@router.post(
    "/shelter-visits/{shelter_visit_id}/acts/{act}", response_model=VisitOut,
    responses=documented(NotFound, Forbidden, Invalid, Conflict, StepRefused), summary="Do the next step of a visit",
)  # fmt: skip
def act_on_visit(shelter_visit_id: str, act: ActName, body: VisitActIn, door: Reader) -> Response:
    """Permit or refuse it (`visit:grant`), ask for another day, call it off, write, return or confirm its log."""
    return door.once(lambda desk: service.acted(desk, shelter_visit_id, act, body))
