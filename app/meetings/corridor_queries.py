"""Every SELECT about meetings between countries in this room: of the actor's own country, as far as they reach."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, exists, func, select

from app.access.desk import Desk
from app.access.rows import as_the_house
from app.casework.conferring import DECISION, TABLE
from app.casework.held import REFERRAL
from app.models.notice import Notice
from workflows.corridor_meeting import OPEN


def newest(desk: Desk, most: int) -> list[Row[Any]]:
    """The meetings of the country, the newest first."""
    query = select(TABLE).where(TABLE.c.country == desk.actor.country).order_by(TABLE.c.day.desc(), TABLE.c.id)
    return list(desk.session.execute(query.limit(most)))


def one(desk: Desk, meeting_id: str, *, lock: bool = False) -> Row[Any] | None:
    """One meeting of the country; ``lock``: until the transaction ends."""
    query = select(TABLE).where(TABLE.c.id == meeting_id, TABLE.c.country == desk.actor.country)
    return desk.session.execute(query.with_for_update() if lock else query).one_or_none()


def done_at(desk: Desk, meeting_id: str) -> dict[int, datetime | None]:
    """Number of a decision of a meeting of the country -> when it was done (None: not yet)."""
    query = select(DECISION.c.number, DECISION.c.done_at).where(
        DECISION.c.meeting_id == meeting_id, DECISION.c.country == desk.actor.country
    )
    return {each.number: each.done_at for each in desk.session.execute(query)}


def is_open(desk: Desk, other: str, kind: str) -> bool:
    """Whether a meeting of this kind with ``other`` is not over."""
    query = select(TABLE.c.id).where(
        TABLE.c.country == desk.actor.country, TABLE.c.other_country == other, TABLE.c.kind == kind,
        TABLE.c.state.in_(sorted(OPEN)),
    )  # fmt: skip
    return desk.session.execute(query.limit(1)).first() is not None


def first_referral(desk: Desk, other: str) -> datetime | None:
    """When the first referral with ``other`` was opened here: since then there is what to discuss."""
    query: Any = select(func.min(REFERRAL.c.opened_at)).where(
        REFERRAL.c.country == desk.actor.country, REFERRAL.c.other_country == other
    )
    with as_the_house(desk.session, desk.actor.country):
        found: datetime | None = desk.session.execute(query).scalar_one_or_none()
    return found


def was_told(desk: Desk, kind: str, subject: str) -> bool:
    """Whether somebody of the country has a notice of this kind about this subject."""
    known = exists().where(Notice.country == desk.actor.country, Notice.kind == kind, Notice.subject_id == subject)
    return bool(desk.session.execute(select(known)).scalar_one())
