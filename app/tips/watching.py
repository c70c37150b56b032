"""Tells an office of tips that nobody has looked at in time: nothing waits silently."""

from __future__ import annotations

from sqlalchemy import update

from app.access import notices
from app.access.desk import House
from app.casework.rounds import BATCH, one_by_one
from app.tips import queries
from app.tips.queries import TIP
from app.tips.service import TRIAGE
from workflows.tips import PASSED


def ring(house: House) -> int:
    """Note every tip that is late, one transaction each; how many. Of several workers one notes it."""
    query = queries.run_out(house.clock.now(), house.policies.countries, BATCH)
    return one_by_one(house, query, _note_one)


def _note_one(house: House, tip_id: str, country: str) -> bool:
    with house.db.write() as session:
        desk = house.system_desk(session, country)
        # Read again: somebody may have settled it just now.
        still = queries.run_out(desk.now, [country], BATCH).where(TIP.c.id == tip_id)
        row = session.execute(still).first()
        if row is None:
            return False
        session.execute(update(TIP).where(TIP.c.id == tip_id).values(late_at=desk.now))
        holder = row.passed_to if row.state == PASSED else row.office_id
        people = notices.holders(desk, TRIAGE, holder) or notices.holders(desk, TRIAGE)
        notices.tell(desk, people, "tip_late", "tip", tip_id)
        return True
