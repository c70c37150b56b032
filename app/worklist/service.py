"""The verbs of the worklist room: list tasks, mark one done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, update

from app.access import rows
from app.access.desk import Desk
from app.access.log import looked, refused
from app.access.may import forbidden
from app.casework import move
from app.casework.held import hold_case, hold_referral
from app.casework.history import Event
from app.casework.kinds import KINDS
from app.casework.tasks import OPEN, STOPPED, TABLE, UNDONE, priority_of
from app.kit.errors import Conflict, NotFound
from app.kit.paging import Ask
from app.models.base import is_id
from app.worklist import queries
from app.worklist.closers import CLOSERS, RECORD
from app.worklist.queries import Filter
from app.worklist.schemas import DoneIn, StopOut, TaskOut, TasksOut
from workflows.engine import MACHINES

WORK = "task:work"


def listed(desk: Desk, wanted: Filter, ask: Ask) -> TasksOut:
    """One page of tasks, due first; one row in the book of looks, with filter and count."""
    if wanted.case_id is not None and not is_id(wanted.case_id):
        raise NotFound()
    rows, following = queries.tasks(desk, wanted, ask)
    list_noted(desk, {**wanted.said, "count": len(rows)})
    return TasksOut(items=[told(desk, row) for row in rows], next=following)


def list_noted(desk: Desk, said: Mapping[str, str | bool | int]) -> None:
    """Write a look at a list of tasks into the book of looks, with what was asked for and how many were shown."""
    looked(desk, "tasks_listed", "task", "-", said)


def done(desk: Desk, task_id: str, body: DoneIn) -> TaskOut:
    """Mark a task done; the note is sealed in the history of what the task is about.

    NotFound for a task out of reach, Forbidden for one that is seen and not the actor's to work on, Conflict for
    one that ends by itself or is done already.
    """
    row = queries.task(desk, task_id) if is_id(task_id) else None
    if row is None:
        refused(desk, "task", task_id if is_id(task_id) else "-", {"permission": WORK, "answer": 404})
        raise NotFound()
    if not queries.within(desk, WORK, task_id):
        refused(desk, "task", task_id, {"permission": WORK, "answer": 403})
        raise forbidden(desk.policies, desk.actor, WORK, desk.policies.scope_for(desk.actor.roles, WORK))
    _must_be_by_hand(row)
    # A task may be somebody's to do who does not see what it is about; the note goes there all the same.
    with rows.as_the_house(desk.session, desk.actor.country):
        # Subject before task, as every step takes them: two programs must not wait for each other.
        held = hold_referral(desk, row.referral_id) if row.referral_id else hold_case(desk, row.case_id)
        changed: Any = desk.session.execute(
            update(TABLE)
            .where(TABLE.c.id == task_id, TABLE.c.state.in_(UNDONE))
            .values(state="done", done_at=desk.now, done_by=desk.actor.id)
        )
        if changed.rowcount != 1:
            raise Conflict("Somebody has marked this task as done already.", code="task_done")
        details = {"task": task_id, "role": row.role, "late": row.due_at < desk.now}
        move.remark(desk, held, Event("task", row.kind, held.version, details, desk.now, body.note))
    return shown(desk, task_id)


def shown(desk: Desk, task_id: str) -> TaskOut:
    """A task within reach as it is now."""
    after = queries.task(desk, task_id)
    assert after is not None
    return told(desk, after)


def _must_be_by_hand(row: Row[Any]) -> None:
    acts = CLOSERS.get(row.kind, ())
    if acts:
        titles = ", ".join(f"'{_title(act)}'" for act in acts)
        raise Conflict(
            f"This task ends by itself with what it asks for: {titles}.",
            code="task_ends_by_itself",
            extra={"closed_by": list(acts)},
        )


def _title(act: str) -> str:
    place, name = act.split(".")
    if place == RECORD:
        return KINDS[name].title
    step = MACHINES[place].step(name)
    return step.title if step is not None else name


def told(desk: Desk, row: Row[Any]) -> TaskOut:
    """A task's row as the API tells it."""
    return TaskOut(
        id=row.id,
        kind=row.kind,
        role=row.role,
        office=row.office,
        case_id=row.case_id,
        referral_id=row.referral_id,
        opened_at=row.opened_at,
        due_at=row.due_at,
        late=row.state == OPEN and row.due_at < desk.now,
        clock=row.clock,
        basis=row.basis,
        sources=row.sources.split(),
        state=row.state,
        done_at=row.done_at,
        done_by=row.done_by,
        missed_at=row.missed_at,
        rung=row.rung,
        stop=_stop(row),
        priority=priority_of(desk.policies, row.priority),
        assignee=row.assignee_id,
        record_id=row.record_id,
        closed_by=list(CLOSERS.get(row.kind, ())),
    )


def _stop(row: Row[Any]) -> StopOut | None:
    if row.state != STOPPED:
        return None
    return StopOut(cause=row.stop_cause, since=row.stopped_at, by=row.stopped_by, ends_at=row.stop_ends_at)
