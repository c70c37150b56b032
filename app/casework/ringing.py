"""Rings deadlines: a missed one becomes an event in the timeline and climbs its ladder, never a silent expiry.

Everything it knows is in the rows: a worker that dies between two writes has rung a rung with its notices, or not.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Row, and_, or_, select, update

from app.access import rows
from app.access.desk import Desk, House
from app.access.notices import tell
from app.casework import hanging, move, rungs
from app.casework.held import Held
from app.casework.history import Event
from app.casework.stopping import calendar_of, held_of
from app.casework.tasks import OPEN, PASSING, TABLE, WAITING
from policies.model import Rung
from workflows.clocks import rung_rings
from workflows.waiting import AWAIT_SEEN, AWAIT_STORED, WATCHED

BATCH = 200
JOB: Final = "ring"
# Kinds of notice: to whoever has to act, and to whoever is told because nobody did.
LATE: Final = "task_late"
ESCALATED: Final = "task_escalated"
# To whoever keeps an eye on it: not their own delay, another country's.
UNANSWERED: Final = "partner_late"
NEWS: Final = {AWAIT_STORED: "partner_not_reached", AWAIT_SEEN: "partner_not_opened"}


def ring(house: House) -> int:
    """Ring the next rung of every open task whose time has passed; how many were rung.

    One transaction for each task, which locks the subject before the task, as every step does: two programs
    that met the other way round would wait for each other. A task that cannot be rung is left out for a while; it
    stays late in every list, and the others ring.
    """
    now = house.clock.now()
    resting = house.setbacks.resting(JOB, now)
    first = and_(TABLE.c.missed_at.is_(None), TABLE.c.due_at < now)
    query = (
        select(TABLE.c.id)
        .where(TABLE.c.state == OPEN, or_(first, TABLE.c.next_rung_at <= now))
        .order_by(TABLE.c.due_at, TABLE.c.id)
        .limit(BATCH)
    )
    if resting:
        query = query.where(TABLE.c.id.not_in(resting))
    with house.db.read() as session:
        rows.enter_everything(session)
        due = list(session.execute(query).scalars())
    return house.setbacks.each(JOB, due, now, lambda task_id: _ring_one(house, task_id))


def ladder_of(desk: Desk, held: Held, row: Row[Any]) -> tuple[str, ...]:
    """The rungs for a task, first one first; a time of the person's own that passes is noted and nobody is told."""
    if row.kind in PASSING:
        return hanging.FALLBACK
    facts = held.referral_facts
    if facts is None:
        return desk.policies.clocks.case_ladder or hanging.FALLBACK
    return hanging.ladder(desk.policies, facts)


def _ring_one(house: House, task_id: str) -> bool:
    with house.db.write() as session:
        rows.enter_everything(session)
        mine = select(TABLE).where(TABLE.c.id == task_id)
        row = session.execute(mine).one()
        desk = house.system_desk(session, row.country)
        held = held_of(desk, row)
        # Asked again behind the lock: another worker, or a step, may have been here.
        row = session.execute(mine).one()
        ladder = ladder_of(desk, held, row)
        at = row.escalation
        if row.state != OPEN or (row.missed_at is None and row.due_at >= desk.now):
            return False
        if row.kind in WATCHED and not hanging.still(desk, held, row):
            return False
        due = row.missed_at is None or (at < len(ladder) and _moment(desk, row, ladder[at]) <= desk.now)
        climbed = at + 1 if due else at
        values: dict[str, Any] = {
            "next_rung_at": _moment(desk, row, ladder[climbed]) if climbed < len(ladder) else None
        }
        if due:
            code = ladder[min(at, len(ladder) - 1)]
            values |= {"missed_at": row.missed_at or desk.now, "escalation": climbed, "rung": code}
        seen = (TABLE.c.id == task_id, TABLE.c.state == OPEN, TABLE.c.escalation == at)
        done: Any = session.execute(update(TABLE).where(*seen).values(values))
        if not due or done.rowcount != 1:
            return False
        _tell(desk, held, row, code, first=row.missed_at is None)
        return True


def _rule(desk: Desk, code: str) -> Rung | None:
    return desk.policies.clocks.rungs.get(code)


def _moment(desk: Desk, row: Row[Any], code: str) -> Any:
    """When the rung ``code`` rings for a task."""
    rule = _rule(desk, code)
    if rule is None:
        return row.due_at
    return rung_rings(desk.policies, rule, row.clock, row.due_at, calendar_of(desk, row)[0])


def _tell(desk: Desk, held: Held, row: Row[Any], code: str, *, first: bool) -> None:
    rule = _rule(desk, code)
    people = [] if rule is None or row.kind in PASSING else rungs.told_by(desk, held, row, rule)
    details = {
        "task": row.id,
        "role": row.role,
        "clock": row.clock,
        "due": row.due_at.isoformat(),
        "sources": row.sources.split(),
        "rung": code,
        "told": len(people),
    }
    # The version stays: a passing clock must not make a worker's open form stale.
    happened = row.due_at if first else desk.now
    move.remark(desk, held, Event("deadline" if first else "escalated", row.kind, held.version, details, happened))
    first_circle = LATE if row.kind not in WAITING else NEWS.get(row.kind, UNANSWERED)
    kind = first_circle if rule is not None and rule.to == "doers" else ESCALATED
    tell(desk, people, kind, held.kind, held.id, {"task": row.id, "kind": row.kind, "rung": code})
