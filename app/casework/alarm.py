"""Tells those who must act at once that something has happened to a person, in a notice that says no more than that."""

from __future__ import annotations

from app.access import notices
from app.access.desk import Desk
from app.casework import onlookers
from app.casework.held import Held
from workflows.effects import Alert


def raised(desk: Desk, held: Held, alert: Alert, without: frozenset[str] = frozenset()) -> int:
    """Leave a notice for the case manager and for those whom the alert is for; how many were told.

    Only accounts that reach the case: a wall around it holds here, too. without: accounts that are not told.
    """
    people = set(onlookers.reached(desk, alert.permission, held.id))
    manager = held.row.case_manager_id
    if manager is not None:
        people |= onlookers.not_kept_away(desk, held.id, [manager])
    return notices.tell(desk, people - without - {desk.actor.id}, alert.kind, "case", held.id)
