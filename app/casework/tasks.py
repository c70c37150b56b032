"""Tasks: opened with the clock that policy names, closed by the step that answers them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, update

from app.access.desk import Desk
from app.casework.calendars import days_off
from app.casework.held import Held, office_at
from app.models.base import new_id
from app.models.task import Task
from policies.model import Clock, Policies
from workflows.deadlines import due_at
from workflows.effects import CloseTask, OpenTask

TABLE: Any = Task.__table__
_INSERT = insert(TABLE)
_OPEN_OF = {
    kind: update(TABLE).where(column == bindparam("subject"), TABLE.c.state == "open")
    for kind, column in (("case", TABLE.c.case_id), ("referral", TABLE.c.referral_id))
}
_ONE_KIND_OF = {kind: query.where(TABLE.c.kind == bindparam("of_kind")) for kind, query in _OPEN_OF.items()}
# Times of the person's own, which pass by themselves: nobody is late with them.
PASSING = frozenset({"end_of_reflection", "end_of_reconsideration"})
PRIORITIES = "task_priority"
NORMAL = "normal"
BORDER_ROLE = "border_focal_point"


def rank(policies: Policies, priority: str) -> int:
    """The place of a code of task_priority in its list: 0 is the most pressing. ValueError for no such code."""
    return list(policies.codes[PRIORITIES].codes).index(priority)


def priority_of(policies: Policies, number: int) -> str:
    """The code of task_priority at that place."""
    return list(policies.codes[PRIORITIES].codes)[number]


def usual_rank(policies: Policies, kind: str) -> int:
    """How pressing a kind of task is unless somebody says otherwise."""
    code = policies.code("task_kind", kind)
    return rank(policies, code.priority if code is not None else NORMAL)


def clock_for(desk: Desk, held: Held, effect: OpenTask) -> tuple[str, Clock, tuple[str, ...]]:
    """The name of the clock, the clock, and the countries whose working days count."""
    facts, referral = held.case_facts, held.referral_facts
    child = bool((facts and facts.child) or (referral and referral.child))
    name = effect.child_clock if child and effect.child_clock else effect.clock
    here = desk.actor.country
    other = referral.other_country if referral else None
    clock = desk.policies.clock(name, here, other, on=desk.today)
    return name, clock, (here, other) if other else (here,)


def open_task(desk: Desk, held: Held, effect: OpenTask, due: datetime | None = None) -> None:
    """Open one task in the office that holds the subject (the border office for border officers).

    due: a moment that was agreed on, which comes before what the clock says.
    """
    child = bool((held.case_facts and held.case_facts.child) or (held.referral_facts and held.referral_facts.child))
    if effect.only_child and not child:
        return
    name, clock, countries = clock_for(desk, held, effect)
    office_id = _border_office(desk, held) if effect.role == BORDER_ROLE else None
    case_id = held.case.id if held.case is not None else None
    desk.session.execute(
        _INSERT,
        {
            "id": new_id(),
            "country": desk.actor.country,
            "office_id": office_id or held.row.office_id,
            "case_id": case_id,
            "referral_id": held.id if held.kind == "referral" else None,
            "kind": effect.kind,
            "role": effect.role,
            "clock": name,
            "basis": clock.basis.value,
            "sources": " ".join(clock.sources),
            "opened_at": desk.now,
            "due_at": due
            or due_at(
                desk.now, clock, days_off(desk.policies, countries, desk.today), desk.policies.zone(desk.actor.country)
            ),
            "state": "open",
            "done_at": None,
            "done_by": None,
            "missed_at": None,
            "escalation": 0,
            "priority": usual_rank(desk.policies, effect.kind),
        },
    )


def _border_office(desk: Desk, held: Held) -> str | None:
    """Our office at the border point of the schedule as it is now; the row may still name an earlier one."""
    facts = held.referral_facts
    if facts is None or held.referral is None:
        return None
    scheduled = office_at(desk, facts, facts.schedule.border_point) if facts.schedule else None
    return scheduled or held.referral.border_office_id


def close_task(desk: Desk, held: Held, effect: CloseTask) -> None:
    """Mark the open tasks of that kind on the subject as done ('*': all of them; 'visit_next': the next visit)."""
    values = {"subject": held.id, "state": "done", "done_at": desk.now, "done_by": desk.actor.id}
    if effect.kind == "*":
        desk.session.execute(_OPEN_OF[held.kind], values)
        return
    kind = effect.kind
    if kind == "visit_next":
        kind = f"visit_{held.referral_facts.visits if held.referral_facts else 0}"
    desk.session.execute(_ONE_KIND_OF[held.kind], {"of_kind": kind, **values})
