"""Pages of supervision that show several rooms at once: reports, load, what is late, timeline and access."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Response

from app.access.may import permitted
from app.access.page_door import Page, opens
from app.casework.phrases import LOOKS
from app.kit.paging import ask
from app.oversight import story
from app.overview import access, late, load, reports
from app.overview.case_frame import open_case

router = APIRouter()

Myself = Annotated[Page, Depends(opens("account:self"))]
Assigner = Annotated[Page, Depends(opens("case:assign"))]
Teller = Annotated[Page, Depends(opens("timeline:read"))]
Worker = Annotated[Page, Depends(opens("task:read"))]
Cursor = Annotated[str | None, Query(max_length=512)]
Moment = Annotated[datetime | None, Query()]
PAGE: Final = 25


@router.get("/reports")
def reports_page(page: Myself) -> Response:
    """The ways on, as far as the actor's roles lead."""
    with page.read() as desk:
        cards = reports.cards_of(desk)
    return page.show("overview/reports.html", here="reports", cards=cards)


@router.get("/reports/team")
def team(page: Assigner) -> Response:
    """How much each worker carries, by name."""
    with page.write() as desk:
        found = load.team(desk)
        may_hand_over = permitted(desk, "case:handover")
    return page.show("overview/team.html", here="reports", team=found, may_hand_over=may_hand_over)


@router.get("/reports/late")
def late_page(page: Worker, cursor: Cursor = None) -> Response:
    """What is late, by stage, with what blocks it."""
    with page.write() as desk:
        found = late.late(desk, ask(PAGE, cursor, (datetime, str)))
    return page.show("overview/late_why.html", here="reports", found=found)


@router.get("/cases/{reference}/timeline")
def timeline(
    reference: str,
    page: Teller,
    kind: Annotated[str, Query(max_length=20)] = "all",
    cursor: Cursor = None,
    before: Moment = None,
    at: Moment = None,
) -> Response:
    """Everything that happened in a case, newest first."""
    with page.write() as desk:
        found = story.told(desk, reference, kind, cursor, before, at)
        case = open_case(desk, reference, story.READ)
    return page.show(
        "oversight/timeline.html", here="cases", section="timeline", case=case, story=found, cursor=cursor, looks=LOOKS
    )


@router.get("/cases/{reference}/access")
def access_page(
    reference: str, page: Myself, done: Annotated[str, Query(max_length=20)] = "", cursor: Cursor = None
) -> Response:
    """Who looked at the case, who can see it and why, and what keeps others away."""
    with page.write() as desk:
        found = access.access_page(desk, reference, cursor)
        case = open_case(desk, reference, found.permission)
    return page.show(
        "overview/access.html", here="cases", section="access", case=case, found=found, done=done, looks=LOOKS,
        shown=access.LOOKS_SHOWN,
    )  # fmt: skip
