"""The SELECTs behind two questions: may this person have a case here already, and which case is this person's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Row, select

from app.access.desk import Desk
from app.access.scope import cases_in_scope
from app.casework.held import CASE, FACTS
from app.casework.reach import SEEING

A_YEAR: Final = timedelta(days=365)


def same_facts(desk: Desk, sex: str, age_band: str, nationality: str, most: int) -> list[Row[Any]]:
    """Cases within `case:read`, opened within a year, of somebody of whom the same is known; newest first."""
    query = (
        select(CASE.c.id, CASE.c.reference, CASE.c.opened_at, CASE.c.person_id)
        .join(FACTS, FACTS.c.case_id == CASE.c.id)
        .where(
            FACTS.c.sex == sex,
            FACTS.c.age_band == age_band,
            FACTS.c.nationality == nationality,
            CASE.c.opened_at > desk.now - A_YEAR,
            cases_in_scope(desk, SEEING),
        )
        .order_by(CASE.c.opened_at.desc(), CASE.c.id)
        .limit(most)
    )
    return list(desk.session.execute(query))


def counts_as_child(desk: Desk, case_id: str) -> bool:
    """Whether the person of a case, which the caller has found within reach, counts as a child there."""
    return bool(desk.session.execute(select(FACTS.c.child).where(FACTS.c.case_id == case_id)).scalar_one())


def referenced(desk: Desk, reference: str) -> Row[Any] | None:
    """The case of this reference within `case:read`."""
    query = select(CASE.c.id, CASE.c.reference).where(
        CASE.c.reference == reference, CASE.c.country == desk.actor.country, cases_in_scope(desk, SEEING)
    )
    return desk.session.execute(query).one_or_none()
