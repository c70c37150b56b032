"""Second factors shown and acts of power asked for, so that tests can agree, refuse and race."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update

from app.access.two_persons import APPROVAL
from app.models.session import LoginSession
from app.models.user import UserRole
from tests.factories.staff import Worker, add_user
from tests.factories.towns import Town
from tests.inspect import reading, writing


def step_up(town: Town, *workers: Worker) -> None:
    """Have each of these shown a second factor just now, in every live sign-in (one is opened if there is none)."""
    for worker in workers:
        town.headers(worker)
        with writing(town.house.db) as session:
            fresh = update(LoginSession).where(LoginSession.user_id == worker.id)
            session.execute(fresh.values(stepped_up_at=town.clock.now()))


def second_administrator(town: Town) -> Worker:
    """Another administrator beside the one of the staff, both with a fresh second factor."""
    other = add_user(town.house, "th-datip", "administrator")
    step_up(town, town.th["administrator"], other)
    return other


def ask_for_power(town: Town) -> tuple[str, Worker]:
    """Have the staff's administrator ask for a role of power for a fresh account: the approval, and the account."""
    gains = add_user(town.house, "th-shelter-tak", "social_worker")
    answer = town.post(town.th["administrator"], f"/users/{gains.id}/roles", {"roles": ["supervisor"]}, If_Match='"1"')
    assert answer.status_code == 202, answer.text
    return answer.json()["id"], gains


def decide(town: Town, worker: Worker, approval: str, word: str = "agree", **more: Any) -> Any:
    """The answer to agree, refuse or withdraw."""
    body = {"reason": "Not now."} if word == "refuse" else None
    return town.post(worker, f"/approvals/{approval}/{word}", more.pop("body", body), **more)


def state_of(town: Town, approval: str) -> tuple[str, str | None]:
    """State and why of an approval as stored."""
    with reading(town.house.db) as session:
        row = session.execute(select(APPROVAL).where(APPROVAL.c.id == approval)).one()
    return row.state, row.why


def roles_of(town: Town, worker: Worker) -> set[str]:
    """The roles an account holds now."""
    with reading(town.house.db) as session:
        return set(session.execute(select(UserRole.role).where(UserRole.user_id == worker.id)).scalars())
