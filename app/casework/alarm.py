"""Tells those who must act at once that something has happened to a person, in a notice that says no more than that."""

from __future__ import annotations

from app.access import notices
from app.access.desk import Desk
from app.casework import onlookers
from app.casework.colleagues import colleague, reaches
from app.casework.held import Held
from workflows.effects import Alert


def raised(desk: Desk, held: Held, alert: Alert, without: frozenset[str] = frozenset()) -> int:
    """Leave a notice for the case manager and for those whom the alert is for; how many were told.

    Only accounts that reach the case, or the referral where it is about one: a wall around it holds here, too.
    without: accounts that are not told.
    """
    people = _of_referral(desk, held, alert) if held.kind == "referral" else _of_case(desk, held, alert)
    return notices.tell(desk, people - without - {desk.actor.id}, alert.kind, held.kind, held.id)


def _of_case(desk: Desk, held: Held, alert: Alert) -> set[str]:
    people = set(onlookers.reached(desk, alert.permission, held.id))
    manager = held.row.case_manager_id
    if manager is not None:
        people |= onlookers.not_kept_away(desk, held.id, [manager])
    return people


def _of_referral(desk: Desk, held: Held, alert: Alert) -> set[str]:
    """The office that holds the copy, who answers for the whole country, and the case manager if there is a case.

    Where the alert says so, the office at the border point too.
    """
    people = {*notices.holders(desk, alert.permission, held.row.office_id)}
    people |= {*onlookers.countrywide(desk, alert.permission)}
    if alert.at_border and held.row.border_office_id is not None:
        people |= {*notices.holders(desk, alert.permission, held.row.border_office_id)}
    if held.case is not None and held.case.case_manager_id is not None:
        people.add(held.case.case_manager_id)
    known = [(user_id, colleague(desk, user_id)) for user_id in sorted(people)]
    return {
        user_id for user_id, who in known
        if who is not None
        and any(reaches(desk, who, right, "referral", held.id) for right in ("referral:read", alert.permission))
    }  # fmt: skip
