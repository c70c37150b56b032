"""Every SELECT of the overview room, always within the asker's scope."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Row, func, select

from app.access.desk import Desk
from app.access.may import permitted
from app.access.scope import cases_in_scope, referrals_in_scope
from app.casework.held import CASE, OFFICE, REFERRAL
from app.models.user import User
from app.models.walls import EmergencyAccess
from app.referrals.queries import in_box
from app.referrals.schemas import Box

_EMERGENCY: Final[Any] = EmergencyAccess.__table__


def referrals_to_answer(desk: Desk) -> int:
    """How many referrals of other countries wait for this one, within `referral:answer`: what the desk's box holds."""
    query = (
        select(func.count())
        .select_from(REFERRAL)
        .where(
            *in_box(Box.INBOX, desk.today),
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


def references(desk: Desk, case_ids: Sequence[str]) -> dict[str, str]:
    """Id -> reference of those of these cases that the actor may open."""
    if not case_ids or not permitted(desk, "case:read"):
        return {}
    query = select(CASE.c.id, CASE.c.reference).where(CASE.c.id.in_(case_ids), cases_in_scope(desk, "case:read"))
    return {row.id: row.reference for row in desk.session.execute(query)}


def referral_references(desk: Desk, referral_ids: Sequence[str]) -> dict[str, str]:
    """Id -> reference of those of these referral copies that the actor may open."""
    if not referral_ids or not permitted(desk, "referral:read"):
        return {}
    within = (REFERRAL.c.id.in_(referral_ids), referrals_in_scope(desk, "referral:read"))
    query = select(REFERRAL.c.id, REFERRAL.c.reference).where(*within)
    return {row.id: row.reference for row in desk.session.execute(query)}


def names(desk: Desk, user_ids: Sequence[str]) -> dict[str, str]:
    """Account -> the name shown for it: workers of the own country, never people."""
    query = select(User.id, User.display_name).join(OFFICE, OFFICE.c.id == User.office_id)
    here = query.where(User.id.in_(user_ids), OFFICE.c.country == desk.actor.country)
    return {row.id: row.display_name for row in desk.session.execute(here)} if user_ids else {}
