"""Tells that a decision of two countries is done, and that the next meeting is to be convened or is late."""

from __future__ import annotations

from app.access import notices
from app.access.desk import Desk, House
from app.casework import conferring_decisions
from app.casework.conferring import HOLD
from app.casework.rounds import BATCH, one_by_one
from app.meetings import corridor_cadence, corridor_queries
from app.meetings.corridor_cadence import DUE, LATE, Standing

__all__ = ["ring", "ring_decisions"]

# How a standing meeting stands -> the kind of notice.
NEWS = {DUE: "corridor_meeting_due", LATE: "corridor_meeting_late"}


def ring_decisions(house: House) -> int:
    """Tell the other country of each decision whose task is done here, one transaction each; how many."""
    countries = sorted(house.policies.countries)
    return sum(one_by_one(house, conferring_decisions.finished(each, BATCH), _finish) for each in countries)


def ring(house: House) -> int:
    """Tell those who hold meetings, once each, that one is to be convened, and once more that its time is over."""
    told = 0
    for country in sorted(house.signing.countries):
        with house.db.write() as session:
            desk = house.system_desk(session, country)
            told += sum(_tell(desk, each) for each in corridor_cadence.standing(desk) if each.stands in NEWS)
    return told


def _finish(house: House, decision_id: str, country: str) -> bool:
    with house.db.write() as session:
        return conferring_decisions.finish(house.system_desk(session, country), decision_id)


def _tell(desk: Desk, each: Standing) -> int:
    kind = NEWS[each.stands]
    subject = f"{each.country}:{each.rule.kind}:{each.next_by}"
    if corridor_queries.was_told(desk, kind, subject):
        return 0
    return min(1, notices.tell(desk, notices.holders(desk, HOLD), kind, "corridor", subject))
