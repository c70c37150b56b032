"""The HTML door of the oversight room: refused attempts, the book of looks, the proof."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from app.access.page_door import Page, opens
from app.casework.phrases import LOOKS
from app.kit.paging import ask
from app.oversight import book, service, story

router = APIRouter()

Auditor = Annotated[Page, Depends(opens("audit:read"))]
Watcher = Annotated[Page, Depends(opens("attempt:read"))]
Cursor = Annotated[str | None, Query(max_length=512)]


@router.get("/reports/attempts")
def attempts(page: Watcher, cursor: Cursor = None) -> Response:
    """What was tried and refused within reach, newest first."""
    with page.write() as desk:
        found = book.attempts(desk, ask(story.PAGE, cursor, (datetime, str, int)))
    return page.show("oversight/attempts.html", here="reports", found=found)


@router.get("/reports/looks")
def looks(page: Auditor, cursor: Cursor = None) -> Response:
    """Who looked at which case, newest first."""
    with page.write() as desk:
        found = book.looks(desk, ask(story.PAGE, cursor, (datetime, str)))
    return page.show("oversight/looks.html", here="reports", found=found, looks=LOOKS)


@router.get("/reports/verify")
def verify(page: Auditor, run: Annotated[bool, Query()] = False) -> Response:
    """The proof of every history within reach; it takes a moment, so it is made when asked for."""
    proof = None
    if run:
        with page.write() as desk:
            service.verification_begins(desk)
        with page.read() as desk:
            proof = service.verified(desk)
    else:
        page.verify()
    return page.show("oversight/verify.html", here="reports", proof=proof)
