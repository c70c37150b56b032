"""Tells once that the time to answer is over, and lets nothing outlive a consent that has run out."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update

from app.access import notices
from app.access.desk import House
from app.casework import move, services
from app.casework.held import hold_case
from app.casework.rounds import BATCH, one_by_one
from app.casework.transfers import SERVICES
from app.services import queries
from workflows.facts import CaseFacts, Today
from workflows.guards.services import is_covered
from workflows.service import ANSWER, NAME


def ring(house: House) -> int:
    """Tell of everything that is late or has lost its consent, one transaction each; how many."""
    now, countries = house.clock.now(), house.policies.countries
    told = one_by_one(house, queries.late(now, countries, BATCH), _tell)
    # Whose day it is, is asked again of each country: nothing ends before its own midnight.
    soon = now.date() + timedelta(days=1)
    return told + one_by_one(house, queries.run_out(soon, countries, BATCH), _end)


def _tell(house: House, service_id: str, country: str) -> bool:
    with house.db.write() as session:
        desk = house.system_desk(session, country)
        first = update(SERVICES).where(SERVICES.c.id == service_id, SERVICES.c.late_at.is_(None))
        done = session.execute(first.values(late_at=desk.now))
        if done.rowcount != 1:  # type: ignore[attr-defined]
            return False
        row = queries.whole(desk, service_id)
        people = {row.asked_by, *notices.holders(desk, ANSWER, row.office_id)}
        notices.tell(desk, people, "service_late", "case_service", row.id)
        return True


def _end(house: House, service_id: str, country: str) -> bool:
    """A consent with a last day is gone after it: an unanswered request is taken back, a provider is told."""
    with house.db.write() as session:
        desk = house.system_desk(session, country)
        row = queries.whole(desk, service_id)
        held = hold_case(desk, row.case_id)
        facts = held.facts
        matter = facts.matter(row.matter_id) if isinstance(facts, CaseFacts) else None
        if matter is None or row.ended_at is not None or row.consent_gone_at is not None:
            return False
        assert isinstance(facts, CaseFacts)
        if is_covered(facts, matter, Today(desk.now, desk.today), desk.policies):
            return False
        if services.gone(desk, held, matter):
            given = {"reason": "consent_withdrawn"}
            move.perform(
                desk, move.Command(NAME, "stop_service", held.id, held.version, given=given, matter_id=matter.id)
            )
        notices.tell(desk, {row.asked_by}, "service_consent", "case_service", row.id)
        return True
