"""The JSON door of the people room."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from app.access.door import Door, needs
from app.casework.seen import IF_MATCH, seen_version
from app.kit.catalogue import SOURCE
from app.kit.errors import Conflict, Forbidden, Invalid, NotFound, PreconditionMissing, StaleVersion
from app.kit.fields import at_field
from app.kit.problems import documented
from app.kit.reader import LANGUAGES, Reader, reading
from app.people import joining, own_copy, service
from app.people.own_copy import OwnCopyOut
from app.people.schemas import ApartIn, IdentityChangedOut, IdentityIn, IdentityOut, JoinIn, RevealIn, SamePersonOut

router = APIRouter(tags=["people"])

Revealer = Annotated[Door, Depends(needs("identity:reveal"))]
Writer = Annotated[Door, Depends(needs("record:write"))]
Language = Annotated[str, Query(max_length=8, description="The language of its words.", examples=["my"])]
Joiner = Annotated[Door, Depends(needs("identity:merge"))]


@router.post(
    "/cases/{case_id}/identity/reveal",
    response_model=IdentityOut,
    responses=documented(Invalid, Forbidden, NotFound),
    summary="Uncover who the person is",
)
def reveal_identity(case_id: str, body: RevealIn, door: Revealer) -> Response:
    """Uncover who the person is, within your field groups, for five minutes of this sign-in.

    Say why: the look and your reason stay on record. A retry with the same key shows it only as long as it is
    uncovered.
    """
    return door.once(
        lambda desk: service.reveal(desk, case_id, body), again=lambda desk: service.uncovered(desk, case_id)
    )


@router.get(
    "/cases/{case_id}/identity",
    response_model=IdentityOut,
    responses=documented(Forbidden, NotFound),
    summary="Read the identity again while it is uncovered",
)
def read_identity(case_id: str, door: Revealer) -> IdentityOut:
    """The identity, as long as this sign-in has it uncovered; else 403 (reveal_needed). Each look is noted."""
    with door.write() as desk:
        return service.uncovered(desk, case_id)


@router.get(
    "/cases/{case_id}/own-copy",
    response_model=OwnCopyOut,
    responses=documented(Invalid, Forbidden, NotFound),
    summary="Make the person's own copy",
)
def make_own_copy(case_id: str, door: Revealer, language: Language = SOURCE) -> OwnCopyOut:
    """What is written about the person alone, nobody else in it, as the paper has it; schema waymark-own-copy/1.

    The name has to be uncovered in this sign-in, else 403 (reveal_needed). The copy is noted in the history.
    """
    if language not in LANGUAGES:
        raise Invalid(extra=at_field("language", "one of: " + ", ".join(LANGUAGES)))
    with door.write() as desk, reading(Reader(language, "", desk.policies.zone(desk.actor.country), desk.now)):
        return own_copy.taken(desk, case_id, language, "json")


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


@router.get(
    "/cases/{case_id}/same-person",
    response_model=SamePersonOut,
    responses=documented(Forbidden, NotFound),
    summary="List other records of this person",
)
def list_same_person(case_id: str, door: Joiner) -> SamePersonOut:
    """Cases joined with this one, and cases whose person may be the same, the likeliest first, each with the reasons.

    Only what you could uncover is compared; no name is told. A machine joins nobody.
    """
    with door.write() as desk:
        return joining.similar(desk, case_id)


@router.post(
    "/cases/{case_id}/same-person",
    response_model=SamePersonOut,
    responses=documented(Invalid, Forbidden, NotFound, Conflict),
    summary="Join two records as one person's",
)
def join_same_person(case_id: str, body: JoinIn, door: Joiner) -> Response:
    """Say that another case is about the same person. Nothing moves; both histories keep your reason, sealed."""
    return door.once(lambda desk: joining.join(desk, case_id, body))


@router.post(
    "/cases/{case_id}/same-person/apart",
    response_model=SamePersonOut,
    responses=documented(Invalid, Forbidden, NotFound, Conflict),
    summary="Take two joined records apart",
)
def take_same_person_apart(case_id: str, body: ApartIn, door: Joiner) -> Response:
    """Say that two cases that were joined are about two people; each is exactly what it was."""
    return door.once(lambda desk: joining.take_apart(desk, case_id, body))
