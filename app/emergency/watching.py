"""Rings for emergencies that nobody has reviewed in time: once each, in the history and to those who must."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from app.access import rows
from app.access.desk import House
from app.access.notices import tell
from app.casework import move, onlookers
from app.casework.held import hold_case
from app.casework.history import Event
from app.emergency.queries import REVIEW, TABLE
from app.emergency.service import KIND

BATCH = 200


def ring(house: House) -> int:
    """Raise the alarm of every emergency access that has waited too long for its review; how many.

    One transaction each, which locks the case before the access as every verb does; several workers may ring at
    once, and of those who mean the same access one wins.
    """
    cutoff = house.clock.now() - timedelta(days=house.policies.safeguards.emergency.review_days)
    query = (
        select(TABLE.c.id)
        .where(
            TABLE.c.country.in_(sorted(house.policies.countries)),
            TABLE.c.reviewed_at.is_(None),
            TABLE.c.since <= cutoff,
            TABLE.c.alarmed_at.is_(None),
        )
        .order_by(TABLE.c.since, TABLE.c.id)
        .limit(BATCH)
    )
    with house.db.read() as session:
        rows.enter_everything(session)
        late = list(session.execute(query).scalars())
    return house.setbacks.each(KIND, late, house.clock.now(), lambda emergency_id: _ring_one(house, emergency_id))


def _ring_one(house: House, emergency_id: str) -> bool:
    with house.db.write() as session:
        rows.enter_everything(session)
        row = session.execute(select(TABLE).where(TABLE.c.id == emergency_id)).one()
        desk = house.system_desk(session, row.country)
        held = hold_case(desk, row.case_id)
        unseen = (TABLE.c.id == emergency_id, TABLE.c.reviewed_at.is_(None), TABLE.c.alarmed_at.is_(None))
        done: Any = session.execute(update(TABLE).where(*unseen).values(alarmed_at=desk.now))
        if done.rowcount != 1:
            return False
        # The notice names the access and not the case, so that it can go to those whom a later seal keeps out:
        # somebody has to learn that nobody has looked.
        people = {*onlookers.reached(desk, REVIEW, held.id), *onlookers.countrywide(desk, "access:explain")}
        said = {"by": row.user_id, "since": row.since.isoformat()}
        told = tell(
            desk, people - {row.user_id}, "emergency_unreviewed", "emergency_access", emergency_id, said
        )
        details = {"emergency": emergency_id, "told": told}
        move.remark(desk, held, Event(KIND, "unreviewed", held.version, details, desk.now))
        return True
