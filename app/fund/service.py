"""Reads the ledger of the fund."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from app.access.desk import Desk
from app.access.log import looked
from app.fund import queries
from app.fund.schemas import LedgerOut, MovementOut, SumOut
from app.kit.paging import Ask

READ: Final = "fund:read"
SHAPE: Final = (datetime, str)


def ledger(desk: Desk, year: int | None, ask: Ask) -> LedgerOut:
    """The ledger of the actor's country, whoever the money was for; the look is noted.

    There is no opening balance: how much the fund holds is in its own books.
    """
    rows, following = queries.movements(desk, year, ask)
    known = queries.references(desk, (row.case_id for row in rows))
    looked(desk, "fund_ledger_read", "fund", "-", {"count": len(rows)})
    return LedgerOut(
        country=desk.actor.country,
        year=year,
        sums=[
            SumOut(
                entitlement=row.entitlement, currency=row.currency, approved=row.approved, paid=row.paid,
                to_pay=row.approved - row.paid,
            )
            for row in queries.sums(desk, year)
        ],
        items=[
            MovementOut(
                booked_at=row.booked_at, on_day=row.on_day, kind=row.kind, entitlement=row.entitlement,
                units=row.units, currency=row.currency, reference=known.get(row.case_id),
            )
            for row in rows
        ],
        next=following,
    )  # fmt: skip
