"""The HTML door of the overview room: the first page of whoever is signed in, and the pages of a case."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from app.access.page_door import Page, opens
from app.access.sheet import START
from app.kit.paging import ask
from app.overview import (
    case_pages,
    guideline_pages,
    people_pages,
    record_pages,
    section_pages,
    step_pages,
    work,
)

router = APIRouter()
for part in (case_pages, step_pages, record_pages, section_pages, people_pages, guideline_pages):
    router.include_router(part.router)

Myself = Annotated[Page, Depends(opens("account:self"))]


@router.get(START)
def start(page: Myself) -> Response:
    """My work: what is late, what is due, what is new. Who has no tasks is sent where their roles lead."""
    with page.write() as desk:
        if not any(place.name == "work" for place in page.places):
            return page.to(page.places[0].path if page.places else "/me")
        found = work.mine(desk, ask(None, None, ()))
    return page.show("overview/work.html", here="work", work=found)
