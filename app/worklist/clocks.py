"""The verbs of clocks: stop one with a cause, let it run again, extend its time; and how one stands, for a page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row

from app.access import notices, rows
from app.access.desk import Desk
from app.access.log import looked, refused
from app.access.may import forbidden
from app.casework import rungs, stopping
from app.casework.held import Held
from app.casework.tasks import UNDONE
from app.kit.errors import Conflict, NotFound
from app.models.base import is_id
from app.worklist import queries
from app.worklist.schemas import ResumeIn, StopIn, TaskOut
from app.worklist.service import told
from workflows import clocks
from workflows.verdict import Refusal

STOP: Final = "clock:stop"
NOTICE: Final = "clock_stopped"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a clock stands for whoever may stop it, also of a task that is done.

    causes: those the actor may state. A reason against an act: it is not possible now. until: what an extension would
    give.
    """

    row: Row[Any]
    causes: Sequence[str]
    against_stop: Sequence[Refusal]
    against_resume: Sequence[Refusal]
    until: datetime | None
    against_extension: Sequence[Refusal]


def standing(desk: Desk, task_id: str) -> Standing:
    """How the clock of a task stands and what may be done with it now; the look is noted. Raises as `stopped`."""
    row = _row(desk, task_id)
    looked(desk, "tasks_listed", "task", "-", {"group": "clock", "count": 1})
    roles, policies = desk.actor.roles, desk.policies
    causes = [code for code in policies.codes["stop_cause"].codes if clocks.may_state(policies, code, roles)]
    with rows.as_the_house(desk.session, desk.actor.country):
        held = stopping.held_of(desk, row, lock=False)
        until = stopping.extension_of(desk, held, row)
        ticking = stopping.ticking_of(held, row)
    cause = causes[0] if causes else ""
    return Standing(
        row,
        causes,
        clocks.against_stopping(ticking, cause, roles, desk.now, policies),
        clocks.against_resuming(ticking, held.case_facts),
        until,
        clocks.against_extending(ticking, cause, roles, desk.now, until, policies),
    )


def stopped(desk: Desk, task_id: str, body: StopIn) -> TaskOut:
    """Stop the clock of a task for a cause; those who answer for its office are told.

    NotFound for a task out of reach, Forbidden for one whose clock is not the actor's to stop, StepRefused (409) with
    every reason against it.
    """

    def act(held: Held, row: Row[Any]) -> None:
        stopping.stop(desk, held, row, body.cause, body.note)
        people = [each for each in rungs.supervisors_of(desk, row) if each != desk.actor.id]
        notices.tell(desk, people, NOTICE, held.kind, held.id, {"task": row.id, "kind": row.kind, "cause": body.cause})

    return _changed(desk, task_id, act)


def resumed(desk: Desk, task_id: str, body: ResumeIn) -> TaskOut:
    """Let the clock of a task run again, with the time it had. Raises as `stopped`."""
    return _changed(desk, task_id, lambda held, row: stopping.resume(desk, held, row, body.note))


def extended(desk: Desk, task_id: str, body: StopIn) -> TaskOut:
    """Give a task the longer time that a rule allows. Raises as `stopped`."""
    return _changed(desk, task_id, lambda held, row: stopping.extend(desk, held, row, body.cause, body.note))


def _changed(desk: Desk, task_id: str, act: Callable[[Held, Row[Any]], None]) -> TaskOut:
    row = _row(desk, task_id)
    # Subject before task, as every step takes them; the task is somebody's who may not see what it is about.
    with rows.as_the_house(desk.session, desk.actor.country):
        held = stopping.held_of(desk, row)
        row = _row(desk, task_id)
        if row.state not in UNDONE:
            raise Conflict("Somebody has marked this task as done already.", code="task_done")
        act(held, row)
    after = queries.task(desk, task_id)
    assert after is not None
    return told(desk, after)


def _row(desk: Desk, task_id: str) -> Row[Any]:
    row = queries.task(desk, task_id) if is_id(task_id) else None
    if row is None:
        refused(desk, "task", task_id if is_id(task_id) else "-", {"permission": STOP, "answer": 404})
        raise NotFound()
    if not queries.within(desk, STOP, task_id):
        refused(desk, "task", task_id, {"permission": STOP, "answer": 403})
        raise forbidden(desk.policies, desk.actor, STOP, desk.policies.scope_for(desk.actor.roles, STOP))
    return row
