"""Every SELECT of the approvals room: what the actor asked for, and what they hold the permission for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import Row, or_, select

from app.access import two_persons
from app.access.desk import Desk
from app.access.may import within_reach
from app.access.two_persons import APPROVAL, KINDS
from app.casework.held import CASE, OFFICE
from app.kit.paging import Ask
from app.models.user import User

_USER: Final[Any] = User.__table__


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


def names(desk: Desk, user_ids: Iterable[str]) -> dict[str, str]:
    """What the accounts of this country behind these ids are called; an id that is none is left out."""
    query = (
        select(_USER.c.id, _USER.c.display_name)
        .join(OFFICE, OFFICE.c.id == _USER.c.office_id)
        .where(_USER.c.id.in_(sorted(set(user_ids))), OFFICE.c.country == desk.actor.country)
    )
    return {row.id: row.display_name for row in desk.session.execute(query)}


def reference(desk: Desk, kind: str, subject_id: str) -> str | None:
    """The reference of the case an approval is about, if it is one the actor sees."""
    if kind != "case" or not within_reach(desk, "case:read", subject_id):
        return None
    found: str = desk.session.execute(select(CASE.c.reference).where(CASE.c.id == subject_id)).scalar_one()
    return found
