"""Every SELECT of the walls room, always below a case or referral already found within reach."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import Row, exists, select

from app.access.desk import Desk
from app.casework.held import OFFICE
from app.models.user import User
from app.models.walls import AccessBlock

BLOCKS: Final[Any] = AccessBlock.__table__
_USER: Final[Any] = User.__table__
MOST: Final = 200


def blocks(desk: Desk, key_id: str) -> list[Row[Any]]:
    """The blocks of the person behind this key in this country, the newest first."""
    query = (
        select(BLOCKS)
        .where(BLOCKS.c.key_id == key_id, BLOCKS.c.country == desk.actor.country)
        .order_by(BLOCKS.c.since.desc(), BLOCKS.c.id)
        .limit(MOST)
    )
    return list(desk.session.execute(query))


def block(desk: Desk, key_id: str, block_id: str) -> Row[Any] | None:
    """One block of this person."""
    query = select(BLOCKS).where(
        BLOCKS.c.id == block_id, BLOCKS.c.key_id == key_id, BLOCKS.c.country == desk.actor.country
    )
    return desk.session.execute(query).one_or_none()


def knows_organisation(desk: Desk, organisation: str) -> bool:
    """Whether an office of this country belongs to that organisation."""
    known = exists().where(OFFICE.c.organisation == organisation, OFFICE.c.country == desk.actor.country)
    return bool(desk.session.execute(select(known)).scalar_one())


def display_names(desk: Desk, users: Iterable[str]) -> dict[str, str]:
    """Account id -> the worker's name."""
    query = select(_USER.c.id, _USER.c.display_name).where(_USER.c.id.in_(sorted(set(users)))).order_by(_USER.c.id)
    return {row.id: row.display_name for row in desk.session.execute(query)}
