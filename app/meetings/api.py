"""The JSON door of the meetings room; the minutes of a case are filed as a record of the kind minutes."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from app.access.door import Door, needs
from app.kit.errors import Forbidden, Invalid, NotFound
from app.kit.problems import documented
from app.meetings import corridor_api, service, visit_api
from app.meetings.queries import MEET
from app.meetings.schemas import AgendaOut, MeetingIn, MeetingOut, MeetingsOut

router = APIRouter(tags=["meetings"])
router.include_router(corridor_api.router)
router.include_router(visit_api.router)

Meeter = Annotated[Door, Depends(needs(MEET))]


@router.get("/meetings", response_model=MeetingsOut, responses=documented(Forbidden), summary="List meetings")
def meetings(door: Meeter) -> MeetingsOut:
    """The newest meetings of your office, with the discussed cases that you can see."""
    with door.write() as desk:
        return service.listed(desk)


@router.post(
    "/meetings", status_code=201, response_model=MeetingOut, responses=documented(Invalid, Forbidden),
    summary="Put down a meeting",
)  # fmt: skip
def put_down(body: MeetingIn, door: Meeter) -> Response:
    """Say when it was, of which kind, and who was there by part and office. Minutes are filed with each case."""
    return door.once(lambda desk: service.held(desk, body), status=201)


@router.get(
    "/meetings/agenda", response_model=AgendaOut, responses=documented(Forbidden, NotFound), summary="See an agenda",
)  # fmt: skip
def agenda(
    door: Meeter, meeting_id: Annotated[str, Query(max_length=36, description="A meeting of your office.")]
) -> AgendaOut:
    """The cases a meeting has to discuss within your reach: flagged for it, flagged otherwise, late."""
    with door.write() as desk:
        return service.agenda(desk, meeting_id)
