"""Tells that a decision of two countries is done, and that the next meeting is to be convened or is late."""

from __future__ import annotations

from app.access.desk import House
from app.casework import conferring_decisions
from app.casework.conferring import HOLD
from app.casework.rounds import BATCH, one_by_one
from app.meetings import corridor_cadence, standing_news
from app.meetings.corridor_cadence import DUE, LATE

__all__ = ["ring", "ring_decisions"]

# How a standing meeting stands -> the kind of notice.
NEWS = {DUE: "corridor_meeting_due", LATE: "corridor_meeting_late"}


def ring_decisions(house: House) -> int:
    """Tell the other country of each decision whose task is done here, one transaction each; how many."""
    countries = sorted(house.policies.countries)
    return sum(one_by_one(house, conferring_decisions.finished(each, BATCH), _finish) for each in countries)


def ring(house: House) -> int:
    """Tell those who hold meetings, once each, that one is to be convened, and once more that its time is over."""
    return standing_news.ring(house, corridor_cadence.standing, NEWS, HOLD)


def _finish(house: House, decision_id: str, country: str) -> bool:
    with house.db.write() as session:
        return conferring_decisions.finish(house.system_desk(session, country), decision_id)
