"""Every SELECT of the overview room, always within the asker's scope."""

from __future__ import annotations

from sqlalchemy import func, select

from app.access.desk import Desk
from app.access.scope import referrals_in_scope
from app.casework.held import REFERRAL
from workflows.referral import Referral


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
