"""The SELECTs of working lists: always and only the actor's own."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Row, select

from app.access.desk import Desk
from app.models.saved_list import SavedList

TABLE: Final[Any] = SavedList.__table__


def own(desk: Desk) -> list[Row[Any]]:
    """The lists of the actor's own, the oldest first."""
    query = select(TABLE).where(TABLE.c.user_id == desk.actor.id).order_by(TABLE.c.made_at, TABLE.c.id)
    return list(desk.session.execute(query))


def wrapped_of(desk: Desk, list_id: str) -> bytes:
    """The wrapped key of one of the actor's own lists."""
    query = select(TABLE.c.wrapped).where(TABLE.c.id == list_id, TABLE.c.user_id == desk.actor.id)
    return bytes(desk.session.execute(query).scalar_one())
