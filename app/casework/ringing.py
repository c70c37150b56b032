"""Rings deadlines: a missed one becomes an event in the timeline, never a silent expiry."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from app.access import rows
from app.access.desk import Desk, House
from app.casework import move
from app.casework.held import Held, hold_case, hold_referral
from app.casework.history import Event
from app.casework.tasks import TABLE

BATCH = 200
FALLBACK = ("reminder",)


def ring(house: House) -> int:
    """Write the event of every open task whose time has passed on its subject's chain; how many were rung.

    One transaction for each task, which locks the subject before the task, as every step does: two programs
    that met the other way round would wait for each other.
    """
    now = house.clock.now()
    query = (
        select(TABLE.c.id)
        .where(TABLE.c.state == "open", TABLE.c.missed_at.is_(None), TABLE.c.due_at < now)
        .order_by(TABLE.c.due_at, TABLE.c.id)
        .limit(BATCH)
    )
    with house.db.read() as session:
        rows.enter_everything(session)
        due = list(session.execute(query).scalars())
    return sum(_ring_one(house, task_id) for task_id in due)


def _ring_one(house: House, task_id: str) -> bool:
    with house.db.write() as session:
        rows.enter_everything(session)
        row = session.execute(select(TABLE).where(TABLE.c.id == task_id)).one()
        desk = house.system_desk(session, row.country)
        held = hold_referral(desk, row.referral_id) if row.referral_id else hold_case(desk, row.case_id)
        waiting = (TABLE.c.id == task_id, TABLE.c.state == "open", TABLE.c.missed_at.is_(None))
        done = session.execute(update(TABLE).where(*waiting).values(missed_at=desk.now, escalation=1))
        if done.rowcount != 1:  # type: ignore[attr-defined]
            return False
        _tell(desk, held, row)
        return True


def _tell(desk: Desk, held: Held, row: Any) -> None:
    ladder: tuple[str, ...] = FALLBACK
    if held.referral_facts is not None:
        facts = held.referral_facts
        ladder = desk.policies.corridor(facts.from_country, facts.to_country).escalation or FALLBACK
    details = {
        "task": row.id,
        "role": row.role,
        "clock": row.clock,
        "due": row.due_at.isoformat(),
        "sources": row.sources.split(),
        "rung": ladder[0],
    }
    # The version stays: a passing clock must not make a worker's open form stale.
    move.remark(desk, held, Event("deadline", row.kind, held.version, details, row.due_at))
