"""When the next visit of a country's case workers abroad is due: by the agreement, from the last one that was held."""

from __future__ import annotations

from collections.abc import Iterator

from app.access.desk import Desk
from app.casework import visiting
from app.meetings import visit_queries
from app.meetings.corridor_cadence import DUE, LATE, PLANNED, QUIET, Standing, partners
from policies.corridor import Meeting
from workflows.corridor_agenda import next_day

__all__ = ["LEAD", "standing"]

# How long before its last day the duty to ask for a visit opens (policies/clocks.yaml).
LEAD = visiting.KIND


def standing(desk: Desk) -> Iterator[Standing]:
    """The standing visits that the desk's country makes; the first is counted from the first referral it received."""
    for other in partners(desk):
        for rule in desk.policies.corridor(desk.actor.country, other).meetings:
            if rule.kind == visiting.KIND:
                yield _standing(desk, other, rule)


def _standing(desk: Desk, other: str, rule: Meeting) -> Standing:
    here = desk.actor.country
    last, planned = visiting.last_held(desk, other, other), visit_queries.is_open(desk, other)
    first = visit_queries.first_received(desk, other)
    since = last or (desk.policies.day(here, first) if first is not None else None)
    if rule.every_months is None or since is None:
        return Standing(other, rule, last, None, None, PLANNED if planned else QUIET)
    lead = desk.policies.clocks.leads[LEAD]
    begin, end = next_day(since, rule.every_months, desk.policies.zone(here), lead)
    waits = QUIET if desk.today < begin else DUE if desk.today <= end else LATE
    return Standing(other, rule, last, begin, end, PLANNED if planned else waits)
