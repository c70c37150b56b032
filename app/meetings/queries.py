"""Every SELECT of the meetings room, always within the reach of `case:meet`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import Row, select

from app.access.desk import Desk
from app.access.rows import as_the_house
from app.access.scope import cases_in_scope, referrals_in_scope
from app.casework import case_list
from app.casework.case_list import Filter
from app.casework.held import CASE, FACTS, REFERRAL
from app.casework.meeting import DISCUSSED
from app.casework.tasks import OPEN
from app.casework.tasks import TABLE as TASK

MEET: Final = "case:meet"


def discussed(desk: Desk, meeting_ids: Iterable[str]) -> dict[str, list[Row[Any]]]:
    """Meeting -> the cases that were discussed there and that the actor may see: id and reference."""
    query = (
        select(DISCUSSED.c.meeting_id, CASE.c.id, CASE.c.reference)
        .distinct()
        .join(CASE, CASE.c.id == DISCUSSED.c.case_id)
        .where(DISCUSSED.c.meeting_id.in_(sorted(set(meeting_ids))), cases_in_scope(desk, "case:read"))
        .order_by(CASE.c.reference)
    )
    found: dict[str, list[Row[Any]]] = {}
    for row in desk.session.execute(query):
        found.setdefault(row.meeting_id, []).append(row)
    return found


def waiting(desk: Desk, wanted: Filter, most: int) -> list[Row[Any]]:
    """The open cases within `case:meet` that fit, the oldest first, with their facts and organisation."""
    query = (
        case_list.cases(desk, MEET, wanted, FACTS.c.facts, CASE.c.organisation)
        .where(CASE.c.care != "closed")
        .order_by(CASE.c.opened_at, CASE.c.id)
        .limit(most)
    )
    return list(desk.session.execute(query))


def stuck(desk: Desk, rungs: Iterable[str], most: int) -> list[tuple[Row[Any], Row[Any]]]:
    """The referrals within `referral:read` that are late on one of these rungs: copy and duty, longest first."""
    duties = (
        select(TASK.c.referral_id, TASK.c.kind, TASK.c.due_at, TASK.c.rung)
        .where(TASK.c.country == desk.actor.country, TASK.c.state == OPEN, TASK.c.rung.in_(sorted(rungs)))
        .where(TASK.c.referral_id.is_not(None))
        .order_by(TASK.c.due_at, TASK.c.id)
    )
    # Whoever may see a referral may know what it waits for, whoever holds that duty.
    with as_the_house(desk.session, desk.actor.country):
        late = desk.session.execute(duties).all()
    query = select(REFERRAL.c.id, REFERRAL.c.reference, REFERRAL.c.state, REFERRAL.c.other_country).where(
        REFERRAL.c.id.in_({row.referral_id for row in late}), referrals_in_scope(desk, "referral:read")
    )
    copies = {row.id: row for row in desk.session.execute(query)}
    return [(copies[row.referral_id], row) for row in late if row.referral_id in copies][:most]
