"""What two countries decided becomes the task of whoever does it; that it is done is told to the other country."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from sqlalchemy import Row, insert, select, update

from app.access.desk import Desk
from app.casework import own_tasks
from app.casework.conferring import DECISION, TABLE, say
from app.casework.conferring_bodies import DecisionBody, DoneBody, MinutesBody
from app.casework.conflict import DECIDED
from app.casework.held import REFERRAL, hold_referral
from app.casework.history import Event
from app.casework.offers import WORKS
from app.casework.remarks import remark
from app.casework.tasks import DONE, OPEN, end_of, usual_rank
from app.casework.tasks import TABLE as TASK
from app.models.base import new_id
from policies.model import Policies

__all__ = ["KIND", "by_its_number", "finish", "finished", "parts", "take_on", "unknown_here"]

KIND: Final = "meeting_decision"
_FOCAL: Final = "national_focal_point"
_SOURCE: Final = "MRW-2019"


def parts(policies: Policies) -> tuple[str, ...]:
    """The roles that can be given a decision about a referral, in the order of the policies."""
    wanted = {"referral:read", WORKS}
    return tuple(name for name, role in policies.roles.items() if wanted <= set(role.permissions))


def take_on(desk: Desk, row: Row[Any], minutes: MinutesBody) -> None:
    """Keep each decision of confirmed minutes, and open a task for those that are this country's own to do.

    The history of each referral says what was decided; the other country's part as well as one's own.
    The caller reaches the referrals as the house: whoever confirms the minutes may not see each of them.
    """
    here = desk.actor.country
    copies = _copies(desk, row, minutes)
    for each in minutes.decisions:
        if each.referral in copies:
            _noted(desk, row, copies[each.referral].id, each)
        copy = copies.get(each.referral) if each.by_country == here else None
        values = each.model_dump(include={"number", "referral", "what", "by_country", "part", "until"})
        values |= {"id": new_id(), "country": here, "meeting_id": row.id, "done_at": None}
        values["task_id"] = None if copy is None else _open(desk, row, copy, each.part, each.until)
        desk.session.execute(insert(DECISION), values)


def unknown_here(desk: Desk, row: Row[Any], minutes: MinutesBody) -> bool:
    """Whether this country is to do something about a referral that it does not hold (yet)."""
    mine = {each.referral for each in minutes.decisions if each.by_country == desk.actor.country}
    return not mine <= _copies(desk, row, minutes).keys()


def by_its_number(desk: Desk, meeting_id: str, number: int) -> Row[Any] | None:
    """One decision of a meeting held here."""
    query = select(DECISION).where(DECISION.c.meeting_id == meeting_id, DECISION.c.number == number)
    return desk.session.execute(query).one_or_none()


def finished(country: str, most: int) -> Any:
    """Decisions of this country whose task is done and which nobody was told of yet: id and country."""
    return (
        select(DECISION.c.id, DECISION.c.country)
        .join(TASK, TASK.c.id == DECISION.c.task_id)
        .where(DECISION.c.country == country, DECISION.c.done_at.is_(None), TASK.c.state == DONE)
        .order_by(DECISION.c.id)
        .limit(most)
    )


def finish(desk: Desk, decision_id: str) -> bool:
    """Note on the system's desk that a decision is done here, and tell the other country; whether it was news."""
    known = select(DECISION, TASK.c.done_at.label("task_done_at")).join(TASK, TASK.c.id == DECISION.c.task_id)
    query = known.where(DECISION.c.id == decision_id, DECISION.c.done_at.is_(None), TASK.c.state == DONE)
    decision = desk.session.execute(query.with_for_update(of=DECISION)).one_or_none()
    if decision is None:
        return False
    done_at = decision.task_done_at or desk.now
    desk.session.execute(update(DECISION).where(DECISION.c.id == decision_id).values(done_at=done_at))
    row = desk.session.execute(select(TABLE).where(TABLE.c.id == decision.meeting_id)).one()
    say(desk, row, "decision_done", DoneBody(number=decision.number))
    return True


def _noted(desk: Desk, row: Row[Any], copy_id: str, decision: DecisionBody) -> None:
    """Write what was decided into the history of the referral: whoever does it reads it there, its words too."""
    held = hold_referral(desk, copy_id)
    details = decision.model_dump(mode="json", include={"number", "by_country", "part", "until"})
    words = None if held.erased else decision.words or None
    event = Event(DECIDED, decision.what, held.version, {"meeting": row.reference, **details}, desk.now, words)
    remark(desk, held, event)


def _copies(desk: Desk, row: Row[Any], minutes: MinutesBody) -> dict[str, Row[Any]]:
    query = select(REFERRAL).where(
        REFERRAL.c.country == desk.actor.country, REFERRAL.c.other_country == row.other_country,
        REFERRAL.c.shared_id.in_(sorted({each.referral for each in minutes.decisions})),
    )  # fmt: skip
    return {each.shared_id: each for each in desk.session.execute(query)}


def _open(desk: Desk, row: Row[Any], copy: Row[Any], part: str, until: date) -> str:
    """A task at the copy of the referral; the day that was agreed, or today where that is over already.

    It is its office's that holds the copy, and a focal point's own at the focal office.
    """
    task_id = new_id()
    # A part that only the other country knows is a focal point's to give on; nobody's task would be lost otherwise.
    role = part if part in parts(desk.policies) else _FOCAL
    office_id = row.office_id if role == _FOCAL else copy.office_id
    desk.session.execute(
        insert(TASK),
        {
            "id": task_id, "country": desk.actor.country, "office_id": office_id, "case_id": copy.case_id,
            "referral_id": copy.id, "kind": KIND, "role": role, "clock": own_tasks.BY_HAND, "basis": "practice",
            "sources": _SOURCE, "opened_at": desk.now, "due_at": end_of(desk, max(until, desk.today)), "state": OPEN,
            "done_at": None, "done_by": None, "missed_at": None, "escalation": 0,
            "priority": usual_rank(desk.policies, KIND),
        },
    )  # fmt: skip
    return task_id
