"""The HTML door of the overview room: the first page of whoever is signed in, and the pages it leads to."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Response

from app.access.desk import Desk
from app.access.log import refused
from app.access.page_door import Page, opens
from app.access.sheet import START, path_within
from app.casework.stages import Stage
from app.casework.tasks import PRIORITIES
from app.kit.errors import NotFound
from app.kit.paging import ask
from app.models.base import is_id
from app.overview import (
    admin_pages,
    bed_pages,
    case_pages,
    clock_pages,
    document_pages,
    entitlement_pages,
    guideline_pages,
    matter_pages,
    people_pages,
    record_pages,
    section_pages,
    step_pages,
    supervision_pages,
    work,
)
from app.overview.forms import DonePage, NoticePage, PriorityPage
from app.overview.papers import pages as papers
from app.worklist import notices, pressing, service
from app.worklist.schemas import DoneIn, NoticeReadIn, PriorityIn
from app.worklist.work_queries import Group

router = APIRouter()
for part in (
    case_pages, step_pages, matter_pages, record_pages, section_pages, document_pages, people_pages,
    guideline_pages, papers, supervision_pages, admin_pages, clock_pages, bed_pages,
    entitlement_pages,
):  # fmt: skip
    router.include_router(part.router)

Myself = Annotated[Page, Depends(opens("account:self"))]
Cursor = Annotated[str | None, Query(max_length=512)]
Word = Annotated[str, Query(max_length=20)]

WORK: Final = "/tasks"
_NOTICES: Final = "/notices"
_STAGES: Final = frozenset({*(stage.value for stage in Stage), work.REFERRALS})


@router.get(START)
def start(page: Myself) -> Response:
    """My work: what is late, what is due, what is new. Whose day begins elsewhere is sent there."""
    with page.write() as desk:
        home = work.home_of(desk, page.places)
        if home is not None:
            return page.to(home)
        found = work.mine(desk)
    return page.show("overview/work.html", here="work", work=found)


@router.get(WORK)
def my_work(page: Myself) -> Response:
    """My work, also for those whose day begins with the referrals."""
    with page.write() as desk:
        _must_have_work(page)
        found = work.mine(desk)
    return page.show("overview/work.html", here="work", work=found)


@router.get("/tasks/late")
def late(page: Myself, stage: Word = "", cursor: Cursor = None) -> Response:
    """What is late within reach, by stage, and why: for those who answer for what others have to do."""
    asked = ask(work.ROWS, cursor, (datetime, str))
    with page.write() as desk:
        if not work.oversees(desk) or stage not in _STAGES | {""}:
            raise NotFound()
        found = work.late(desk, stage or None, asked)
        stages = work.late_stages(desk)
    return page.show("overview/late.html", here="work", part=found, stages=stages, stage=stage)


@router.get("/tasks/list")
def group(page: Myself, group: Word = Group.LATE.value, cursor: Cursor = None) -> Response:
    """One part of My work in full."""
    asked = ask(work.ROWS, cursor, (int, int, datetime, str))
    with page.write() as desk:
        _must_have_work(page)
        if group not in set(Group):
            raise NotFound()
        found = work.listed(desk, Group(group), asked)
    return page.show("overview/work_list.html", here="work", part=found, group=group)


@router.get("/tasks/done")
def done_page(page: Myself, task_id: Annotated[str, Query(max_length=36)] = "") -> Response:
    """The question before a task is marked as done."""
    with page.read() as desk:
        found = work.by_hand(desk, task_id)
        if found is None:
            refused(desk, "task", task_id if is_id(task_id) else "-", {"answer": 404})
            raise NotFound()
    return page.show("overview/done.html", here="work", line=found)


@router.post("/tasks/done")
def done(page: Myself) -> Response:
    """Mark a task as done that does not end by itself."""
    with page.read() as desk:
        found = work.by_hand(desk, page.own_field("task_id") or "")
    if found is not None:
        page.again("overview/done.html", here="work", line=found)
    form = page.form(DonePage)
    body = DoneIn(note=form.note.strip() or None)

    def act(desk: Desk) -> None:
        service.done(desk, form.task_id, body)

    return page.act(act, then=START)


@router.get("/tasks/priority")
def priority_page(page: Myself, task_id: Annotated[str, Query(max_length=36)] = "") -> Response:
    """The question how pressing a task is."""
    with page.read() as desk:
        found = work.pressing(desk, task_id)
        codes = list(desk.policies.codes[PRIORITIES].codes)
    return page.show("overview/priority.html", here="work", line=found, priorities=codes)


@router.post("/tasks/priority")
def set_priority(page: Myself) -> Response:
    """Say how pressing a task is."""
    with page.read() as desk:
        found = work.pressing(desk, page.own_field("task_id") or "")
        codes = list(desk.policies.codes[PRIORITIES].codes)
    page.again("overview/priority.html", here="work", line=found, priorities=codes)
    form = page.form(PriorityPage)

    def act(desk: Desk) -> None:
        pressing.set_priority(desk, form.task_id, PriorityIn(priority=form.priority))

    return page.act(act, then=f"/cases/{found.reference}?done=task")


@router.get(_NOTICES)
def notice_list(page: Myself, cursor: Cursor = None) -> Response:
    """Everything the actor was told, unread first."""
    asked = ask(work.ROWS, cursor, (int, datetime, str))
    with page.read() as desk:
        listed = notices.listed(desk, asked)
        found = work.news(desk, listed.items)
    return page.show("overview/notices.html", here="work", news=found, unread=listed.unread, next=listed.next)


@router.post("/notices/read")
def read_notice(page: Myself) -> Response:
    """Mark a notice as read."""
    form = page.form(NoticePage)

    def act(desk: Desk) -> None:
        notices.marked(desk, form.notice_id, NoticeReadIn(read=True))

    return page.act(act, then=path_within(form.back))


def _must_have_work(page: Page) -> None:
    """The same page as for what does not exist, for those whose roles bring no tasks."""
    if not any(place.name == "work" for place in page.places):
        raise NotFound()
