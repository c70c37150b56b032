"""Every SELECT of the meetings room, always within the reach of `case:meet`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import Row, select

from app.access.desk import Desk
from app.access.scope import cases_in_scope
from app.casework import case_list
from app.casework.case_list import Filter
from app.casework.held import CASE, FACTS
from app.casework.meeting import DISCUSSED

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
