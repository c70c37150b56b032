"""The JSON door of the worklist room."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from app.access.door import Door, needs
from app.kit.errors import Conflict, Forbidden, Invalid, NotFound
from app.kit.paging import ask
from app.kit.problems import documented
from app.worklist import clocks, notices, pressing, service
from app.worklist.queries import Filter
from app.worklist.schemas import (
    DoneIn,
    NoticeOut,
    NoticeReadIn,
    NoticesOut,
    PriorityIn,
    ResumeIn,
    StopIn,
    TaskOut,
    TasksOut,
    TaskState,
)

router = APIRouter(tags=["worklist"])

Reader = Annotated[Door, Depends(needs("task:read"))]
Worker = Annotated[Door, Depends(needs("task:work"))]
Stopper = Annotated[Door, Depends(needs("clock:stop"))]
Presser = Annotated[Door, Depends(needs("case:task"))]
Anybody = Annotated[Door, Depends(needs("account:self"))]


@router.get("/tasks", response_model=TasksOut, responses=documented(Invalid, NotFound), summary="List tasks")
def list_tasks(
    door: Reader,
    state: Annotated[TaskState, Query(description="open, stopped, done or all.")] = TaskState.OPEN,
    role: Annotated[
        str | None, Query(pattern=r"^[a-z_]{1,40}$", description="Only tasks of this role.", examples=["case_manager"])
    ] = None,
    late: Annotated[bool | None, Query(description="Only those that are late, or only those that are not.")] = None,
    case_id: Annotated[str | None, Query(max_length=36, description="Only tasks about this case.")] = None,
    limit: Annotated[int | None, Query(ge=1, le=100, description="Entries per page; 50 if left out.")] = None,
    cursor: Annotated[str | None, Query(max_length=512, description="`next` of the page before.")] = None,
) -> TasksOut:
    """The tasks within your reach, due first. `closed_by` names the steps and records with which a task ends."""
    asked = ask(limit, cursor, (datetime, str))
    with door.write() as desk:
        return service.listed(desk, Filter(state, role, late, case_id), asked)


@router.post(
    "/tasks/{task_id}/done",
    response_model=TaskOut,
    responses=documented(NotFound, Forbidden, Conflict),
    summary="Mark a task as done",
)
def finish_task(task_id: str, body: DoneIn, door: Worker) -> Response:
    """Mark a task as done. One that ends with a step or a record (`closed_by`) is refused: do that instead."""
    return door.once(lambda desk: service.done(desk, task_id, body))


@router.post(
    "/tasks/{task_id}/stop",
    response_model=TaskOut,
    responses=documented(NotFound, Forbidden, Conflict),
    summary="Stop the clock of a task",
)
def stop_clock(task_id: str, body: StopIn, door: Stopper) -> Response:
    """Let the clock of a task stand still for a cause that policy knows. The duty stays; supervisors are told."""
    return door.once(lambda desk: clocks.stopped(desk, task_id, body))


@router.post(
    "/tasks/{task_id}/resume",
    response_model=TaskOut,
    responses=documented(NotFound, Forbidden, Conflict),
    summary="Let the clock of a task run again",
)
def resume_clock(task_id: str, body: ResumeIn, door: Stopper) -> Response:
    """Let a clock run again: the task is due later by the time for which it stood, never by more."""
    return door.once(lambda desk: clocks.resumed(desk, task_id, body))


@router.post(
    "/tasks/{task_id}/extend",
    response_model=TaskOut,
    responses=documented(NotFound, Forbidden, Conflict),
    summary="Extend the time of a task",
)
def extend_clock(task_id: str, body: StopIn, door: Stopper) -> Response:
    """Give a task the longer time that a rule of the country or corridor allows, within its limit."""
    return door.once(lambda desk: clocks.extended(desk, task_id, body))


@router.post(
    "/tasks/{task_id}/priority",
    response_model=TaskOut,
    responses=documented(NotFound, Forbidden, Conflict, Invalid),
    summary="Say how pressing a task is",
)
def set_priority(task_id: str, body: PriorityIn, door: Presser) -> Response:
    """Move a task about a case up or down in its lists. What is late comes first all the same."""
    return door.once(lambda desk: pressing.set_priority(desk, task_id, body))


@router.get("/notices", response_model=NoticesOut, responses=documented(Invalid), summary="List your notices")
def list_notices(
    door: Anybody,
    limit: Annotated[int | None, Query(ge=1, le=100, description="Entries per page; 50 if left out.")] = None,
    cursor: Annotated[str | None, Query(max_length=512, description="`next` of the page before.")] = None,
) -> NoticesOut:
    """What you have to know: unread notices first, then the newest. Never a name or a reason, and only your own."""
    asked = ask(limit, cursor, (int, datetime, str))
    with door.read() as desk:
        return notices.listed(desk, asked)


@router.post(
    "/notices/{notice_id}/read",
    response_model=NoticeOut,
    responses=documented(NotFound),
    summary="Mark a notice as read",
)
def read_notice(notice_id: str, body: NoticeReadIn, door: Anybody) -> Response:
    """Mark one of your own notices as read, or as unread again."""
    return door.once(lambda desk: notices.marked(desk, notice_id, body))
