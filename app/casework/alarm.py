"""Tells those who must act at once that a person is missing, in a notice that says no more than that."""

from __future__ import annotations

from app.access import notices
from app.access.desk import Desk
from app.casework import onlookers
from app.casework.held import Held

# Whoever may allow an exception answers for the case: the supervisor of the office, and the country's focal point.
ANSWERS_FOR_IT = "override:grant"


def missing(desk: Desk, held: Held) -> int:
    """Leave a notice for the case manager and those who answer for the case; how many were told.

    Only accounts that reach the case: a wall around it holds here, too.
    """
    people = set(onlookers.reached(desk, ANSWERS_FOR_IT, held.id))
    manager = held.row.case_manager_id
    if manager is not None:
        people |= onlookers.not_kept_away(desk, held.id, [manager])
    return notices.tell(desk, people - {desk.actor.id}, "person_missing", "case", held.id)
