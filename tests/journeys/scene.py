"""The scene: the real program over one database, a cast with real accounts, and the post between countries."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta

from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import insert, select

from app.access.desk import House
from app.casework.held import OFFICE
from app.kit.clock import SettableClock
from app.models.base import new_id
from app.models.user import User, UserRole
from app.settings import Settings
from app.worker import Worker
from tests.factories.houses import CHEAP, put_offices
from tests.factories.programs import program
from tests.factories.trainings import train
from tests.inspect import writing
from tests.journeys import custody
from tests.journeys.hands import PASSWORD, Hand

# Name in the stories, with a dot for the underscore -> office and role.
CAST = {
    "th_police": ("th-police-tak", "first_responder"),
    "th_social": ("th-shelter-tak", "social_worker"),
    "th_shelter": ("th-shelter-tak", "shelter_manager"),
    "th_manager": ("th-shelter-tak", "case_manager"),
    "th_supervisor": ("th-shelter-tak", "supervisor"),
    "th_focal": ("th-datip", "national_focal_point"),
    "th_bridge": ("th-border-mae-sot", "border_focal_point"),
    "th_nongkhai": ("th-border-nong-khai", "border_focal_point"),
    "th_auditor": ("th-datip", "auditor"),
    "mm_focal": ("mm-dor", "national_focal_point"),
    "mm_social": ("mm-dor", "social_worker"),
    "mm_manager": ("mm-dor", "case_manager"),
    "mm_bridge": ("mm-border-myawaddy", "border_focal_point"),
    "mm_auditor": ("mm-dor", "auditor"),
    "la_focal": ("la-mlsw", "national_focal_point"),
    "la_social": ("la-mlsw", "social_worker"),
    "la_manager": ("la-mlsw", "case_manager"),
    "la_bridge": ("la-border-vientiane", "border_focal_point"),
    "la_auditor": ("la-mlsw", "auditor"),
}
PASSWORD_HASH = CHEAP.hash(PASSWORD)
SECOND = timedelta(seconds=1)


@dataclass
class Scene:
    """The running program, a client at its door, its clock, its cast by name and the worker that carries the post."""

    app: FastAPI
    client: TestClient
    clock: SettableClock
    cast: dict[str, Hand] = field(default_factory=dict)

    @property
    def house(self) -> House:
        """What the running program holds."""
        house: House = self.app.state.house
        return house

    def __getitem__(self, name: str) -> Hand:
        """A hand by its name in the stories, such as th.social."""
        return self.cast[name]

    def post(self) -> int:
        """Carry out everything that waits between the transactions; after each, somebody has custody."""
        postman, done = Worker(self.house), 0
        while postman.one():
            self.clock.advance(SECOND)
            custody.is_never_nowhere(self.house)
            done += 1
        custody.is_on_exactly_one_side(self.house)
        return done

    def ring(self) -> int:
        """Note every deadline that has passed."""
        return Worker(self.house).ring()

    def days(self, number: int) -> date:
        """Let so many days go by; the new today."""
        return self.clock.advance(timedelta(days=number)).date()

    def day(self, from_today: int = 0) -> str:
        """The day so far from today, as JSON writes it."""
        return (self.clock.now().date() + timedelta(days=from_today)).isoformat()

    def hire(self, **roles: tuple[str, str]) -> None:
        """Open accounts and put them into the cast: name (a dot for each underscore) -> office and role."""
        house = self.house
        with writing(house.db) as session:
            places = {row.code: row for row in session.execute(select(OFFICE))}
            for said, (office, role) in roles.items():
                name, user_id = said.replace("_", "."), new_id()
                account = {
                    "id": user_id,
                    "login": name,
                    "password_hash": PASSWORD_HASH,
                    "display_name": name,
                    "office_id": places[office].id,
                    "active": True,
                    "token_version": 1,
                    "created_at": self.clock.now(),
                }
                session.execute(insert(User), account)
                session.execute(insert(UserRole), {"user_id": user_id, "role": role})
                train(session, self.clock.now(), [(user_id, places[office].country, (role,))])
                self.cast[name] = Hand(self.client, house, name, user_id, office, places[office].country, role)


@contextmanager
def open_scene(settings: Settings, clock: SettableClock) -> Iterator[Scene]:
    """The program over the (migrated) database of ``settings``, with every office and the whole cast."""
    with (
        program(settings, clock) as app,
        TestClient(app, base_url="http://localhost", raise_server_exceptions=False) as client,
    ):
        scene = Scene(app, client, clock)
        put_offices(scene.house)
        scene.hire(**CAST)
        yield scene
