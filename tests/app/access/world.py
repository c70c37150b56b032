"""A small house to knock at: four offices in two countries, an account for each reach, trial routes."""

from __future__ import annotations

import sys
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Boolean, Date, Integer, LargeBinary, String, Text, insert, select

import app.main
from app.access import stepup
from app.access.desk import House
from app.access.passwords import Passwords
from app.kit.clock import SettableClock
from app.models.access_log import AccessEntry
from app.models.base import Stamp, new_id
from app.models.case import Case, CaseTeam
from app.models.office import Office
from app.models.person import DataKey, Person
from app.models.referral import Referral
from app.models.session import LoginSession
from app.models.user import User, UserRole
from app.settings import Settings
from policies.load import load_policies
from policies.model import FieldGroup, Policies, RolePolicy, Scope
from tests.app.access import trial
from tests.factories.programs import program
from tests.inspect import reading, writing

PASSWORD = "lantern quiet river seven"
API = "/api/v1"
CHEAP = Passwords(memory_kib=64, passes=1)
# For tests of what no engine has a part in, such as the looks of a page: every other test runs on both.
one_engine = pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
PERMISSIONS = (
    "account:self", "account:manage", "case:create", "case:read", "record:read", "care:plan", "identity:reveal",
    "referral:read", "referral:plan",
)  # fmt: skip


def _role(title: str, **permissions: str) -> RolePolicy:
    held = {name.replace("_", ":", 1): Scope(scope) for name, scope in permissions.items()}
    return RolePolicy(
        title=title,
        permissions={"account:self": Scope.OWN, **held},
        field_groups=frozenset({FieldGroup.FACTS}),
    )


ROLES = {
    **{
        f"{scope.value}_reader": _role(f"Reads {scope.value}", case_read=scope.value, referral_read=scope.value)
        for scope in Scope
    },
    "worker": _role(
        "Worker", case_create="office", case_read="office", care_plan="assigned", referral_read="office",
        referral_plan="assigned",
    ),
    "visitor": _role("Visitor"),
    "administrator": _role("Administrator", account_manage="organisation"),
    "office_administrator": _role("Administrator of one office", account_manage="office"),
}  # fmt: skip
# The pages of every room are there, so every permission is known; most of them nobody here holds.
KNOWN = (*PERMISSIONS, *load_policies().permissions)
POLICIES = Policies.model_construct(
    permissions={name: f"Lets somebody do {name}." for name in KNOWN}, roles=ROLES, countries={}
)
OFFICES = {
    "th-a": ("TH", "th-ministry"),
    "th-b": ("TH", "th-ministry"),
    "th-c": ("TH", "th-ngo"),
    "mm-a": ("MM", "mm-ministry"),
}


@dataclass
class World:
    """The running program, its clock, and ids by name: offices by code, accounts by login."""

    app: FastAPI
    client: TestClient
    clock: SettableClock
    offices: dict[str, str] = field(default_factory=dict)
    users: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def house(self) -> House:
        house: House = self.app.state.house
        return house

    def add_user(self, login: str, office: str, *roles: str) -> str:
        """Put an account straight into the database; every password is PASSWORD."""
        self.add_users([(login, office, roles)])
        return self.users[login]

    def add_users(self, wanted: Sequence[tuple[str, str, Sequence[str]]]) -> None:
        """The same for several at once: (login, office, roles)."""
        ids = {login: new_id() for login, _, _ in wanted}
        accounts = [
            {
                "id": ids[login], "login": login, "password_hash": CHEAP.hash(PASSWORD), "display_name": login.title(),
                "office_id": self.offices[office], "active": True, "token_version": 1, "created_at": self.clock.now(),
            }
            for login, office, _ in wanted
        ]  # fmt: skip
        held = [{"user_id": ids[login], "role": role} for login, _, roles in wanted for role in roles]
        with writing(self.house.db) as session:
            session.execute(insert(User), accounts)
            if held:
                session.execute(insert(UserRole), held)
        self.users |= ids

    def sign_in(self, login: str, password: str = PASSWORD) -> dict[str, Any]:
        """The whole answer of the sign-in route."""
        answer = self.client.post(f"{API}/auth/token", data={"username": login, "password": password})
        assert answer.status_code == 200, answer.text
        granted: dict[str, Any] = answer.json()
        return granted

    def headers(self, login: str, **more: str) -> dict[str, str]:
        """The headers of a signed-in request; the sign-in is remembered. Underscores in names become dashes."""
        if login not in self.tokens:
            self.tokens[login] = self.sign_in(login)["access_token"]
        sent = {name.replace("_", "-"): value for name, value in more.items()}
        return {"Authorization": f"Bearer {self.tokens[login]}", **sent}

    def step_up(self, login: str) -> None:
        """Have ``login``, signed in if need be, prove its second factor now, in every session it has."""
        self.headers(login)
        with self.house.db.write() as session:
            mine = select(LoginSession.id).where(LoginSession.user_id == self.users[login])
            for session_id in session.execute(mine).scalars().all():
                stepup.mark(session, session_id, self.clock.now())

    def get(self, login: str | None, path: str, **headers: str) -> Any:
        """GET below the API as ``login``, or as nobody."""
        return self.client.get(API + path, headers=self.headers(login, **headers) if login else headers)

    def post(self, login: str | None, path: str, body: Any = None, **headers: str) -> Any:
        """POST below the API as ``login`` with a fresh Idempotency-Key unless one is given ("" for none)."""
        key = headers.pop("key", uuid.uuid4().hex)
        if key:
            headers["Idempotency_Key"] = key
        sent = self.headers(login, **headers) if login else {n.replace("_", "-"): v for n, v in headers.items()}
        return self.client.post(API + path, headers=sent, **({} if body is None else {"json": body}))

    def entries(self, action: str | None = None) -> list[Any]:
        """The book of looks, oldest first."""
        query = select(AccessEntry.__table__).order_by(AccessEntry.at)
        with reading(self.house.db) as session:
            return [row for row in session.execute(query) if action in (None, row.action)]

    def add_case(self, office: str, creator: str | None = None, **values: Any) -> str:
        """A case of ``office`` with everything a row needs."""
        country, organisation = OFFICES[office]
        now = self.clock.now()
        key_id, person_id, case_id = new_id(), new_id(), new_id()
        with writing(self.house.db) as session:
            session.execute(insert(DataKey), fill(DataKey, now, id=key_id, country=country))
            session.execute(insert(Person), fill(Person, now, id=person_id, country=country, key_id=key_id))
            row = fill(
                Case, now, id=case_id, reference=case_id, country=country, organisation=organisation,
                office_id=self.offices[office], person_id=person_id,
                created_by=self.users[creator] if creator else new_id(), **values,
            )  # fmt: skip
            session.execute(insert(Case), row)
        return case_id

    def add_referral(self, office: str, border: str | None = None, case_id: str | None = None) -> str:
        """One copy of a referral, held by ``office``."""
        country, organisation = OFFICES[office]
        now, key_id, referral_id = self.clock.now(), new_id(), new_id()
        with writing(self.house.db) as session:
            session.execute(insert(DataKey), fill(DataKey, now, id=key_id, country=country))
            row = fill(
                Referral, now, id=referral_id, shared_id=new_id(), country=country, organisation=organisation,
                office_id=self.offices[office], border_office_id=self.offices[border] if border else None,
                case_id=case_id, key_id=key_id, created_by=new_id(),
            )  # fmt: skip
            session.execute(insert(Referral), row)
        return referral_id

    def join_team(self, login: str, case_id: str, days: int = 0, until_days: int | None = None) -> None:
        """Put ``login`` on the team of a case from ``days`` ago, until ``until_days`` from now if given."""
        now = self.clock.now()
        until = None if until_days is None else now + timedelta(days=until_days)
        with writing(self.house.db) as session:
            row = fill(
                CaseTeam,
                now,
                case_id=case_id,
                user_id=self.users[login],
                since=now - timedelta(days=days),
                until=until,
            )
            session.execute(insert(CaseTeam), row)


def fill(model: Any, now: datetime, **values: Any) -> dict[str, Any]:
    """A full row of ``model``: what is not given and may not be empty gets something of its type."""
    row = dict(values)
    for column in model.__table__.columns:
        if column.name in row or column.nullable or column.default is not None:
            continue
        row[column.name] = _anything(column.type, now)
    return row


def _anything(kind: Any, now: datetime) -> Any:
    match kind:
        case Stamp():
            return now
        case Boolean():
            return False
        case Integer():
            return 1
        case Date():
            return date(2026, 11, 23)
        case LargeBinary():
            return bytes(32)
        case String() | Text():
            return "x"
    raise AssertionError(f"no sample for {kind!r}")


def with_trial_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the program built with the policies of this file and the trial room beside the accounts."""
    monkeypatch.setattr(app.main, "load_policies", lambda _folder=None: POLICIES)
    monkeypatch.setattr(app.main, "ROOMS", ("accounts", "trial"))
    monkeypatch.setitem(sys.modules, "app.trial.api", SimpleNamespace(router=trial.router()))


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, database_url: str, tmp_path: Path, clock: SettableClock) -> Iterator[World]:
    """A running house on each engine with one account per role, all in th-a unless their name says else."""
    settings = Settings(environment="demo", var=tmp_path / "var", database_url=database_url)
    with_trial_room(monkeypatch)
    with (
        program(settings, clock) as built,
        TestClient(built, base_url="http://localhost", raise_server_exceptions=False) as client,
    ):
        made = World(built, client, clock)
        made.offices = {code: new_id() for code in OFFICES}
        rows = [
            {
                "id": made.offices[code], "code": code, "country": country, "organisation": organisation, "name": code,
                "kind": "shelter", "level": "local", "national_focal_point": False,
            }
            for code, (country, organisation) in OFFICES.items()
        ]  # fmt: skip
        with writing(made.house.db) as session:
            session.execute(insert(Office), rows)
        made.add_users([(role, "th-a", (role,)) for role in ROLES])
        yield made
