"""Where a row of somebody's work leads: the step itself, the choice on the case's page, or a form to mark it done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from app.access.desk import Desk
from app.access.may import permitted
from app.casework.tasks import NORMAL, priority_of
from app.referrals.words import country_word
from app.worklist.closers import CLOSERS, RECORD, WAITING
from app.worklist.work_queries import permission_of
from workflows.engine import MACHINES
from workflows.matter import MATTER


@dataclass(frozen=True, slots=True)
class Line:
    """One task as a row: what, about which reference, until when, whose it is, where it leads.

    ``holder``: "you", "person" (the name in ``who``), "role" (a role's title in ``who``) or "country" (its name).
    ``by_hand``: it ends by being marked as done. ``reason``: why it stands still, where that was asked for.
    ``rung``: the last rung of its ladder that rang.
    """

    id: str
    kind: str
    reference: str
    path: str
    due_at: datetime
    late: bool
    holder: str
    who: str
    by_hand: bool
    # A code of task_priority; shown where it is not the usual one.
    priority: str = NORMAL
    reason: str = ""
    mend: str = ""
    rung: str = ""


def line(desk: Desk, row: Row[Any], *, mine: bool, reason: tuple[str, str] = ("", "")) -> Line:
    """A row of `work_queries` as the page shows it. ``mine``: it waits for the actor."""
    holder, who = _holder(desk, row, mine)
    return Line(
        id=row.id,
        kind=row.kind,
        reference=row.case_reference or row.referral_reference,
        path=_path(desk, row) if mine else _subject(row),
        due_at=row.due_at,
        late=row.due_at < desk.now,
        holder=holder,
        who=who,
        by_hand=mine and not CLOSERS.get(row.kind),
        priority=priority_of(desk.policies, row.priority),
        reason=reason[0],
        mend=reason[1],
        rung=row.rung or "",
    )


def startable(row: Row[Any], act: str) -> bool:
    """Whether a step of the case, named as machine.step, can begin from where the case stands; records always can."""
    place, name = act.split(".")
    if place == RECORD:
        return True
    if MACHINES[place].aggregate == MATTER:
        # Its task is open only while the matter stands where the step begins.
        return row.matter_id is not None
    step = MACHINES[place].step(name)
    here = row.state if place == "referral" else getattr(row, place)
    return step is not None and here in {state.value for state in step.start}


def _path(desk: Desk, row: Row[Any]) -> str:
    """The one act that answers the task, if there is one; where somebody has to choose, the page that shows all.

    A task made by hand leads to what its record says.
    """
    if row.record_id is not None and row.case_reference is not None:
        return f"/cases/{row.case_reference}/records/{row.record_id}"
    acts = [act for act in CLOSERS.get(row.kind, ()) if permitted(desk, permission_of(act)) and startable(row, act)]
    records = [act for act in acts if act.startswith(f"{RECORD}.")]
    if row.matter_id is not None and row.case_reference is not None:
        at = f"/cases/{row.case_reference}/matters/{row.matter_id}"
        return f"{at}/steps/{acts[0].split('.')[1]}" if len(acts) == 1 else at
    on_case = records or [act for act in acts if not act.startswith("referral.")]
    if row.case_reference is None or len(on_case) != 1:
        return _subject(row)
    place, name = on_case[0].split(".")
    begin = f"/cases/{row.case_reference}"
    return f"{begin}/records/new/{name}" if place == RECORD else f"{begin}/steps/{place}/{name}"


def _subject(row: Row[Any]) -> str:
    """The page of what the task is about."""
    if row.referral_reference is not None:
        return f"/referrals/{row.referral_id}"
    return f"/cases/{row.case_reference}"


def _holder(desk: Desk, row: Row[Any], mine: bool) -> tuple[str, str]:
    if row.kind in WAITING and row.other_country is not None:
        return "country", country_word(desk.policies, row.other_country)
    if row.assignee is not None and not mine:
        return "person", row.assignee
    manager = row.manager if row.case_manager_id not in (None, desk.actor.id) else None
    if mine:
        return ("you", "") if manager is None else ("person", manager)
    role = desk.policies.roles.get(row.role)
    return "role", role.title if role else row.role
