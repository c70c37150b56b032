"""Which cases were joined as one person's; a case out of the actor's sight is never told."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Row, and_, or_, select

from app.access.desk import Desk
from app.access.scope import cases_in_scope
from app.casework.held import CASE
from app.casework.reach import SEEING
from app.models.person_link import PersonLink

LINK: Final[Any] = PersonLink.__table__


def of_case(desk: Desk, case_id: str, within: str = SEEING) -> list[Row[Any]]:
    """The cases that are joined with one now, within a permission's reach: id, reference, person_id, since."""
    query = (
        select(CASE.c.id, CASE.c.reference, CASE.c.person_id, LINK.c.since)
        .join(
            LINK,
            or_(
                and_(LINK.c.case_id == case_id, LINK.c.other_case_id == CASE.c.id),
                and_(LINK.c.other_case_id == case_id, LINK.c.case_id == CASE.c.id),
            ),
        )
        .where(LINK.c.until.is_(None), cases_in_scope(desk, within))
        .order_by(LINK.c.since, CASE.c.id)
    )
    return list(desk.session.execute(query))


def between(desk: Desk, one: str, other: str) -> Row[Any] | None:
    """The row that joins two cases now."""
    query = select(LINK).where(
        LINK.c.until.is_(None),
        or_(
            and_(LINK.c.case_id == one, LINK.c.other_case_id == other),
            and_(LINK.c.case_id == other, LINK.c.other_case_id == one),
        ),
    )
    return desk.session.execute(query).one_or_none()


def referenced(desk: Desk, reference: str, within: str) -> Row[Any] | None:
    """The case of this reference within a permission's reach: id, reference, person_id."""
    query = select(CASE.c.id, CASE.c.reference, CASE.c.person_id).where(
        CASE.c.reference == reference, CASE.c.country == desk.actor.country, cases_in_scope(desk, within)
    )
    return desk.session.execute(query).one_or_none()
