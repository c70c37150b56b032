"""Builds cases and brings them to a point of the lifecycle through the real services, one step after the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from app.access import rows
from app.access.desk import House
from app.casework import opening, recording
from app.casework.facts import case_facts_from
from app.casework.held import CASE, FACTS
from app.casework.move import Command, Outcome, perform
from app.casework.opening import Opening
from tests.factories.forms import form
from tests.factories.staff import Staff, Worker, desk_of
from tests.inspect import reading
from workflows.engine import MACHINES
from workflows.facts import CaseFacts

TEAM = ("social_worker", "case_manager", "health_officer", "legal_officer")
IDENTITY = {"given_names": "Mya Thandar", "family_name": "Aung", "birth_year": 1998, "phone": "+95 9 000 000"}


def open_case(
    house: House,
    worker: Worker,
    *,
    source: str = "social_service",
    channel: str = "shelter",
    identity: dict[str, Any] | None = None,
    note: str | None = None,
    **facts: Any,
) -> str:
    """A case of the worker's office, just reported; ``facts`` are fields of CaseFacts. The id of the case."""
    with desk_of(house, worker) as desk:
        known = CaseFacts(
            country=worker.country,
            office=worker.office,
            identification="reported",
            care="intake",
            opened_on=desk.today,
            child=False,
            age_band="18+",
            sex="F",
            nationality="MM",
            exploitation="ForcedLabour",
            language="my",
        )
        order = Opening(
            worker.office_id,
            worker.organisation,
            replace(known, **facts),
            source,
            channel,
            IDENTITY if identity is None else identity,
            note=note,
            part=min(worker.roles),
        )
        case_id = opening.open_case(desk, order)
    return case_id


def join(house: House, case_id: str, *workers: Worker) -> None:
    """Put workers on the team of a case."""
    for worker in workers:
        with desk_of(house, worker) as desk:
            # Nobody may put themselves on a team; here it is the hand of fate.
            rows.enter_everything(desk.session)
            opening.join_team(desk, case_id, worker.id, min(worker.roles))


def version_of(house: House, case_id: str) -> int:
    """The present version of a case."""
    with reading(house.db) as session:
        return int(session.execute(select(CASE.c.version).where(CASE.c.id == case_id)).scalar_one())


def facts_of(house: House, case_id: str) -> CaseFacts:
    """The stored facts of a case."""
    with reading(house.db) as session:
        return case_facts_from(session.execute(select(FACTS.c.facts).where(FACTS.c.case_id == case_id)).scalar_one())


def machine_of(step: str) -> str:
    """The machine that a step of a case, or of one of its matters, belongs to."""
    return next(name for name, spec in MACHINES.items() if spec.aggregate != "referral" and spec.step(step))


def take(house: House, worker: Worker, case_id: str, step: str, record: Any = None, **more: Any) -> Outcome:
    """Take a step on a case as ``worker`` with the present version; ``more`` goes into the command."""
    seen = version_of(house, case_id)
    with desk_of(house, worker) as desk:
        return perform(desk, Command(machine_of(step), step, case_id, seen, record=record, **more))


def add(house: House, worker: Worker, case_id: str, kind: str, /, **changes: Any) -> str:
    """Add a record of a kind (its example with ``changes``); the id of the record."""
    seen = version_of(house, case_id)
    with desk_of(house, worker) as desk:
        return recording.add_record(desk, case_id, kind, form(house, kind, **changes), seen)[0]


def name_manager(house: House, case_id: str, staff: Staff) -> None:
    """Make the staff's case manager the manager of the case."""
    seen = version_of(house, case_id)
    with desk_of(house, staff["supervisor"]) as desk:
        recording.assign(desk, case_id, staff["case_manager"].id, seen)


Stage = Callable[[House, Staff, str], None]


def _presume(house: House, staff: Staff, case_id: str) -> None:
    take(house, staff["social_worker"], case_id, "presume", form(house, "screening"))
    if facts_of(house, case_id).child:
        add(house, staff["legal_officer"], case_id, "guardian_appointment")


def _shelter(house: House, staff: Staff, case_id: str) -> None:
    add(house, staff["social_worker"], case_id, "rights_notice")
    add(house, staff["social_worker"], case_id, "admission")
    take(house, staff["social_worker"], case_id, "admit", form(house, "placement"))


def _recover(house: House, staff: Staff, case_id: str) -> None:
    add(house, staff["social_worker"], case_id, "needs_assessment")
    plan = form(house, "care_plan", covers_child_services=facts_of(house, case_id).child)
    take(house, staff["social_worker"], case_id, "start_recovery", plan)


def _decide(house: House, staff: Staff, case_id: str) -> None:
    country = staff["legal_officer"].country
    authority = house.policies.countries[country].competent_authority.office
    decision = form(house, "identification_decision", authority=authority, by_country=country)
    take(house, staff["legal_officer"], case_id, "identify", decision)


def _plan_return(house: House, staff: Staff, case_id: str) -> None:
    name_manager(house, case_id, staff)
    if facts_of(house, case_id).child:
        add(house, staff["social_worker"], case_id, "best_interests_assessment", question="return")
    take(house, staff["case_manager"], case_id, "plan_return", form(house, "wish"))


def _step(role: str, name: str) -> Stage:
    def go(house: House, staff: Staff, case_id: str) -> None:
        take(house, staff[role], case_id, name)

    return go


# In this order; every point rests on those before it.
POINTS: dict[str, Stage] = {
    "screening": _step("social_worker", "start_screening"),
    "presumed": _presume,
    "sheltered": _shelter,
    "recovering": _recover,
    "deciding": _step("social_worker", "open_decision"),
    "identified": _decide,
    "planning_return": _plan_return,
}


def bring_case(house: House, staff: Staff, to: str = "reported", **opening_facts: Any) -> str:
    """A case of the staff's shelter with its team, brought to ``to``: "reported" or a key of POINTS."""
    if to != "reported" and to not in POINTS:
        raise ValueError(f"no point '{to}'; there are reported, {', '.join(POINTS)}")
    case_id = open_case(house, staff["social_worker"], **opening_facts)
    join(house, case_id, *(staff[role] for role in TEAM))
    for name, go in POINTS.items():
        if to == "reported":
            break
        go(house, staff, case_id)
        if name == to:
            break
    return case_id
