"""Tells that a visit abroad is due, and ends the part of somebody whose yes no longer carries it."""

from __future__ import annotations

from app.access import notices
from app.access.desk import Desk, House
from app.casework import visiting_people
from app.casework.rounds import BATCH, one_by_one
from app.casework.visiting import ASK
from app.meetings import corridor_queries, visit_cadence
from app.meetings.corridor_cadence import DUE, LATE, Standing

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
    told = 0
    for country in sorted(house.signing.countries):
        with house.db.write() as session:
            desk = house.system_desk(session, country)
            told += sum(_tell(desk, each) for each in visit_cadence.standing(desk) if each.stands in NEWS)
    return told


def _end(house: House, part_id: str, country: str) -> bool:
    with house.db.write() as session:
        return visiting_people.ended(house.system_desk(session, country), part_id)


def _tell(desk: Desk, each: Standing) -> int:
    kind = NEWS[each.stands]
    subject = f"{each.country}:{each.rule.kind}:{each.next_by}"
    if corridor_queries.was_told(desk, kind, subject):
        return 0
    return min(1, notices.tell(desk, notices.holders(desk, ASK), kind, "corridor", subject))
