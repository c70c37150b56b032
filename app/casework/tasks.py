"""Tasks: opened with the clock that policy names, closed by the step that answers them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert, update

from app.access.desk import Desk
from app.casework.calendars import days_off
from app.casework.held import Held
from app.models.base import new_id
from app.models.task import Task
from policies.model import Clock
from workflows.deadlines import due_at
from workflows.effects import CloseTask, OpenTask

TABLE: Any = Task.__table__
_INSERT = insert(TABLE)
BORDER_ROLE = "border_focal_point"


def clock_for(desk: Desk, held: Held, effect: OpenTask) -> tuple[str, Clock, tuple[str, ...]]:
    """The name of the clock, the clock, and the countries whose working days count."""
    facts, referral = held.case_facts, held.referral_facts
    child = bool((facts and facts.child) or (referral and referral.child))
    name = effect.child_clock if child and effect.child_clock else effect.clock
    here = desk.actor.country
    other = referral.other_country if referral else None
    clock = desk.policies.clock(name, here, other, on=desk.now.date())
    return name, clock, (here, other) if other else (here,)


def open_task(desk: Desk, held: Held, effect: OpenTask) -> None:
    """Open one task in the office that holds the subject (the border office for border officers)."""
    child = bool((held.case_facts and held.case_facts.child) or (held.referral_facts and held.referral_facts.child))
    if effect.only_child and not child:
        return
    name, clock, countries = clock_for(desk, held, effect)
    office_id = held.row.office_id
    if held.referral is not None and effect.role == BORDER_ROLE and held.referral.border_office_id:
        office_id = held.referral.border_office_id
    case_id = held.case.id if held.case is not None else None
    desk.session.execute(
        _INSERT,
        {
            "id": new_id(),
            "country": desk.actor.country,
            "office_id": office_id,
            "case_id": case_id,
            "referral_id": held.id if held.kind == "referral" else None,
            "kind": effect.kind,
            "role": effect.role,
            "clock": name,
            "basis": clock.basis.value,
            "sources": " ".join(clock.sources),
            "opened_at": desk.now,
            "due_at": due_at(desk.now, clock, days_off(desk.policies, countries, desk.now.date())),
            "state": "open",
            "done_at": None,
            "done_by": None,
            "missed_at": None,
            "escalation": 0,
        },
    )


def close_task(desk: Desk, held: Held, effect: CloseTask) -> None:
    """Mark the open tasks of that kind on the subject as done ('*': all of them; 'visit_next': the next visit)."""
    column = TABLE.c.referral_id if held.kind == "referral" else TABLE.c.case_id
    query = update(TABLE).where(column == held.id, TABLE.c.state == "open")
    if effect.kind == "visit_next":
        visits = held.referral_facts.visits if held.referral_facts else 0
        query = query.where(TABLE.c.kind == f"visit_{visits}")
    elif effect.kind != "*":
        query = query.where(TABLE.c.kind == effect.kind)
    desk.session.execute(query.values(state="done", done_at=desk.now, done_by=desk.actor.id))
