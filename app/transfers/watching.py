"""Tells both offices, once, that the time to answer is over; the duty of whoever asked rings by itself."""

from __future__ import annotations

from sqlalchemy import update

from app.access import notices
from app.access.desk import House
from app.casework.rounds import BATCH, one_by_one
from app.casework.transfers import TRANSFERS
from app.transfers import queries
from workflows.transfer import ANSWER


def ring(house: House) -> int:
    """Tell of everything that is late, one transaction each; how many. Of several workers one tells."""
    query = queries.late(house.clock.now(), house.policies.countries, BATCH)
    return one_by_one(house, query, _tell)


def _tell(house: House, transfer_id: str, country: str) -> bool:
    with house.db.write() as session:
        desk = house.system_desk(session, country)
        first = update(TRANSFERS).where(TRANSFERS.c.id == transfer_id, TRANSFERS.c.late_at.is_(None))
        done = session.execute(first.values(late_at=desk.now))
        if done.rowcount != 1:  # type: ignore[attr-defined]
            return False
        row = queries.whole(desk, transfer_id)
        people = {row.asked_by, *notices.holders(desk, ANSWER, row.office_id)}
        notices.tell(desk, people, "transfer_late", "case_transfer", row.id)
        return True
