"""Rings deadlines: a missed one becomes an event in the timeline, never a silent expiry."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.access.desk import Desk, House
from app.casework import move
from app.casework.held import Held, hold_case, hold_referral
from app.casework.history import Event
from app.casework.tasks import TABLE

BATCH = 200
FALLBACK = ("reminder",)


def ring(house: House, session: Session) -> int:
    """Mark every open task whose time has passed and write the event on its subject's chain; how many."""
    now = house.clock.now()
    query = (
        select(TABLE)
        .where(TABLE.c.state == "open", TABLE.c.missed_at.is_(None), TABLE.c.due_at < now)
        .order_by(TABLE.c.due_at, TABLE.c.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    rows = session.execute(query).all()
    for row in rows:
        desk = house.system_desk(session, row.country)
        held = hold_referral(desk, row.referral_id) if row.referral_id else hold_case(desk, row.case_id)
        _tell(desk, held, row)
        session.execute(update(TABLE).where(TABLE.c.id == row.id).values(missed_at=now, escalation=1))
    return len(rows)


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
