"""What waits for the actor, in the order it is due."""

from __future__ import annotations

from app.access.desk import Desk
from app.kit.paging import Ask
from app.worklist import service
from app.worklist.queries import Filter
from app.worklist.schemas import TasksOut


def mine(desk: Desk, asked: Ask) -> TasksOut:
    """One page of the open tasks that `task:read` reaches, due first; the look is noted."""
    return service.listed(desk, Filter(), asked)
