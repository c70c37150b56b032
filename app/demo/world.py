"""The world of the demonstration: offices of the policies, and people of every role who work in them."""

from __future__ import annotations

import secrets
from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.access import rows
from app.access.desk import SYSTEM
from app.access.passwords import Passwords, guessable
from app.demo.training import courses
from app.models.base import new_id
from app.models.office import Office
from app.models.training import TrainingEntry
from app.models.user import User, UserRole
from app.operations import sync_offices
from policies.model import Policies
from workflows.facts import Actor

# Role -> the short word of login names, as in th.social1.
WORDS = {
    "first_responder": "responder",
    "social_worker": "social",
    "case_manager": "manager",
    "shelter_manager": "shelter",
    "health_officer": "health",
    "legal_officer": "legal",
    "border_focal_point": "border",
    "national_focal_point": "focal",
    "supervisor": "super",
    "fund_officer": "fund",
    "fund_cashier": "cashier",
    "auditor": "auditor",
    "data_protection_officer": "dpo",
    "analyst": "analyst",
    "administrator": "admin",
}
SHELTER = ("social_worker", "social_worker", "case_manager", "case_manager", "shelter_manager", "supervisor")
SOUNDS = tuple(first + second for first in "bdfgklmnprstvz" for second in "aeiou")
CENTRE = ("auditor", "data_protection_officer", "analyst", "administrator")
FOCAL = ("national_focal_point", "national_focal_point", "social_worker", "social_worker", "case_manager",
         "case_manager", "supervisor")  # fmt: skip

# Office -> the roles of those who work there. Two eyes need two people: every office that drafts has a
# supervisor of its own, and the panel has members enough for a second look.
ROSTER: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("th-shelter-tak", SHELTER),
    ("th-shelter-chiang-rai", SHELTER),
    ("th-shelter-pathum-thani", SHELTER),
    ("th-shelter-phitsanulok", SHELTER),
    ("th-shelter-children", SHELTER),
    ("th-datip", (*FOCAL, "social_worker", "case_manager", *CENTRE)),
    ("th-fund", ("fund_officer", "fund_cashier")),
    ("th-mdt", ("legal_officer",) * 4),
    ("th-health-tak", ("health_officer", "health_officer")),
    ("th-police-tak", ("first_responder",)),
    ("th-hotline", ("first_responder",)),
    ("th-border-mae-sot", ("border_focal_point", "border_focal_point")),
    ("th-border-mae-sai", ("border_focal_point",)),
    ("th-border-ranong", ("border_focal_point",)),
    ("th-border-nong-khai", ("border_focal_point",)),
    ("th-border-aranyaprathet", ("border_focal_point",)),
    ("th-border-airport", ("border_focal_point",)),
    ("mm-dor", (*FOCAL, *CENTRE)),
    ("mm-border-myawaddy", ("border_focal_point", "border_focal_point")),
    ("mm-border-tachileik", ("border_focal_point",)),
    ("mm-border-kawthaung", ("border_focal_point",)),
    ("mm-shelter-myawaddy", ("shelter_manager",)),
    ("mm-atipd", ("first_responder", "legal_officer")),
    ("mm-health", ("health_officer",)),
    ("la-mlsw", (*FOCAL, *CENTRE)),
    ("la-border-vientiane", ("border_focal_point", "border_focal_point")),
    ("la-transit-vientiane", ("shelter_manager",)),
    ("la-atd", ("first_responder", "legal_officer")),
    ("la-health", ("health_officer",)),
    ("kh-mosvy", FOCAL),
    ("kh-border-poipet", ("border_focal_point",)),
    ("vn-mps", FOCAL),
    ("vn-border-airport", ("border_focal_point",)),
)


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody who acts: login -> actor, office code -> row id, (office, role) -> logins in order."""

    actors: dict[str, Actor] = field(default_factory=dict)
    offices: dict[str, str] = field(default_factory=dict)
    posts: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def at(self, office: str, role: str, number: int = 0) -> str:
        """The login of somebody with that role in that office; ``number`` goes round among several."""
        there = self.posts[office, role]
        return there[number % len(there)]

    def user_id(self, login: str) -> str:
        """The account's row id."""
        return self.actors[login].id


def new_password() -> str:
    """A password for all accounts of one build: four made-up words, easy to type, impossible to know."""
    while True:
        password = "-".join("".join(secrets.choice(SOUNDS) for _ in range(3)) for _ in range(4))
        if not guessable(password, "", ""):
            return password


def settle(
    session: Session, policies: Policies, passwords: Passwords, password: str, now: datetime,
    countries: Container[str] | None = None,
) -> Cast:  # fmt: skip
    """Write offices and accounts; who they are. countries: those at home here, whose people get accounts; None: all."""
    sync_offices(session, policies)
    cast = Cast()
    trained: list[dict[str, Any]] = []
    for row in session.execute(select(Office.id, Office.code)):
        cast.offices[row.code] = row.id
    # Everybody has the same password here, so one salted hash says no more than many would.
    stored = passwords.hash(password)
    for login, role, office in _posts(ROSTER):
        place = policies.office(office)
        if countries is not None and place.country not in countries:
            continue
        user_id = new_id()
        session.execute(
            insert(User),
            {
                "id": user_id,
                "login": login,
                "password_hash": stored,
                "display_name": f"{policies.roles[role].title} {login.rpartition(WORDS[role])[2]}",
                "office_id": cast.offices[office],
                "active": True,
                "token_version": 1,
                "created_at": now,
            },
        )
        session.execute(insert(UserRole), {"user_id": user_id, "role": role})
        trained += [
            {"id": new_id(), "training_id": new_id(), "country": place.country, "seq": 1, "user_id": user_id,
             "act": "recorded", "entered_by": SYSTEM, "entered_at": now, **course}
            for course in courses(policies, place.country, role, policies.day(place.country, now))
        ]  # fmt: skip
        cast.actors[login] = Actor(user_id, frozenset({role}), office, place.organisation, place.country)
        cast.posts.setdefault((office, role), []).append(login)
    # Nobody of the house has entered yet: what the play begins with is written by its own hand.
    rows.enter_everything(session)
    session.execute(insert(TrainingEntry), trained)
    rows.enter_as_nobody(session)
    return cast


def _posts(roster: Iterable[tuple[str, tuple[str, ...]]]) -> Iterable[tuple[str, str, str]]:
    counts: dict[str, int] = {}
    for office, roles in roster:
        for role in roles:
            word = f"{office[:2]}.{WORDS[role]}"
            counts[word] = counts.get(word, 0) + 1
            yield f"{word}{counts[word]}", role, office
