"""Says how pressing a task is: it moves within its lists, and the case remembers who moved it."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import update

from app.access.desk import Desk
from app.access.log import refused
from app.access.may import forbidden, within_reach
from app.casework import move
from app.casework.held import hold_case
from app.casework.history import Event
from app.casework.reach import SEEING, permit
from app.casework.tasks import PRIORITIES, TABLE, UNDONE, priority_of, rank
from app.kit.errors import Conflict, Invalid, NotFound
from app.kit.fields import at_field
from app.kit.words import mark
from app.models.base import is_id
from app.worklist import queries, service
from app.worklist.schemas import PriorityIn, TaskOut

SET: Final = "case:task"


def set_priority(desk: Desk, task_id: str, body: PriorityIn) -> TaskOut:
    """Say how pressing an open task about a case is.

    NotFound for a task out of reach and for one about a referral alone, Forbidden for a task that is seen where
    `case:task` does not reach its case, Invalid for no such priority, Conflict for a task that is done.
    """
    row = queries.task(desk, task_id) if is_id(task_id) else None
    if row is None or row.case_id is None:
        refused(desk, "task", task_id if is_id(task_id) else "-", {"permission": SET, "answer": 404})
        raise NotFound()
    if not (within_reach(desk, SET, row.case_id) or within_reach(desk, SEEING, row.case_id)):
        # Whom the task waits for sees it, also where its case is not theirs to see.
        refused(desk, "task", task_id, {"permission": SET, "answer": 403})
        raise forbidden(desk.policies, desk.actor, SET, desk.policies.scope_for(desk.actor.roles, SET))
    permit(desk, SET, row.case_id, row.kind)
    if not desk.policies.knows(PRIORITIES, body.priority):
        said = mark("Choose how pressing it is.")
        raise Invalid("There is no such priority.", extra=at_field("priority", said))
    held = hold_case(desk, row.case_id)
    wanted = rank(desk.policies, body.priority)
    if wanted != row.priority:
        changed: Any = desk.session.execute(
            update(TABLE).where(TABLE.c.id == task_id, TABLE.c.state.in_(UNDONE)).values(priority=wanted)
        )
        if changed.rowcount != 1:
            raise Conflict("This task is done already.", code="task_done")
        details = {"task": task_id, "from": priority_of(desk.policies, row.priority), "to": body.priority}
        move.remark(desk, held, Event("priority", row.kind, held.version, details, desk.now))
    return service.shown(desk, task_id)
