"""The JSON door of the people room."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from app.access.door import Door, needs
from app.casework.seen import IF_MATCH, seen_version
from app.kit.errors import Conflict, Forbidden, Invalid, NotFound, PreconditionMissing, StaleVersion
from app.kit.problems import documented
from app.people import service
from app.people.schemas import IdentityChangedOut, IdentityIn, IdentityOut, RevealIn

router = APIRouter(tags=["people"])

Revealer = Annotated[Door, Depends(needs("identity:reveal"))]
Writer = Annotated[Door, Depends(needs("record:write"))]


@router.post(
    "/cases/{case_id}/identity/reveal",
    response_model=IdentityOut,
    responses=documented(Invalid, Forbidden, NotFound),
    summary="Uncover who the person is",
)
def reveal_identity(case_id: str, body: RevealIn, door: Revealer) -> Response:
    """Uncover who the person is, within your field groups. Say why: the look and your reason stay on record."""
    return door.once(lambda desk: service.reveal(desk, case_id, body))


@router.post(
    "/cases/{case_id}/identity",
    response_model=IdentityChangedOut,
    responses=documented(Invalid, Forbidden, NotFound, StaleVersion, Conflict, PreconditionMissing),
    openapi_extra=IF_MATCH,
    summary="Correct or complete who the person is",
)
def correct_identity(case_id: str, body: IdentityIn, door: Writer) -> Response:
    """Correct or complete the identity. The answer and the history name the fields, never what they say."""
    return door.once(lambda desk: service.correct(desk, case_id, body, seen_version(door, body.seen_version)))
