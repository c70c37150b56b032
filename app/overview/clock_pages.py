"""The page of one task's clock: why it stands still, and stopping it, letting it run again, extending its time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from app.access.desk import Desk
from app.access.page_door import Page, opens
from app.access.sheet import PageForm
from app.casework.tasks import priority_of
from app.kit.errors import AppError, Invalid
from app.kit.fields import at_field
from app.kit.words import mark
from app.overview import case_queries, queries
from app.worklist import clocks, pressing
from app.worklist.schemas import ResumeIn, StopIn

router = APIRouter()

Stopper = Annotated[Page, Depends(opens("clock:stop"))]
CLOCK: Final = "overview/clock.html"


class ClockPage(PageForm):
    """What is to happen to the clock, for which cause, and a note in one's own words if one likes."""

    change: Literal["stop", "resume", "extend"]
    cause: Annotated[str, Field(max_length=40)] = ""
    note: Annotated[str, Field(max_length=4000)] = ""


@router.get("/tasks/{task_id}/clock")
def clock_page(task_id: str, page: Stopper) -> Response:
    """How the clock of a task stands."""
    with page.write() as desk:
        context = _context(desk, task_id)
    return page.show(CLOCK, here="work", **context)


@router.post("/tasks/{task_id}/clock")
def change_clock(task_id: str, page: Stopper) -> Response:
    """Stop the clock, let it run again, or extend its time."""

    def act(desk: Desk) -> str:
        form = page.form(ClockPage)
        note = form.note.strip() or None
        if form.change == "resume":
            clocks.resumed(desk, task_id, ResumeIn(note=note))
        elif not form.cause:
            raise _cause_wanted()
        elif form.change == "stop":
            clocks.stopped(desk, task_id, StopIn(cause=form.cause, note=note))
        else:
            clocks.extended(desk, task_id, StopIn(cause=form.cause, note=note))
        return f"/tasks/{task_id}/clock"

    def again(desk: Desk, error: AppError) -> Mapping[str, Any]:
        return {"here": "work", **_context(desk, task_id), "refused": error.extra.get("refusals", [])}

    return page.act_or_show(act, f"/tasks/{task_id}/clock", CLOCK, again)


def _cause_wanted() -> Invalid:
    return Invalid("A cause is missing.", extra=at_field("cause", mark("Choose why.")))


def _context(desk: Desk, task_id: str) -> dict[str, Any]:
    found = clocks.standing(desk, task_id)
    row = found.row
    back, reference = _subject(desk, row)
    by = row.stopped_by or ""
    presses = row.case_id is not None and row.id in case_queries.within_permission(desk, row.case_id, pressing.SET)
    return {
        "found": found,
        "row": row,
        "late": row.state == "open" and row.due_at < desk.now,
        "by": case_queries.names_of(desk, [by]).get(by, ""),
        "back": back,
        "reference": reference,
        "refused": [],
        "press": f"/tasks/priority?task_id={task_id}" if presses else "",
        "priority": priority_of(desk.policies, row.priority),
    }


def _subject(desk: Desk, row: Any) -> tuple[str, str]:
    """Where the task is shown: the page of its referral or case, as far as the actor may open it, else My work."""
    if row.referral_id is not None:
        known = queries.referral_references(desk, [row.referral_id])
        if known:
            return f"/referrals/{known[row.referral_id]}", known[row.referral_id]
    known = queries.references(desk, [row.case_id]) if row.case_id is not None else {}
    return (f"/cases/{known[row.case_id]}", known[row.case_id]) if known else ("/tasks", "")
