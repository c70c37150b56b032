"""Accounts: everybody who works in a world, each with a password, roles and trainings, so that they can sign in."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.access.desk import SYSTEM
from app.demo.world import Cast
from app.models.office import Office
from app.models.training import TrainingEntry
from app.models.user import User, UserRole
from app.operations import sync_offices
from benchmarks.world.places import Post
from policies.model import Policies
from tests.factories.trainings import OF_ROLE
from workflows.facts import Actor

# Trainings last as long as any case of the world: a case is never signed by somebody who was not trained yet.
BEFORE: Final = timedelta(days=365 * 12)
AFTER: Final = timedelta(days=365 * 5)


@dataclass(frozen=True, slots=True)
class Account:
    """One account: who it is for the program, and the ids of its trainings by their kind."""

    login: str
    role: str
    actor: Actor
    office_id: str
    trainings: dict[str, str]


@dataclass(frozen=True, slots=True)
class People:
    """All accounts of a store, by where they work: (office, role) -> accounts, in the order in which they were made."""

    posts: dict[tuple[str, str], list[Account]] = field(default_factory=dict)
    offices: dict[str, str] = field(default_factory=dict)

    def everybody(self) -> Iterator[Account]:
        """Every account, office by office."""
        for accounts in self.posts.values():
            yield from accounts

    def cast(self) -> Cast:
        """The same people as the stage of the demonstration knows them."""
        everybody = list(self.everybody())
        by_post = {post: [each.login for each in accounts] for post, accounts in self.posts.items()}
        return Cast({each.login: each.actor for each in everybody}, dict(self.offices), by_post)


def new_id_of(dice: random.Random) -> str:
    """A random id (UUID, version 4) that is the same for the same dice."""
    drawn = f"{dice.getrandbits(128):032x}"
    return f"{drawn[:8]}-{drawn[8:12]}-4{drawn[13:16]}-a{drawn[17:20]}-{drawn[20:]}"


def trained(now: datetime) -> tuple[date, date]:
    """From when until when everybody's trainings count in a store whose accounts were opened at ``now``."""
    return (now - BEFORE).date(), (now + AFTER).date()


def settle(
    session: Session, policies: Policies, posts: Iterable[Post], password_hash: str, now: datetime, dice: random.Random
) -> People:
    """Write the offices of the policies and an account for everybody; who they are.

    password_hash: of the one password that all of them share. now: aware UTC. The session must be allowed to write
    everything.
    """
    sync_offices(session, policies)
    known = {row.code: row for row in session.execute(select(Office.__table__))}
    people = People(offices={code: row.id for code, row in known.items()})
    users, roles, trainings = [], [], []
    first, last = trained(now)
    for post in posts:
        office = known[post.office]
        for number in range(1, post.people + 1):
            account = _account(post, office, number, dice)
            people.posts.setdefault((post.office, post.role), []).append(account)
            users.append({
                "id": account.actor.id, "login": account.login, "password_hash": password_hash,
                "display_name": f"{policies.roles[post.role].title} {number}, {post.office}"[:120],
                "office_id": office.id, "active": True, "token_version": 1, "created_at": now,
            })  # fmt: skip
            roles.append({"user_id": account.actor.id, "role": post.role})
            trainings += [
                {
                    "id": new_id_of(dice), "country": office.country, "training_id": training_id, "seq": 1,
                    "user_id": account.actor.id, "act": "recorded", "kind": kind, "given_by": "ministry",
                    "done_on": first, "valid_until": last, "why": None,
                    "entered_by": SYSTEM, "entered_at": now,
                }
                for kind, training_id in account.trainings.items()
            ]  # fmt: skip
    for table, rows in ((User, users), (UserRole, roles), (TrainingEntry, trainings)):
        session.execute(insert(table), rows)
    return people


def as_json(people: People, password: str) -> dict[str, Any]:
    """What a benchmark signs in with: the password, and of each account the login, office, country and roles."""
    return {
        "password": password,
        "accounts": [
            {
                "login": each.login, "office": each.actor.office, "country": each.actor.country,
                "roles": sorted(each.actor.roles),
            }
            for each in people.everybody()
        ],
    }  # fmt: skip


def _account(post: Post, office: Any, number: int, dice: random.Random) -> Account:
    actor = Actor(new_id_of(dice), frozenset({post.role}), post.office, office.organisation, office.country)
    trainings = {kind: new_id_of(dice) for kind in OF_ROLE.get(post.role, ())}
    return Account(f"{post.office}.{post.role}{number}"[:64], post.role, actor, office.id, trainings)
