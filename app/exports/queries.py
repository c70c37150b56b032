"""Every SELECT of the exports room: one's own exports."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Row, select

from app.access.desk import Desk
from app.models.approval import CaseExport
from app.models.base import is_id

TABLE: Final[Any] = CaseExport.__table__
SHOWN: Final = 25


def mine(desk: Desk, export_id: str) -> Row[Any] | None:
    """One export that the actor asked for."""
    if not is_id(export_id):
        return None
    query = select(TABLE).where(
        TABLE.c.id == export_id, TABLE.c.asked_by == desk.actor.id, TABLE.c.country == desk.actor.country
    )
    return desk.session.execute(query).one_or_none()


def own(desk: Desk) -> list[Row[Any]]:
    """The newest exports that the actor asked for."""
    query = select(TABLE).where(TABLE.c.asked_by == desk.actor.id, TABLE.c.country == desk.actor.country)
    return list(desk.session.execute(query.order_by(TABLE.c.asked_at.desc(), TABLE.c.id).limit(SHOWN)))
