"""An appointment that lay ahead when it was recorded begins: nobody is asked any more to appoint somebody."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import Row, select

from app.access.desk import Desk, House
from app.casework.carry import follow_record
from app.casework.held import CASE, FACTS, hold_case
from app.casework.rounds import one_by_one
from app.casework.tasks import TABLE, UNDONE
from workflows.consequences import NEXT_GUARDIAN
from workflows.effects import CloseTask
from workflows.facts import GuardianFacts
from workflows.identification import APPOINT_GUARDIAN


def ring(house: House) -> int:
    """End the duty to appoint a guardian where one has begun to speak, one transaction for each case; how many.

    Where the appointment has an end, the one after it is waited for by then, as from a record of that day.
    """
    waits = select(TABLE.c.case_id).where(TABLE.c.kind == APPOINT_GUARDIAN.kind, TABLE.c.state.in_(UNDONE))
    query = select(CASE.c.id, CASE.c.country).join(FACTS, FACTS.c.case_id == CASE.c.id)
    mine = (FACTS.c.child.is_(True), CASE.c.care != "closed", CASE.c.id.in_(waits))
    return one_by_one(house, query.where(*mine), _ring_one)


def _ring_one(house: House, case_id: str, country: str) -> int:
    with house.db.write() as session:
        desk = house.system_desk(session, country)
        held = hold_case(desk, case_id)
        facts = held.case_facts
        facts = facts.as_of(desk.today) if facts is not None else None
        if held.erased or facts is None or facts.guardian is None or not facts.guardian_speaks(desk.today):
            return 0
        query = select(TABLE).where(
            TABLE.c.case_id == case_id, TABLE.c.kind == APPOINT_GUARDIAN.kind, TABLE.c.state.in_(UNDONE)
        )
        if not any(_waited_for(desk, row, facts.guardian) for row in session.execute(query)):
            return 0
        follow_record(desk, replace(held, facts=facts), (CloseTask(APPOINT_GUARDIAN.kind), NEXT_GUARDIAN))
        return 1


def _waited_for(desk: Desk, row: Row[Any], guardian: GuardianFacts) -> bool:
    """Whether the duty is older than the appointment; what was opened since waits for its end."""
    return desk.policies.day(desk.actor.country, row.opened_at) < guardian.since
