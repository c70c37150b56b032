"""The SELECTs of working lists: the actor's own, and those that the actor's office shares now."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import ColumnElement, Row, and_, or_, select

from app.access.desk import Desk
from app.models.saved_list import SavedList
from app.models.user import User

TABLE: Final[Any] = SavedList.__table__
_USER: Final[Any] = User.__table__


def within(desk: Desk) -> ColumnElement[bool]:
    """What `migrations/walls/policies.py` says once more: one's own, and what is shared with one's present office."""
    own = and_(TABLE.c.office_id.is_(None), TABLE.c.user_id == desk.actor.id)
    shared = TABLE.c.office_id == desk.office_id
    return and_(TABLE.c.country == desk.actor.country, or_(own, shared))


def seen(desk: Desk) -> list[Row[Any]]:
    """The lists the actor has: their own first, then the office's; each the oldest first, with its maker's name."""
    query = (
        select(TABLE, _USER.c.display_name.label("maker"))
        .join(_USER, _USER.c.id == TABLE.c.user_id)
        .where(within(desk))
        .order_by(TABLE.c.office_id.is_not(None), TABLE.c.made_at, TABLE.c.id)
    )
    return list(desk.session.execute(query))


def wrapped_of(desk: Desk, list_id: str) -> bytes:
    """The wrapped key of one of those lists."""
    query = select(TABLE.c.wrapped).where(TABLE.c.id == list_id, within(desk))
    return bytes(desk.session.execute(query).scalar_one())
