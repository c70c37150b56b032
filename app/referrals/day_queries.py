"""What the day at a border point asks: who is expected, who has no day yet, how often a wrong code was given."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import func, or_, select

from app.access.desk import Desk
from app.access.scope import referrals_in_scope
from app.casework.held import REFERRAL
from app.referrals import queries
from app.referrals.desk_queries import HISTORY
from app.referrals.schemas import ReferralRow

MOST: Final = 200


def expected(desk: Desk, on: date, post: str) -> tuple[Sequence[Any], int]:
    """The rows within reach that name that day (and that border point), and how many more there are than `MOST`."""
    # The stored facts are canonical JSON (keys sorted): only a schedule, and only a day that came to nothing, have
    # these two side by side; the border point of the latter may be another one than today's.
    meets = f'"on":"{on.isoformat()}","receiver_officer":'
    was_off = f'"on":"{on.isoformat()}","reason":'
    where = [
        referrals_in_scope(desk, queries.READ),
        or_(REFERRAL.c.facts.contains(meets, autoescape=True), REFERRAL.c.facts.contains(was_off, autoescape=True)),
    ]
    if post:
        where.append(REFERRAL.c.facts.contains(f'"border_point":"{post}"', autoescape=True))
    query = queries.ROWS.where(*where).order_by(REFERRAL.c.reference, REFERRAL.c.id).limit(MOST)
    found = desk.session.execute(query).all()
    if len(found) < MOST:
        return found, 0
    count = desk.session.execute(select(func.count()).select_from(REFERRAL).where(*where)).scalar_one()
    return found, int(count) - len(found)


def wrong_codes(desk: Desk, referral_id: str, step: str) -> int:
    """How often a wrong code was given on this side; the caller has found the referral to be within reach."""
    query = select(func.count()).where(
        HISTORY.c.subject_id == referral_id, HISTORY.c.kind == "attempt", HISTORY.c.step == step
    )
    return int(desk.session.execute(query).scalar_one())


def references(desk: Desk, referral_ids: Sequence[str]) -> dict[str, str]:
    """Id -> reference of those of these copies that `referral:read` reaches."""
    query = select(REFERRAL.c.id, REFERRAL.c.reference).where(
        REFERRAL.c.id.in_(referral_ids), referrals_in_scope(desk, queries.READ)
    )
    return {row.id: row.reference for row in desk.session.execute(query)}


def state_of(desk: Desk, referral_id: str) -> str | None:
    """The state of a copy that `referral:read` reaches, or None."""
    query = select(REFERRAL.c.state).where(REFERRAL.c.id == referral_id, referrals_in_scope(desk, queries.READ))
    found = desk.session.execute(query).scalar_one_or_none()
    return None if found is None else str(found)


def to_schedule(desk: Desk) -> list[ReferralRow]:
    """Those whom this country hands over and who have no day at the bridge, as far as `referral:schedule` reaches."""
    query = (
        queries.ROWS.where(
            referrals_in_scope(desk, "referral:schedule"), referrals_in_scope(desk, queries.READ),
            REFERRAL.c.side == "sender", REFERRAL.c.state.in_(("accepted", "postponed")),
        )
        .order_by(REFERRAL.c.reference, REFERRAL.c.id)
        .limit(100)
    )  # fmt: skip
    return queries.shown(desk, desk.session.execute(query).all())
