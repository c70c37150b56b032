"""Every SELECT of the approvals room: what the actor asked for, and what they hold the permission for."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, or_, select

from app.access import two_persons
from app.access.desk import Desk
from app.access.two_persons import APPROVAL, KINDS
from app.kit.paging import Ask


def page(desk: Desk, state: str | None, ask: Ask) -> tuple[list[Row[Any]], str | None]:
    """One page of approvals, newest first, each with ``within`` (could the actor decide), and the next cursor."""
    reach = two_persons.within(desk)
    query = select(APPROVAL, reach.label("within")).where(
        APPROVAL.c.country == desk.actor.country,
        APPROVAL.c.kind.in_(sorted(KINDS)),
        or_(APPROVAL.c.asked_by == desk.actor.id, reach),
    )
    if state is not None:
        query = query.where(APPROVAL.c.state == state)
    rows = desk.session.execute(ask.narrow(query, [APPROVAL.c.asked_at, APPROVAL.c.id], newest_first=True)).all()
    cut, following = ask.cut(rows, lambda row: (row.asked_at, row.id))
    return list(cut), following
