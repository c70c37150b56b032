"""The JSON door of meetings between countries."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from app.access.door import Door, needs
from app.casework.conferring import HOLD, READ
from app.casework.move import StepRefused
from app.kit.errors import Conflict, Forbidden, Invalid, NotFound
from app.kit.problems import documented
from app.meetings import corridor_service as service
from app.meetings.corridor_schemas import ActIn, CorridorMeetingOut, CorridorMeetingsOut, MinutesIn, ProposalIn

router = APIRouter(tags=["meetings"])

Reader = Annotated[Door, Depends(needs(READ))]
Holder = Annotated[Door, Depends(needs(HOLD))]
ActName = Annotated[str, Path(max_length=20)]


@router.get(
    "/corridor-meetings", response_model=CorridorMeetingsOut, responses=documented(Forbidden),
    summary="List meetings with other countries",
)  # fmt: skip
def corridor_meetings(door: Reader) -> CorridorMeetingsOut:
    """The standing meetings with each country, when the next one is due by which source, and those proposed so far."""
    with door.write() as desk:
        return service.listed(desk)


@router.post(
    "/corridor-meetings", status_code=201, response_model=CorridorMeetingOut,
    responses=documented(Forbidden, Invalid, StepRefused), summary="Propose a meeting to another country",
)  # fmt: skip
def propose_meeting(body: ProposalIn, door: Holder) -> Response:
    """Propose a day, a way to meet and the host; the other country agrees, or proposes another day."""
    return door.once(lambda desk: service.convened(desk, body), status=201)


@router.get(
    "/corridor-meetings/{corridor_meeting_id}", response_model=CorridorMeetingOut, responses=documented(NotFound),
    summary="Look at a meeting with another country",
)  # fmt: skip
def corridor_meeting(corridor_meeting_id: str, door: Reader) -> CorridorMeetingOut:
    """Where it stands, what both want to discuss, the agenda and the minutes: by number, without names."""
    with door.write() as desk:
        return service.read(desk, corridor_meeting_id)


@router.post(
    "/corridor-meetings/{corridor_meeting_id}/acts/{act}", response_model=CorridorMeetingOut,
    responses=documented(NotFound, Invalid, Conflict, StepRefused), summary="Do the next step of a meeting",
)  # fmt: skip
def act_on_meeting(corridor_meeting_id: str, act: ActName, body: ActIn, door: Holder) -> Response:
    """Agree to the day or move it, call it off, send items, close the agenda, confirm the minutes or send them back."""
    return door.once(lambda desk: service.acted(desk, corridor_meeting_id, act, body))


@router.post(
    "/corridor-meetings/{corridor_meeting_id}/minutes", response_model=CorridorMeetingOut,
    responses=documented(NotFound, Invalid, Conflict, StepRefused), summary="Propose the minutes of a meeting",
)  # fmt: skip
def propose_minutes(corridor_meeting_id: str, body: MinutesIn, door: Holder) -> Response:
    """Say what was decided. Each decision becomes a task of the country that does it once the other one confirms."""
    return door.once(lambda desk: service.proposed(desk, corridor_meeting_id, body))
