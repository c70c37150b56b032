"""Every SELECT of the incidents room: the cases of an incident, as far as the reader reaches them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, select

from app.access.desk import Desk
from app.access.scope import cases_in_scope
from app.casework.held import CASE, FACTS
from app.casework.incidents import LINK
from app.casework.reach import SEEING


def cases_of(desk: Desk, incident_id: str) -> list[Row[Any]]:
    """The cases of an incident that the actor sees, the oldest first; of others nothing is told, no count either."""
    query = (
        select(
            CASE.c.id, CASE.c.reference, CASE.c.identification, CASE.c.care, FACTS.c.child, FACTS.c.sex,
            FACTS.c.nationality,
        )
        .join(LINK, LINK.c.case_id == CASE.c.id)
        .join(FACTS, FACTS.c.case_id == CASE.c.id)
        .where(LINK.c.incident_id == incident_id, cases_in_scope(desk, SEEING))
        .order_by(CASE.c.opened_at, CASE.c.id)
    )  # fmt: skip
    return list(desk.session.execute(query))
