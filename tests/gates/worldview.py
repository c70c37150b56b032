"""Reads the tables as plain rows and hands the oracle what is there: things, walls, duties."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.case import Case, CaseTeam
from app.models.office import Office
from app.models.person import Person
from app.models.referral import Referral
from app.models.task import Task
from app.models.user import User, UserRole
from app.models.walls import AccessBlock, Deputy, EmergencyAccess, SealName
from tests.gates.oracle import (
    Asker,
    Block,
    Duty,
    Emergency,
    Member,
    Name,
    Oracle,
    StandIn,
    Thing,
    written_opens,
    written_rights,
)


@dataclass
class View:
    """Everything there is, by id, and the oracle over it."""

    oracle: Oracle
    cases: dict[str, Thing]
    referrals: dict[str, Thing]
    duties: dict[str, Duty]


def view_of(session: Session, now: datetime, rights: dict[str, dict[str, str]] | None = None) -> View:
    """The world as its rows say at ``now``; offices and organisations by code."""
    offices = {row.id: row for row in _rows(session, Office)}
    keys = {row.id: row.key_id for row in _rows(session, Person)}
    cases = {
        row.id: Thing(
            "case", row.id, keys[row.person_id], row.country, offices[row.office_id].code, row.organisation,
            row.created_by, row.sealed,
        )
        for row in _rows(session, Case)
    }  # fmt: skip
    for row in _rows(session, CaseTeam):
        cases[row.case_id].team.append(Member(row.user_id, row.since, row.until))
    referrals = {}
    for row in _rows(session, Referral):
        ends = {offices[each].code for each in (row.office_id, row.border_office_id) if each}
        copy = referrals[row.id] = Thing(
            "referral", row.id, row.key_id, row.country, offices[row.office_id].code, row.organisation,
            row.created_by, row.sealed, cases.get(row.case_id), ends=frozenset(ends),
        )  # fmt: skip
        if copy.case is not None:
            copy.case.referrals.append(copy)
    duties = {
        row.id: Duty(
            row.id, row.country, offices[row.office_id].code, offices[row.office_id].organisation, row.role,
            cases.get(row.case_id), referrals.get(row.referral_id),
        )
        for row in _rows(session, Task)
    }  # fmt: skip
    return View(_oracle(session, now, rights), cases, referrals, duties)


def _oracle(session: Session, now: datetime, rights: dict[str, dict[str, str]] | None) -> Oracle:
    return Oracle(
        rights if rights is not None else written_rights(),
        written_opens(),
        now,
        blocks=[
            Block(row.key_id, row.kind, row.value, row.since, row.until, row.lifted_at is not None)
            for row in _rows(session, AccessBlock)
        ],
        names=[Name(row.key_id, row.user_id, row.since, row.until) for row in _rows(session, SealName)],
        emergencies=[
            Emergency(row.case_id, row.user_id, row.since, row.until, row.ended_at is not None)
            for row in _rows(session, EmergencyAccess)
        ],
        stand_ins=[
            StandIn(row.user_id, row.deputy_id, row.since, row.until, row.ended_at is not None)
            for row in _rows(session, Deputy)
        ],
        people=_people(session),
    )


def _people(session: Session) -> dict[str, Asker]:
    """The active accounts, for whom somebody may stand in."""
    offices = {row.id: row for row in _rows(session, Office)}
    roles: dict[str, set[str]] = {}
    for row in _rows(session, UserRole):
        roles.setdefault(row.user_id, set()).add(row.role)
    return {
        row.id: Asker(
            row.id, frozenset(roles.get(row.id, ())), offices[row.office_id].code,
            offices[row.office_id].organisation, offices[row.office_id].country,
        )
        for row in _rows(session, User)
        if row.active
    }  # fmt: skip


def _rows(session: Session, model: Any) -> list[Any]:
    return list(session.execute(select(model.__table__)))
