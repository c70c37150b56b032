"""Tells an office of questions it has not answered in time, and destroys what has been kept long enough."""

from __future__ import annotations

from sqlalchemy import update

from app.access import notices
from app.access.desk import House
from app.casework.inquiries import TABLE
from app.casework.inquiries_heard import destroy
from app.casework.rounds import BATCH, one_by_one
from app.inquiries import queries
from workflows.inquiry import ANSWER


def ring(house: House) -> int:
    """Note what is late and destroy what is over, one transaction each; how many."""
    now, countries = house.clock.now(), house.policies.countries
    told = one_by_one(house, queries.late(now, countries, BATCH), _tell)
    return told + one_by_one(house, queries.over(now, countries, BATCH), _destroy)


def _tell(house: House, inquiry_id: str, country: str) -> bool:
    with house.db.write() as session:
        desk = house.system_desk(session, country)
        row = session.execute(queries.late(desk.now, [country], BATCH).where(TABLE.c.id == inquiry_id)).first()
        if row is None:
            return False
        session.execute(update(TABLE).where(TABLE.c.id == inquiry_id).values(late_at=desk.now))
        # Whoever answers for the whole country hears of it with the office.
        notices.tell(desk, notices.holders(desk, ANSWER), "inquiry_late", "inquiry", inquiry_id)
        return True


def _destroy(house: House, inquiry_id: str, country: str) -> bool:
    with house.db.write() as session:
        desk = house.system_desk(session, country)
        found = session.execute(queries.over(desk.now, [country], BATCH).where(TABLE.c.id == inquiry_id)).first()
        if found is None:
            return False
        row = session.execute(TABLE.select().where(TABLE.c.id == inquiry_id)).one()
        destroy(desk, row, row.state)
        return True
