"""Tells once that the time of the fund's office to decide on a claim, or to pay it, is over."""

from __future__ import annotations

from sqlalchemy import update

from app.access import notices
from app.access.desk import House
from app.casework.rounds import BATCH, one_by_one
from app.casework.transfers import CLAIMS
from app.fund import claims_queries as queries
from workflows.fund_claim import APPROVE, PAY, F


def ring(house: House) -> int:
    """Tell of everything that is late, one transaction each; how many."""
    return one_by_one(house, queries.late(house.clock.now(), house.policies.countries, BATCH), _tell)


def _tell(house: House, claim_id: str, country: str) -> bool:
    with house.db.write() as session:
        desk = house.system_desk(session, country)
        first = update(CLAIMS).where(CLAIMS.c.id == claim_id, CLAIMS.c.late_at.is_(None))
        done = session.execute(first.values(late_at=desk.now))
        if done.rowcount != 1:  # type: ignore[attr-defined]
            return False
        row = queries.whole(desk, claim_id)
        acting = APPROVE if row.state == F.SUBMITTED else PAY
        people = {row.asked_by, *notices.holders(desk, acting, row.office_id)}
        notices.tell(desk, people, "claim_late", "fund_request", row.id)
        return True
