"""A world for gates that fill in every form: the running program with the policies in force, and people who work."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import insert, select

from app.casework.held import CASE
from app.kit.clock import SettableClock
from app.models.notice import Notice
from app.models.task import Task
from app.settings import Settings
from tests.app.access.browser import Browser
from tests.app.access.world import World, fill
from tests.factories import answers
from tests.factories.towns import open_town
from tests.inspect import reading, writing

# What the names of the trial policies stand for here.
ROLES = {"worker": ("social_worker", "case_manager"), "visitor": ("analyst",)}
PLACES = {"th-a": "th-shelter-tak", "th-b": "th-shelter-phitsanulok", "mm-a": "mm-dor"}


@dataclass
class FullWorld(World):
    """As `World`, with the offices and rights of the policies in force."""

    def add_user(self, login: str, office: str, *roles: str) -> str:
        """An account with the real roles that the names of the trial policies stand for."""
        return super().add_user(login, office, *(real for role in roles for real in ROLES.get(role, (role,))))

    def open_case(self, browser: Browser) -> str:
        """Open a case by the pages as whoever is signed in; its reference."""
        answers.walk(browser)
        assert browser.send("/cases/new/open").status_code == 303, browser.last.text
        return str(browser.last.headers["location"].rpartition("/")[2])

    def add_task(self, reference: str, kind: str, role: str) -> str:
        """A task of a case that waits in the first office; its id."""
        with reading(self.house.db) as session:
            case_id = session.execute(select(CASE.c.id).where(CASE.c.reference == reference)).scalar_one()
        values = {"case_id": case_id, "office_id": self.offices["th-a"], "country": "TH", "state": "open"}
        return self._put(Task, **values, kind=kind, role=role, referral_id=None)

    def add_notice(self, login: str) -> str:
        """An unread notice to somebody; its id."""
        return self._put(Notice, country="TH", user_id=self.users[login], kind="deputy_named")

    def _put(self, model: Any, **values: Any) -> str:
        row = {**fill(model, self.clock.now(), **values), "id": model.__table__.c.id.default.arg(None)}
        with writing(self.house.db) as session:
            session.execute(insert(model), row)
        return str(row["id"])


@pytest.fixture
def world(settings: Settings, clock: SettableClock) -> Iterator[FullWorld]:
    """A running house on each engine with the policies in force, and the one account that gates ask for by name."""
    with open_town(settings, clock) as town:
        made = FullWorld(town.app, town.client, clock, dict(town.offices))
        made.offices |= {name: town.offices[code] for name, code in PLACES.items()}
        made.add_user("visitor", "th-a", "visitor")
        made.add_user("worker", "th-a", "worker")
        yield made
