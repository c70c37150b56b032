"""The referral desk: five boxes with their counts, what has to be answered first on top."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.kit.paging import ask
from app.kit.words import mark
from app.referrals import desk as referral_desk
from app.referrals.desk_queries import SHAPE
from app.referrals.pages_frame import PAGE, Cursor, Done, Reader, show
from app.referrals.schemas import Box

router = APIRouter()

# In the order of the tabs: box, its word, and what is said when nothing lies in it.
TABS = (
    (Box.INBOX, mark("To answer"), mark("Nothing waits for an answer from here.")),
    (Box.ARRIVING, mark("Arriving"), mark("Nobody is on the way to you.")),
    (Box.TODAY, mark("Today"), mark("No handover today.")),
    (Box.OUTBOX, mark("Sent"), mark("Nothing from here is on its way.")),
    (Box.CLOSED, mark("Closed"), mark("No referral has ended yet.")),
)


@router.get("/referrals")
def inbox(
    page: Reader, box: Annotated[Box, Query()] = Box.INBOX, cursor: Cursor = None, done: Done = ""
) -> Response:
    """One box of the desk, 25 referrals at a time."""
    with page.write() as desk:
        cards, following, counts = referral_desk.inbox(desk, box, ask(PAGE, cursor, SHAPE))
    more = f"/referrals?box={box.value}&cursor={following}" if following else ""
    return show(
        page, "referrals/inbox.html", box=box, tabs=TABS, counts=counts, cards=cards, more=more, done=done
    )
