"""Builds the running program with its offices, and ways to knock at its JSON door as somebody."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.access.desk import House
from app.kit.clock import SettableClock
from app.models.access_log import AccessEntry
from app.settings import Settings
from tests.factories.houses import put_offices
from tests.factories.programs import program
from tests.factories.staff import Staff, Worker, hire_staff, step_up, token_for
from tests.inspect import reading

API = "/api/v1"


@dataclass
class Town:
    """The program, a client at its door, its clock, and the staff of Thailand and Myanmar."""

    app: FastAPI
    client: TestClient
    clock: SettableClock
    offices: dict[str, str] = field(default_factory=dict)
    th: Staff = field(default_factory=dict)
    mm: Staff = field(default_factory=dict)
    _tokens: dict[tuple[str, int], str] = field(default_factory=dict)

    @property
    def house(self) -> House:
        """What the running program holds."""
        house: House = self.app.state.house
        return house

    def headers(self, worker: Worker | None, **more: str) -> dict[str, str]:
        """Headers of ``worker`` (None: nobody); underscores in the names of ``more`` become dashes."""
        sent = {name.replace("_", "-"): value for name, value in more.items()}
        if worker is None:
            return sent
        # A token lives a quarter of an hour; tests that move the clock get a fresh one.
        when = (worker.id, int(self.clock.now().timestamp()) // 600)
        if when not in self._tokens:
            self._tokens[when] = token_for(self.house, worker)
        return {"Authorization": f"Bearer {self._tokens[when]}", **sent}

    def step_up(self, worker: Worker) -> None:
        """Have ``worker`` show the second factor in the sign-in that `get` and `post` use now."""
        self.headers(worker)
        step_up(self.house, worker)

    def get(self, worker: Worker | None, path: str, **headers: str) -> Any:
        """GET below the API."""
        return self.client.get(API + path, headers=self.headers(worker, **headers))

    def post(self, worker: Worker | None, path: str, body: Any = None, **headers: str) -> Any:
        """POST below the API with a fresh Idempotency-Key, unless ``key`` gives one ("" for none)."""
        key = headers.pop("key", uuid.uuid4().hex)
        if key:
            headers["Idempotency_Key"] = key
        sent = self.headers(worker, **headers)
        return self.client.post(API + path, headers=sent, **({} if body is None else {"json": body}))

    def looks(self, action: str | None = None) -> list[Any]:
        """The book of looks, oldest first."""
        query = select(AccessEntry.__table__).order_by(AccessEntry.at, AccessEntry.id)
        with reading(self.house.db) as session:
            return [row for row in session.execute(query) if action in (None, row.action)]


@contextmanager
def open_town(settings: Settings, clock: SettableClock) -> Iterator[Town]:
    """The program over the database of ``settings`` (migrated), with every office and the staff of two countries."""
    with (
        program(settings, clock) as app,
        TestClient(app, base_url="http://localhost", raise_server_exceptions=False) as client,
    ):
        town = Town(app, client, clock)
        town.offices = put_offices(town.house)
        town.th, town.mm = hire_staff(town.house, "TH"), hire_staff(town.house, "MM")
        yield town


@pytest.fixture
def town(settings: Settings, clock: SettableClock) -> Iterator[Town]:
    """A fresh town on each engine; a conftest.py makes it known by importing it."""
    with open_town(settings, clock) as opened:
        yield opened
