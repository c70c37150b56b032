"""Builds what stands around a person and what opens it: seals, blocks, deputies, emergencies, a fresh second factor."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import insert, select, update

from app.access.desk import House
from app.access.stepup import mark
from app.casework.held import CASE, PERSON, REFERRAL
from app.models.base import new_id
from app.models.session import LoginSession
from app.models.walls import AccessBlock, Deputy, SealName
from tests.factories.staff import Worker
from tests.factories.towns import Town
from tests.inspect import reading, writing

REASON = "She has collapsed at our gate; the doctor asks."


def key_of(house: House, case_id: str) -> str:
    """The id of the data key of a case's person."""
    with reading(house.db) as session:
        query = select(PERSON.c.key_id).join(CASE, CASE.c.person_id == PERSON.c.id).where(CASE.c.id == case_id)
        return str(session.execute(query).scalar_one())


def seal(house: House, case_id: str, *named: Worker) -> None:
    """Seal the cases and referral copies of a case's person for the named."""
    key_id = key_of(house, case_id)
    with writing(house.db) as session:
        persons = select(PERSON.c.id).where(PERSON.c.key_id == key_id)
        session.execute(update(CASE).where(CASE.c.person_id.in_(persons)).values(sealed=True))
        session.execute(update(REFERRAL).where(REFERRAL.c.key_id == key_id).values(sealed=True))
        for worker in named:
            row = {"id": new_id(), "country": worker.country, "key_id": key_id, "user_id": worker.id}
            row |= {"named_by": worker.id, "since": house.clock.now(), "until": None}
            session.execute(insert(SealName), row)


def unseal(house: House, case_id: str) -> None:
    """Take the seal of one case away again."""
    with writing(house.db) as session:
        session.execute(update(CASE).where(CASE.c.id == case_id).values(sealed=False))


def block(house: House, case_id: str, kind: str, value: str, country: str = "TH") -> str:
    """Keep a user, an organisation or a country away from a case's person; the id of the block."""
    row = {
        "id": new_id(), "country": country, "key_id": key_of(house, case_id), "kind": kind, "value": value,
        "why": "family", "set_by": new_id(), "since": house.clock.now(), "until": None, "lifted_at": None,
        "lifted_by": None,
    }  # fmt: skip
    with writing(house.db) as session:
        session.execute(insert(AccessBlock), row)
    return str(row["id"])


def lift(house: House, block_id: str) -> None:
    """Lift a block."""
    with writing(house.db) as session:
        session.execute(update(AccessBlock).where(AccessBlock.id == block_id).values(lifted_at=house.clock.now()))


def stand_in(house: House, absent: Worker, deputy: Worker, days: int = 7) -> None:
    """Let somebody stand in for an absent colleague from now on."""
    now = house.clock.now()
    row = {
        "id": new_id(), "country": absent.country, "user_id": absent.id, "deputy_id": deputy.id, "set_by": deputy.id,
        "since": now, "until": now + timedelta(days=days), "ended_at": None,
    }  # fmt: skip
    with writing(house.db) as session:
        session.execute(insert(Deputy), row)


def step_up(town: Town, worker: Worker) -> None:
    """Note a fresh second factor for the present sign-in of ``worker``."""
    town.headers(worker)
    with writing(town.house.db) as session:
        mine = select(LoginSession.id).where(LoginSession.user_id == worker.id)
        for session_id in session.execute(mine).scalars().all():
            mark(session, session_id, town.clock.now())


def try_to_open(town: Town, worker: Worker, case_id: str, reason: str = REASON, **more: Any) -> Any:
    """The answer to opening a case in an emergency, the second factor being fresh."""
    step_up(town, worker)
    return town.post(worker, "/emergency-access", {"case_id": case_id, "reason": reason, "confirm": True, **more})


def open_in_emergency(town: Town, worker: Worker, case_id: str, reason: str = REASON) -> str:
    """Open a case in an emergency; the id of the access."""
    answer = try_to_open(town, worker, case_id, reason)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])
