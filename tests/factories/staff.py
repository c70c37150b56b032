"""Builds accounts with roles, live tokens, and the staff of one country with an account for every role."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import insert, select, update

from app.access import rows
from app.access.desk import Desk, House
from app.models.base import new_id
from app.models.office import Office
from app.models.session import LoginSession
from app.models.user import User, UserRole
from tests.factories.trainings import train
from tests.inspect import writing
from workflows.facts import Actor

_NUMBERS = itertools.count(1)
# Country -> (shelter, its ministry or focal office, border post) in which `hire_staff` puts people.
PLACES = {
    "TH": ("th-shelter-tak", "th-datip", "th-border-mae-sot"),
    "MM": ("mm-dor", "mm-dor", "mm-border-myawaddy"),
}
IN_SHELTER = (
    "first_responder", "social_worker", "case_manager", "shelter_manager", "health_officer", "legal_officer",
    "supervisor",
)  # fmt: skip
IN_MINISTRY = ("national_focal_point", "auditor", "data_protection_officer", "analyst", "administrator")
AT_BORDER = ("border_focal_point",)


@dataclass(frozen=True)
class Worker:
    """One account: its id, office (code and row id), country, organisation and roles."""

    id: str
    login: str
    office: str
    office_id: str
    organisation: str
    country: str
    roles: frozenset[str]

    @property
    def actor(self) -> Actor:
        """The account as rules and history see it."""
        return Actor(self.id, self.roles, self.office, self.organisation, self.country)


Staff = dict[str, Worker]


def add_user(house: House, office: str, *roles: str, login: str | None = None) -> Worker:
    """An active account in the office of that code (see `put_offices`) with these roles."""
    return hire(house, [(office, roles, login)])[0]


def hire(house: House, wanted: Sequence[tuple[str, Sequence[str], str | None]]) -> list[Worker]:
    """Accounts for (office code, roles, login), all of them in one transaction: towns are built thousands of times."""
    workers, accounts, held = [], [], []
    with writing(house.db) as session:
        offices = {row.code: row for row in session.execute(select(Office.__table__))}
        for office, roles, login in wanted:
            user_id, row = new_id(), offices[office]
            name = login or f"{roles[0] if roles else 'nobody'}.{next(_NUMBERS)}"
            accounts.append({
                "id": user_id,
                "login": name,
                "password_hash": "cannot-sign-in-with-a-password",
                "display_name": name.title(),
                "office_id": row.id,
                "active": True,
                "token_version": 1,
                "created_at": house.clock.now(),
            })  # fmt: skip
            held += [{"user_id": user_id, "role": role} for role in sorted(set(roles))]
            workers.append(
                Worker(user_id, name, office, row.id, row.organisation, row.country, frozenset(roles))
            )
        session.execute(insert(User), accounts)
        if held:
            session.execute(insert(UserRole), held)
        train(session, house.clock.now(), [(each.id, each.country, each.roles) for each in workers])
    return workers


def hire_staff(house: House, country: str = "TH") -> Staff:
    """One account for every role: role -> worker, spread over shelter, ministry and border post."""
    shelter, ministry, border = PLACES[country]
    where = dict.fromkeys(IN_SHELTER, shelter) | dict.fromkeys(IN_MINISTRY, ministry)
    where |= dict.fromkeys(AT_BORDER, border)
    workers = hire(house, [(office, (role,), None) for role, office in where.items()])
    return dict(zip(where, workers, strict=True))


def disable(house: House, worker: Worker) -> None:
    """Make the account inactive."""
    with writing(house.db) as session:
        session.execute(update(User).where(User.id == worker.id).values(active=False))


def token_for(house: House, worker: Worker) -> str:
    """A live access token (15 minutes from the house's clock) in a session of its own."""
    return tokens_for(house, [worker])[0]


def tokens_for(house: House, workers: Sequence[Worker], *, fresh: bool = False) -> list[str]:
    """A token for each as `token_for` gives it; ``fresh``: the second factor of each was shown just now."""
    now = house.clock.now()
    rows = [
        {
            "id": new_id(),
            "user_id": worker.id,
            "token_version": 1,
            "started_at": now,
            "expires_at": now + timedelta(hours=12),
            "stepped_up_at": now if fresh else None,
        }
        for worker in workers
    ]
    with writing(house.db) as session:
        session.execute(insert(LoginSession), rows)
    return [house.tokens.issue(row["user_id"], row["id"], 1, now) for row in rows]


def step_up(house: House, worker: Worker) -> None:
    """Note for every live sign-in of the account that its second factor was shown just now."""
    with house.db.write() as session:
        mine = update(LoginSession).where(LoginSession.user_id == worker.id)
        session.execute(mine.values(stepped_up_at=house.clock.now()))


@contextmanager
def desk_of(house: House, worker: Worker) -> Iterator[Desk]:
    """A writable desk of ``worker`` as the door would open it: what is kept of refusals is kept here too."""
    desk = None
    try:
        with house.db.write() as session:
            desk = Desk(
                session=session,
                actor=worker.actor,
                now=house.clock.now(),
                policies=house.policies,
                keys=house.keys,
                signing=house.signing,
                correlation="test",
                office_id=worker.office_id,
            )
            yield desk
    finally:
        kept = desk.take_kept() if desk is not None else []
        if desk is not None and kept:
            with house.db.write() as session:
                rows.enter(session, desk.actor, desk.office_id, desk.policies, desk.now)
                for write in kept:
                    write(session)
