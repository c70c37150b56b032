"""Every SELECT of the fund room: movements of the own country, and which of their cases the reader has sight of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import Row, case, func, select

from app.access.desk import Desk
from app.access.scope import Predicate, cases_in_scope
from app.casework.fund_book import APPROVED, MOVEMENT, PAID
from app.casework.held import CASE
from app.casework.reach import SEEING
from app.kit.paging import Ask


def movements(desk: Desk, year: int | None, ask: Ask) -> tuple[list[Row[Any]], str | None]:
    """One page of the movements, newest first, and the cursor of the next."""
    query = select(MOVEMENT).where(*_of(desk, year))
    rows = desk.session.execute(
        ask.narrow(query, [MOVEMENT.c.booked_at, MOVEMENT.c.id], newest_first=True)
    ).all()
    page, following = ask.cut(rows, lambda row: (row.booked_at, row.id))
    return list(page), following


def sums(desk: Desk, year: int | None) -> list[Row[Any]]:
    """What was approved and paid of each entitlement, by currency."""
    query = (
        select(
            MOVEMENT.c.entitlement, MOVEMENT.c.currency, _sum(APPROVED).label("approved"), _sum(PAID).label("paid")
        )
        .where(*_of(desk, year))
        .group_by(MOVEMENT.c.entitlement, MOVEMENT.c.currency)
        .order_by(MOVEMENT.c.entitlement, MOVEMENT.c.currency)
    )
    return list(desk.session.execute(query))


def references(desk: Desk, case_ids: Iterable[str]) -> dict[str, str]:
    """Case -> its reference, for the cases that the reader may see; others are left out."""
    query = select(CASE.c.id, CASE.c.reference).where(
        CASE.c.id.in_(sorted(set(case_ids))), cases_in_scope(desk, SEEING)
    )
    return {row.id: row.reference for row in desk.session.execute(query)}


def _of(desk: Desk, year: int | None) -> tuple[Predicate, ...]:
    here: Predicate = MOVEMENT.c.country == desk.actor.country
    if year is None:
        return (here,)
    return here, MOVEMENT.c.on_day >= date(year, 1, 1), MOVEMENT.c.on_day <= date(year, 12, 31)


def _sum(kind: str) -> Any:
    return func.coalesce(func.sum(case((MOVEMENT.c.kind == kind, MOVEMENT.c.units), else_=0)), 0)
