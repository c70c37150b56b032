"""What was typed and not sent: keeping it, by the page's script every few seconds or by a button, and discarding it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from app.access import drafts
from app.access.page_door import Page, opens

router = APIRouter()

Myself = Annotated[Page, Depends(opens("account:self"))]


@router.post("/drafts")
def keep(page: Myself) -> Response:
    """Keep what the posted form holds as a draft of the page it stands on, and go back there."""
    with page.write() as desk:
        drafts.keep(desk, page.place, page.typed)
    return page.to(page.place)


@router.post("/drafts/discard")
def discard(page: Myself) -> Response:
    """Throw the draft of a page away, and show the page without it."""
    with page.write() as desk:
        drafts.forget(desk, page.place)
    return page.to(page.place)
