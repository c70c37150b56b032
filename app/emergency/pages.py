"""The HTML door of the emergency room: open a case in an emergency, end or answer for it, review what others opened."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Response

from app.access.desk import Desk
from app.access.page_door import Page, opens
from app.access.stepup import must_be_fresh
from app.casework.phrases import LOOKS
from app.emergency import reviewing, service
from app.emergency.forms import AnswerPage, EndPage, OpenPage, ReviewPage
from app.emergency.schemas import AnswerIn, EmergencyIn, EndIn, ReviewIn, State
from app.kit.paging import ask

router = APIRouter()

Opener = Annotated[Page, Depends(opens("emergency:open"))]
Reviewer = Annotated[Page, Depends(opens("emergency:review"))]
# As at the JSON door: what one opened stays one's own to end and to answer for.
Anybody = Annotated[Page, Depends(opens("account:self"))]
Cursor = Annotated[str | None, Query(max_length=512)]
Done = Annotated[str, Query(max_length=20)]

MINE: Final = "/emergency/mine"
REVIEWS: Final = "/reports/emergency"
PAGE: Final = 25


@router.get("/emergency")
def open_page(page: Opener, reference: Annotated[str, Query(max_length=40)] = "") -> Response:
    """The form; the proof that it is you comes first, so that nothing typed is lost to it."""
    with page.read() as desk:
        must_be_fresh(desk, service.ACT)
    return page.show("emergency/open.html", **_form_context(page, reference))


@router.post("/emergency")
def open_case(page: Opener) -> Response:
    """Open the case, to read, for the time the policies give."""
    page.again(
        "emergency/open.html", {"not_found": "reference", "not_needed": "reference"}, **_form_context(page, "")
    )
    form = page.form(OpenPage)

    def act(desk: Desk) -> str:
        body = EmergencyIn(reference=form.reference, why=form.why, reason=form.reason, confirm=True)
        return f"/cases/{service.opened(desk, body).reference}"

    return page.act(act, then=MINE)


@router.get(MINE)
def mine(page: Anybody, done: Done = "", cursor: Cursor = None) -> Response:
    """What I have opened, what is still open, and what I was asked about it."""
    return page.show("emergency/mine.html", **_mine(page, cursor), done=done)


@router.post("/emergency/end")
def end(page: Anybody) -> Response:
    """End one of the own accesses before its time."""
    page.again("emergency/mine.html", **_mine(page, None), done="")
    form = page.form(EndPage)

    def act(desk: Desk) -> None:
        service.ended(desk, form.emergency_id, EndIn())

    return page.act(act, then=f"{MINE}?done=ended")


@router.post("/emergency/answer")
def answer(page: Anybody) -> Response:
    """Answer what the reviewer asked."""
    page.again("emergency/mine.html", **_mine(page, None), done="")
    form = page.form(AnswerPage)

    def act(desk: Desk) -> None:
        service.answered(desk, form.emergency_id, AnswerIn(answer=form.answer))

    return page.act(act, then=f"{MINE}?done=answered")


@router.get(REVIEWS)
def reviews(page: Reviewer, done: Done = "", cursor: Cursor = None) -> Response:
    """What waits for a review, the longest first."""
    with page.write() as desk:
        found = reviewing.waiting(desk, ask(PAGE, cursor, (datetime, str)))
    return page.show("emergency/reviews.html", here="reports", found=found, done=done)


@router.get(REVIEWS + "/{emergency_id}")
def review_page(emergency_id: str, page: Reviewer) -> Response:
    """One access: why it was opened, what was looked at, and the three answers."""
    return page.show("emergency/review.html", **_one(page, emergency_id))


@router.post(REVIEWS + "/{emergency_id}")
def review(emergency_id: str, page: Reviewer) -> Response:
    """Judge it, once."""
    page.again("emergency/review.html", **_one(page, emergency_id))
    form = page.form(ReviewPage)

    def act(desk: Desk) -> None:
        reviewing.reviewed(desk, emergency_id, ReviewIn(verdict=form.verdict, comment=form.comment))

    return page.act(act, then=f"{REVIEWS}?done={form.verdict.value}")


def _form_context(page: Page, reference: str) -> dict[str, Any]:
    policies = page.house.policies
    return {
        "reference": reference,
        "reasons": tuple(policies.codes[service.REASONS].codes),
        "minutes": policies.safeguards.emergency.minutes,
        "review_days": policies.safeguards.emergency.review_days,
    }


def _mine(page: Page, cursor: str | None) -> dict[str, Any]:
    with page.write() as desk:
        found = service.listed_own(desk, State.ALL, ask(PAGE, cursor, (datetime, str)))
    return {"found": found}


def _one(page: Page, emergency_id: str) -> dict[str, Any]:
    with page.write() as desk:
        return {"found": reviewing.shown(desk, emergency_id), "looks": LOOKS, "here": "reports", "me": desk.actor.id}
