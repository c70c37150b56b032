"""The SELECTs of the page that lists cases: what is due next, whose they are, and the offices there are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Row, func, literal, select

from app.access.desk import Desk
from app.casework import case_list
from app.casework.case_list import Filter, open_here
from app.casework.held import CASE, OFFICE
from app.casework.tasks import TABLE as TASK
from app.kit.paging import Ask
from app.models.base import Stamp
from app.models.user import User

_USER: Final[Any] = User.__table__
# What has nothing due comes last.
_NEVER: Final = datetime(9999, 12, 31, tzinfo=UTC)


def due_first(desk: Desk, permission: str, wanted: Filter, ask: Ask) -> tuple[list[Row[Any]], str | None]:
    """One page of the cases that ``permission`` reaches, what is due first on top, and the cursor of the next page.

    Each row with ``due``: the moment something is due next, None if nothing is.
    """
    next_due = select(func.min(TASK.c.due_at)).where(TASK.c.case_id == CASE.c.id, *open_here(desk)).scalar_subquery()
    due = func.coalesce(next_due, literal(_NEVER, Stamp()), type_=Stamp())
    query = case_list.cases(desk, permission, wanted, due.label("due"))
    found = desk.session.execute(ask.narrow(query, [due, CASE.c.id])).all()
    page, following = ask.cut(found, lambda row: (row.due, row.id))
    return list(page), following


def is_due(row: Row[Any]) -> datetime | None:
    """The moment something of a row of `due_first` is due, None if nothing is."""
    due: datetime = row.due
    return None if due >= _NEVER else due


def next_kinds(desk: Desk, case_ids: Sequence[str]) -> dict[str, str]:
    """Case -> the kind of the open task that is due first, for those of these cases that have one."""
    query = (
        select(TASK.c.case_id, TASK.c.kind)
        .where(TASK.c.case_id.in_(case_ids), *open_here(desk))
        .order_by(TASK.c.due_at.desc(), TASK.c.id.desc())
    )
    # The last one of each case wins: the earliest.
    return {row.case_id: row.kind for row in desk.session.execute(query)} if case_ids else {}


def names(desk: Desk, user_ids: Sequence[str]) -> dict[str, str]:
    """Account -> the name shown for it: workers, never people."""
    query = select(_USER.c.id, _USER.c.display_name).where(_USER.c.id.in_(user_ids))
    return {row.id: row.display_name for row in desk.session.execute(query)} if user_ids else {}


def offices(desk: Desk, permission: str) -> dict[str, str]:
    """Code -> name of the offices that hold cases within ``permission``, by name."""
    inner = case_list.cases(desk, permission, Filter()).subquery()
    held = OFFICE.c.code.in_(select(inner.c.office))
    query = select(OFFICE.c.code, OFFICE.c.name).where(held).order_by(OFFICE.c.name)
    return {row.code: row.name for row in desk.session.execute(query)}
