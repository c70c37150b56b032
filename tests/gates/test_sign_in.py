"""G16: nobody learns who exists, nobody locks out others, and nobody is there before somebody is let in."""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import delete, select

from app.access import attempts
from app.access.passwords import Passwords
from app.kit import migrate
from app.kit.clock import SettableClock
from app.main import open_house
from app.models.session import LoginAttempt
from app.models.user import User
from app.settings import Settings
from tests.app.access.browser import browser_of
from tests.app.access.world import API, PASSWORD, World, one_engine, world
from tests.app.accounts.test_second_factor import enrol
from tests.inspect import reading, writing

__all__ = ["world"]

TIMES = 200
LIMIT_MS = 10
Try = Callable[[str, str], Any]


def json_door(world: World) -> Try:
    path = f"{API}/auth/token"
    return lambda login, password: world.client.post(path, data={"username": login, "password": password})


def html_door(world: World) -> Try:
    browser = browser_of(world)
    browser.get("/sign-in")
    fields = browser.form("/sign-in").fields
    return lambda login, password: browser.post("/sign-in", fields | {"username": login, "password": password})


DOORS: dict[str, Callable[[World], Try]] = {"json": json_door, "html": html_door}


def forget(world: World) -> None:
    """Empty the buckets, which would stop this gate's many tries as they stop anybody's."""
    with writing(world.house.db) as session:
        session.execute(delete(LoginAttempt))


@one_engine
@pytest.mark.parametrize("door", DOORS)
def test_unknown_and_known_cost_the_same(world: World, door: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hasher is the cheap one of the tests (64 KiB, one pass), so that its 40 ms do not drown what differs.

    The clock of a busy machine proves little, so the work is counted too: passwords compared.
    """
    compared: list[int] = []
    verify = PasswordHasher.verify

    def counted(self: PasswordHasher, stored: str, typed: str) -> bool:
        compared.append(len(stored))
        return verify(self, stored, typed)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    attempt, took = DOORS[door](world), {"worker": [], "nobody": []}
    work: dict[str, set[int]] = {"worker": set(), "nobody": set()}
    for number in range(TIMES // 2):
        if number % 2 == 0:
            forget(world)
        for login in ("worker", "nobody") if number % 2 else ("nobody", "worker"):
            compared.clear()
            began = time.perf_counter()
            answer = attempt(login, "wrong wrong wrong")
            took[login].append((time.perf_counter() - began) * 1000)
            work[login].add(len(compared))
            assert answer.status_code in (401, 422)
    medians = {login: statistics.median(each) for login, each in took.items()}
    apart = abs(medians["worker"] - medians["nobody"])
    print(f"GATE g16 door={door} median_apart_ms={apart:.2f} limit={LIMIT_MS} n={TIMES}")
    assert work == {"worker": {1}, "nobody": {1}}
    assert apart < LIMIT_MS


@one_engine
def test_the_timing_gate_bites_its_mutant(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A door that does not compare anything for unknown names does less work for them."""
    honest = Passwords.matches
    compared: list[str] = []

    def hasty(self: Passwords, stored: str | None, typed: str) -> bool:
        if stored is None:
            return False
        compared.append(typed)
        return honest(self, stored, typed)

    monkeypatch.setattr(Passwords, "matches", hasty)
    attempt = json_door(world)
    work = {}
    for login in ("worker", "nobody"):
        compared.clear()
        attempt(login, "wrong wrong wrong")
        work[login] = len(compared)
    print(f"GATE g16 mutant hashes_known={work['worker']} hashes_unknown={work['nobody']} n=2")
    assert work == {"worker": 1, "nobody": 0}


@one_engine
@pytest.mark.parametrize("door", DOORS)
def test_unknown_and_known_are_told_the_same_bytes(world: World, door: str) -> None:
    enrol(world, "visitor")
    attempt = DOORS[door](world)
    seen = set()
    for login in ("worker", "visitor", "nobody"):
        answers = [attempt(login, "wrong wrong wrong") for _ in range(attempts.PER_ACCOUNT + 1)]
        shown = tuple(re.sub(r'value="[^"]*"', "", answer.text) for answer in answers)
        differing = ("x-correlation-id", "content-length")
        headers = [{n: v for n, v in answer.headers.items() if n not in differing} for answer in answers]
        seen.add((tuple(answer.status_code for answer in answers), shown, str(headers)))
    print(f"GATE g16 door={door} different_answers={len(seen) - 1} limit=0 n=18")
    assert len(seen) == 1
    assert next(iter(seen))[0][-1] == 429


def test_whoever_attacks_one_account_locks_out_no_other(world: World) -> None:
    """By password at both doors, by code and by step-up; from one address that others share."""
    enrol(world, "visitor")
    doors = [make(world) for make in DOORS.values()]
    for _ in range(attempts.PER_ACCOUNT * 3):
        for attempt in doors:
            attempt("worker", "wrong wrong wrong")
        world.post("visitor", "/auth/step-up", {"code": "000000"}, key="")
        world.client.post(f"{API}/auth/token", data={"username": "visitor", "password": PASSWORD, "code": "000000"})
    others = [name for name in world.users if name not in ("worker", "visitor")]
    blocked = []
    for name in others:
        if doors[0](name, PASSWORD).status_code != 200 or browser_of(world).sign_in(name).status_code != 303:
            blocked.append(name)
    print(f"GATE g16 others_blocked={len(blocked)} limit=0 n={len(others)}")
    assert len(others) >= 5 and blocked == []


def test_nobody_is_there_before_somebody_is_let_in(tmp_path: Path, clock: SettableClock) -> None:
    """A new installation holds no account, and no name and password that others ship opens anything."""
    settings = Settings(environment="demo", var=tmp_path / "var")
    migrate.upgrade(settings.database_url)
    house = open_house(settings, clock)
    with reading(house.db) as session:
        accounts = session.execute(select(User.id)).all()
    house.db.dispose()
    print(f"GATE g16 default_accounts={len(accounts)} limit=0 n=1")
    assert accounts == []
