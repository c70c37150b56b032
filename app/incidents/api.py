"""The JSON door of the incidents room: an incident is reached through a case that belongs to it."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Response

from app.access.door import Door, needs
from app.casework.forms import Form
from app.incidents import service
from app.incidents.schemas import (
    CaseIncidentOut,
    IncidentIn,
    IncidentOut,
    JoinIn,
    OffenderIn,
    PeopleIn,
    PeopleOut,
)
from app.kit.errors import Conflict, Forbidden, Invalid, NotFound
from app.kit.problems import documented

router = APIRouter(tags=["incidents"])

Reader = Annotated[Door, Depends(needs("case:read"))]
Writer = Annotated[Door, Depends(needs("record:write"))]
CHANGES: Final = documented(Invalid, Forbidden, NotFound, Conflict)
BODY: Final = "body"


@router.get(
    "/cases/{case_id}/incident",
    response_model=CaseIncidentOut,
    responses=documented(NotFound),
    summary="Read the incident of a case",
)
def read_incident(case_id: str, door: Reader) -> CaseIncidentOut:
    """What happened, in codes, and the other cases of it that you can see.

    Of cases out of your reach nothing is told, not even how many there are. The alleged offenders are there only for
    roles that see the field group offenders.
    """
    with door.write() as desk:
        return service.read(desk, case_id)


@router.post(
    "/cases/{case_id}/incident", status_code=201, response_model=IncidentOut, responses=CHANGES,
    summary="Record the incident of a case",
)  # fmt: skip
def record_incident(case_id: str, body: IncidentIn, door: Writer) -> Response:
    """Record what happened, once: date, place, sector and route. Further people and offenders hang on it."""
    return door.once(lambda desk: service.begin(desk, case_id, _plain(body), BODY), status=201)


@router.post(
    "/cases/{case_id}/incident/join", response_model=IncidentOut, responses=CHANGES,
    summary="Tie a case to a recorded incident",
)  # fmt: skip
def join_incident(case_id: str, body: JoinIn, door: Writer) -> Response:
    """Tie the case to the incident of another case that you can see."""
    return door.once(lambda desk: service.join(desk, case_id, _plain(body), BODY))


@router.post(
    "/cases/{case_id}/incident/people", status_code=201, response_model=PeopleOut, responses=CHANGES,
    summary="Open cases for the people of an incident",
)  # fmt: skip
def open_people(case_id: str, body: PeopleIn, door: Writer) -> Response:
    """Open a case for each person, group by group, with what the incident says of all of them.

    Needs `case:create` as well. Names are told in each case; whose age is in doubt is opened as a child.
    """
    return door.once(lambda desk: service.open_people(desk, case_id, _plain(body), BODY), status=201)


@router.post(
    "/cases/{case_id}/incident/offenders", status_code=201, response_model=IncidentOut, responses=CHANGES,
    summary="Tell of an alleged offender",
)  # fmt: skip
def tell_offender(case_id: str, body: OffenderIn, door: Writer) -> Response:
    """Keep what is alleged of somebody who took part. Sealed; needs a role that sees the field group offenders."""
    return door.once(lambda desk: service.tell_offender(desk, case_id, _plain(body), BODY), status=201)


def _plain(body: Form) -> dict[str, Any]:
    return body.model_dump(mode="json")
