"""Every SELECT of the deputies room: those within reach of `deputy:set`, and one's own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import Row, or_, select

from app.access.desk import Desk
from app.access.scope import accounts_in_scope
from app.kit.paging import Ask
from app.models.office import Office
from app.models.user import User
from app.models.walls import Deputy

DEPUTIES: Final[Any] = Deputy.__table__
SET: Final = "deputy:set"


def _settable(desk: Desk) -> Any:
    """The ids of the accounts for which the actor may name a deputy."""
    return select(User.id).join(Office, Office.id == User.office_id).where(accounts_in_scope(desk, SET))


def within(desk: Desk) -> Any:
    """The rows the actor may see: their own absences and duties, and those they may set."""
    me = desk.actor.id
    return DEPUTIES.c.country == desk.actor.country, or_(
        DEPUTIES.c.user_id == me, DEPUTIES.c.deputy_id == me, DEPUTIES.c.user_id.in_(_settable(desk))
    )


def page(desk: Desk, ask: Ask) -> tuple[list[Row[Any]], str | None]:
    """One page of deputies, the latest end first, and the cursor of the next page."""
    query = select(DEPUTIES).where(*within(desk))
    rows = desk.session.execute(ask.narrow(query, [DEPUTIES.c.until, DEPUTIES.c.id], newest_first=True)).all()
    cut, following = ask.cut(rows, lambda row: (row.until, row.id))
    return list(cut), following


def one(desk: Desk, deputy_row: str) -> Row[Any] | None:
    """One row within `deputy:set`."""
    query = select(DEPUTIES).where(
        DEPUTIES.c.id == deputy_row,
        DEPUTIES.c.country == desk.actor.country,
        DEPUTIES.c.user_id.in_(_settable(desk)),
    )
    return desk.session.execute(query).one_or_none()


def left_alone(desk: Desk, made: str) -> list[Row[Any]]:
    """Who is stood in for by somebody who is away at the same time, as far as the row ``made`` brings it about."""
    away = DEPUTIES.alias("away")
    query = (
        select(DEPUTIES.c.id, DEPUTIES.c.user_id, DEPUTIES.c.deputy_id, DEPUTIES.c.set_by)
        .join(away, away.c.user_id == DEPUTIES.c.deputy_id)
        .where(
            or_(DEPUTIES.c.id == made, away.c.id == made), DEPUTIES.c.country == desk.actor.country,
            DEPUTIES.c.ended_at.is_(None), away.c.ended_at.is_(None), away.c.until > desk.now,
            DEPUTIES.c.until > desk.now, DEPUTIES.c.since < away.c.until, away.c.since < DEPUTIES.c.until,
        )
        .order_by(DEPUTIES.c.id)
        .distinct()
    )  # fmt: skip
    return list(desk.session.execute(query))


def names(desk: Desk, user_ids: Iterable[str]) -> dict[str, str]:
    """Account id -> name, of colleagues in the actor's own country."""
    query = (
        select(User.id, User.display_name)
        .join(Office, Office.id == User.office_id)
        .where(User.id.in_(sorted(set(user_ids))), Office.country == desk.actor.country)
    )
    return {user_id: name for user_id, name in desk.session.execute(query)}


def choosable(desk: Desk, most: int) -> list[Row[Any]]:
    """Active accounts for which the actor may name a deputy, by office and name: id, display_name, office."""
    query = (
        select(User.id, User.display_name, Office.name.label("office"))
        .join(Office, Office.id == User.office_id)
        .where(User.active.is_(True), accounts_in_scope(desk, SET))
        .order_by(Office.name, User.display_name, User.id)
        .limit(most)
    )
    return list(desk.session.execute(query))


def settable(desk: Desk, user_id: str) -> bool:
    """Whether this is an active account for which the actor may name a deputy."""
    query = _settable(desk).where(User.id == user_id, User.active.is_(True))
    return desk.session.execute(query).first() is not None
