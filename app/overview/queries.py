"""Every SELECT of the overview room, always within the asker's scope."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Row, func, select

from app.access.desk import Desk
from app.access.scope import cases_in_scope, referrals_in_scope
from app.casework.held import CASE, REFERRAL
from app.models.walls import EmergencyAccess
from workflows.referral import Referral

_EMERGENCY: Final[Any] = EmergencyAccess.__table__


def referrals_to_answer(desk: Desk) -> int:
    """How many referrals of other countries nobody has answered yet, within `referral:answer`."""
    query = (
        select(func.count())
        .select_from(REFERRAL)
        .where(
            REFERRAL.c.side == "receiver",
            REFERRAL.c.state == Referral.SENT.value,
            referrals_in_scope(desk, "referral:answer"),
        )
    )
    return int(desk.session.execute(query).scalar_one())


def own_emergencies(desk: Desk) -> list[Row[Any]]:
    """The cases that the actor has open in an emergency now, with the moment each ends; none behind a wall."""
    query = (
        select(CASE.c.reference, _EMERGENCY.c.until)
        .join(CASE, CASE.c.id == _EMERGENCY.c.case_id)
        .where(
            _EMERGENCY.c.user_id == desk.actor.id,
            _EMERGENCY.c.ended_at.is_(None),
            _EMERGENCY.c.since <= desk.now,
            _EMERGENCY.c.until > desk.now,
            cases_in_scope(desk, "case:read"),
        )
        .order_by(_EMERGENCY.c.until)
    )
    return list(desk.session.execute(query))
