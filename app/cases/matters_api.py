"""The JSON door of a case's matters: requests for services, and whatever else a case has many of."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Response

from app.access.door import Door, needs
from app.cases import matters
from app.cases.matters_schemas import CaseMattersOut, MatterIn, MatterMovedOut
from app.casework.seen import IF_MATCH, seen_version
from app.casework.shapes import StepIn
from app.kit.errors import Conflict, Forbidden, Invalid, NotFound, PreconditionMissing, StaleVersion
from app.kit.problems import documented

router = APIRouter(tags=["cases"])

Reader = Annotated[Door, Depends(needs("case:read"))]
CHANGES: Final = documented(Invalid, Forbidden, NotFound, StaleVersion, Conflict, PreconditionMissing)


@router.get(
    "/cases/{case_id}/matters",
    response_model=CaseMattersOut,
    responses=documented(NotFound),
    summary="See what is open on a case",
)
def list_matters(case_id: str, door: Reader) -> CaseMattersOut:
    """Requests for services and other things a case can have many of, each with its state and its next steps.

    A matter is shown to the roles that see the field group of its machine. `openings` are the steps that open a new
    one.
    """
    with door.write() as desk:
        return matters.listed(desk, case_id)


@router.post(
    "/cases/{case_id}/matters",
    status_code=201,
    response_model=MatterMovedOut,
    responses=CHANGES,
    openapi_extra=IF_MATCH,
    summary="Open a matter of a case",
)
def open_matter(case_id: str, body: MatterIn, door: Reader) -> Response:
    """Open a matter by one of the `openings`, such as a request for a service.

    It needs the step's own permission. Refusals are answered and kept as for every other step.
    """
    return door.once(
        lambda desk: matters.opened(desk, case_id, body, seen_version(door, body.seen_version)), status=201
    )


@router.post(
    "/cases/{case_id}/matters/{matter_id}/steps/{step}",
    response_model=MatterMovedOut,
    responses=CHANGES,
    openapi_extra=IF_MATCH,
    summary="Take a step of a matter",
)
def take_matter_step(case_id: str, matter_id: str, step: str, body: StepIn, door: Reader) -> Response:
    """Take a step of one matter. The version is the case's: matters live under its lock and in its history."""
    return door.once(
        lambda desk: matters.stepped(desk, case_id, matter_id, step, body, seen_version(door, body.seen_version))
    )
