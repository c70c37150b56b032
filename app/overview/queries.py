"""Every SELECT of the overview room, always within the asker's scope."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Row, Select, func, select

from app.access.desk import Desk
from app.access.may import permitted
from app.access.scope import (
    PREPARED,
    Reach,
    asker_values,
    cases_in_scope,
    cases_within,
    reach_of,
    referrals_in_scope,
)
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
    reach = reach_of(desk.policies, desk.actor.roles, "case:read")
    return list(desk.session.execute(_emergencies(reach), asker_values(desk)))


@lru_cache(maxsize=64)
def _emergencies(reach: Reach) -> Select[Any]:
    """Built once for each reach that occurs, for every page asks it: to build it took longer than to answer it."""
    return (
        select(CASE.c.reference, _EMERGENCY.c.until)
        .join(CASE, CASE.c.id == _EMERGENCY.c.case_id)
        .where(
            _EMERGENCY.c.user_id == PREPARED.me,
            _EMERGENCY.c.ended_at.is_(None),
            _EMERGENCY.c.since <= PREPARED.now,
            _EMERGENCY.c.until > PREPARED.now,
            cases_within(reach, PREPARED),
        )
        .order_by(_EMERGENCY.c.until)
    )


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
