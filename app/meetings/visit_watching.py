"""Tells that a visit abroad is due, and ends the part of somebody whose yes no longer carries it."""

from __future__ import annotations

from app.access.desk import House
from app.casework import visiting_people
from app.casework.rounds import BATCH, one_by_one
from app.casework.visiting import ASK
from app.meetings import standing_news, visit_cadence
from app.meetings.corridor_cadence import DUE, LATE

__all__ = ["ring", "ring_parts"]

# How a standing visit stands -> the kind of notice.
NEWS = {DUE: "visit_due", LATE: "visit_late"}


def ring_parts(house: House) -> int:
    """End each part of a granted visit that a seal, a block or the end of a consent has ended; how many."""
    policies, now = house.policies, house.clock.now()
    return sum(
        one_by_one(house, visiting_people.end_lost(each, policies.day(each, now), BATCH), _end)
        for each in sorted(policies.countries)
    )


def ring(house: House) -> int:
    """Tell those who ask for visits, once each, that one is to be asked for, and once more that its time is over."""
    return standing_news.ring(house, visit_cadence.standing, NEWS, ASK)


def _end(house: House, part_id: str, country: str) -> bool:
    with house.db.write() as session:
        return visiting_people.ended(house.system_desk(session, country), part_id)
