"""Ends requests for beds whose time has run out: nothing expires silently."""

from __future__ import annotations

from app.access.desk import House
from app.casework.beds import REQUEST
from app.casework.held import hold_case
from app.casework.rounds import BATCH, one_by_one
from app.kit.errors import Conflict
from app.shelter import asking, queries


def ring(house: House) -> int:
    """End every request that has run out, one transaction each; how many. Of several workers one ends it."""
    query = queries.run_out(house.clock.now(), house.policies.countries, BATCH)
    return one_by_one(house, query, _end_one)


def _end_one(house: House, bed_request_id: str, country: str) -> bool:
    with house.db.write() as session:
        desk = house.system_desk(session, country)
        held = hold_case(desk, queries.whole(desk, bed_request_id).case_id)
        # Read again behind the lock of the case: an answer may have come just now.
        still = queries.run_out(desk.now, [country], BATCH).where(REQUEST.c.id == bed_request_id)
        if session.execute(still).first() is None:
            return False
        try:
            asking.lapse(desk, held, queries.whole(desk, bed_request_id))
        except Conflict:
            return False
        return True
