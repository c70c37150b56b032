"""The JSON door of the directory of contacts."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from app.access.door import Door, needs
from app.casework.seen import IF_MATCH, seen_version
from app.directory import contacts
from app.directory.contact_schemas import ContactIn, ContactOut, ContactsOut, FoundIn, SeenIn
from app.kit.errors import Conflict, Invalid, NotFound, PreconditionMissing, StaleVersion
from app.kit.problems import documented

router = APIRouter()

Reader = Annotated[Door, Depends(needs(contacts.READ))]
Keeper = Annotated[Door, Depends(needs(contacts.KEEP))]
Code = Annotated[str, Path(pattern="^[A-Z]{2}$", description="Country code, such as MM.")]


@router.get(
    "/corridors/{a}/{b}/contacts", response_model=ContactsOut, responses=documented(NotFound),
    summary="List the contacts of a corridor",
)  # fmt: skip
def list_contacts(a: Code, b: Code, door: Reader) -> ContactsOut:
    """Who answers on both sides: when, for what, when it was last checked, and what the other side found."""
    with door.read() as desk:
        return contacts.corridor_contacts(desk, a, b)


@router.get(
    "/contacts/{contact_id}", response_model=ContactOut, responses=documented(NotFound), summary="Look at a contact"
)
def look_at_contact(contact_id: str, door: Reader) -> ContactOut:
    """One entry of the directory."""
    with door.read() as desk:
        return contacts.one(desk, contact_id)


@router.post(
    "/contacts", status_code=201, response_model=ContactOut, responses=documented(Invalid), summary="Add a contact"
)
def add_contact(body: ContactIn, door: Keeper) -> Response:
    """Say how an office of your country is reached. The countries of its corridors are told."""
    return door.once(lambda desk: contacts.add_entry(desk, body), status=201)


@router.post(
    "/contacts/{contact_id}", response_model=ContactOut,
    responses=documented(NotFound, Invalid, StaleVersion, Conflict, PreconditionMissing), openapi_extra=IF_MATCH,
    summary="Change a contact",
)  # fmt: skip
def change_contact(contact_id: str, body: ContactIn, door: Keeper) -> Response:
    """Say an entry of your country anew. It counts as checked today, and the other countries are told."""
    return door.once(lambda desk: contacts.change(desk, contact_id, body, seen_version(door, body.seen_version)))


@router.post(
    "/contacts/{contact_id}/check", response_model=ContactOut,
    responses=documented(NotFound, StaleVersion, Conflict, PreconditionMissing), openapi_extra=IF_MATCH,
    summary="Say that a contact still holds",
)  # fmt: skip
def check_contact(contact_id: str, body: SeenIn, door: Keeper) -> Response:
    """Your country's entry was checked today and holds as it stands."""
    return door.once(lambda desk: contacts.check(desk, contact_id, seen_version(door, body.seen_version)))


@router.post(
    "/contacts/{contact_id}/found", response_model=ContactOut,
    responses=documented(NotFound, Invalid, StaleVersion, Conflict, PreconditionMissing), openapi_extra=IF_MATCH,
    summary="Say whether another country's contact answers",
)  # fmt: skip
def answer_contact(contact_id: str, body: FoundIn, door: Keeper) -> Response:
    """What you found when you tried it. The country that keeps it is told."""
    return door.once(lambda desk: contacts.answer(desk, contact_id, body, seen_version(door, body.seen_version)))
