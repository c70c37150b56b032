"""The JSON door of working lists."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from app.access.door import Door, needs
from app.cases import saved
from app.cases.saved_schemas import RemoveIn, RenameIn, SavedIn, SavedListOut, SavedListsOut, ShareIn
from app.kit.errors import Conflict, Forbidden, Invalid, NotFound
from app.kit.problems import documented

router = APIRouter(tags=["cases"])

Reader = Annotated[Door, Depends(needs("case:read"))]


@router.get(
    "/working-lists", response_model=SavedListsOut, responses=documented(Forbidden), summary="List your working lists",
)  # fmt: skip
def working_lists(door: Reader) -> SavedListsOut:
    """The filters you or your office keep under a name, each with how many cases within your reach it leaves now."""
    with door.write() as desk:
        return saved.listed(desk)


@router.post(
    "/working-lists", status_code=201, response_model=SavedListOut, responses=documented(Invalid, Forbidden, Conflict),
    summary="Keep a working list",
)  # fmt: skip
def save(body: SavedIn, door: Reader) -> Response:
    """Keep filters of the list of cases under a name: for you alone, or for your office if you may share.

    It holds no case: everybody who has it sees what they reach themselves.
    """
    return door.once(lambda desk: saved.save(desk, body), status=201)


@router.post(
    "/working-lists/rename", response_model=SavedListOut, responses=documented(Invalid, Forbidden, NotFound),
    summary="Rename a working list",
)  # fmt: skip
def rename(body: RenameIn, door: Reader) -> Response:
    """Give a working list another name: your own, or one of your office that you tend."""
    return door.once(lambda desk: saved.rename(desk, body.list_id, body.name))


@router.post(
    "/working-lists/share", response_model=SavedListOut, responses=documented(Invalid, Forbidden, NotFound, Conflict),
    summary="Share a working list",
)  # fmt: skip
def share(body: ShareIn, door: Reader) -> Response:
    """Let your office share a working list that you made, or have it for yourself again."""
    return door.once(lambda desk: saved.share(desk, body.list_id, body.shared))


@router.post(
    "/working-lists/delete", response_model=SavedListsOut, responses=documented(Forbidden, NotFound),
    summary="Delete a working list",
)  # fmt: skip
def remove(body: RemoveIn, door: Reader) -> Response:
    """Delete a working list, your own or one you tend; the cases stay. The answer holds the lists that are left."""
    return door.once(lambda desk: saved.removed(desk, body.list_id))
