"""Signing in, staying signed in and signing out: throttled, silent about who exists, ended at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, update

from app.access import attempts, sessions
from app.access.passwords import Passwords
from app.models.session import LoginAttempt, LoginSession, RefreshToken
from app.models.user import User
from tests.app.access.world import API, PASSWORD, World
from tests.inspect import reading, writing


def try_in(world: World, login: str, password: str = "wrong wrong wrong") -> Any:
    return world.client.post(f"{API}/auth/token", data={"username": login, "password": password})


def refresh(world: World, token: str) -> Any:
    return world.client.post(f"{API}/auth/refresh", json={"refresh_token": token})


def me(world: World, access_token: str) -> int:
    answer = world.client.get(f"{API}/me", headers={"Authorization": f"Bearer {access_token}"})
    return int(answer.status_code)


def said(answer: Any) -> tuple[Any, ...]:
    headers = sorted(pair for pair in answer.headers.items() if pair[0] != "x-correlation-id")
    return answer.status_code, answer.content, tuple(headers)


def test_the_right_password_opens_a_session(world: World) -> None:
    answer = try_in(world, "worker", PASSWORD)
    told = answer.json()
    assert answer.status_code == 200
    assert (told["token_type"], told["expires_in"]) == ("bearer", 900)
    assert me(world, told["access_token"]) == 200
    assert [row.actor_id for row in world.entries("signed_in")] == [world.users["worker"]]
    with reading(world.house.db) as session:
        kept = session.execute(select(RefreshToken.digest)).scalar_one()
    assert told["refresh_token"] not in kept


@pytest.mark.parametrize("login", ["WORKER", " worker ", "\uff57orker"])
def test_names_are_one_however_they_are_typed(world: World, login: str) -> None:
    assert try_in(world, login, PASSWORD).status_code == 200


def test_each_sign_in_is_a_session_of_its_own(world: World) -> None:
    one, two = world.sign_in("worker"), world.sign_in("worker")
    assert one["access_token"] != two["access_token"] and one["refresh_token"] != two["refresh_token"]
    with reading(world.house.db) as session:
        assert len(set(session.execute(select(LoginSession.id)).scalars())) == 2


def test_unknown_disabled_and_wrong_are_one_answer(world: World) -> None:
    world.add_user("gone", "th-a", "worker")
    with writing(world.house.db) as session:
        session.execute(update(User).where(User.login == "gone").values(active=False))
    answers = [
        try_in(world, "worker"), try_in(world, "nobody"), try_in(world, "gone", PASSWORD), try_in(world, "a b\x00c"),
        try_in(world, "' OR 1=1 --"), try_in(world, "x" * 200), try_in(world, "worker", "x" * 1500),
    ]  # fmt: skip
    assert {said(answer) for answer in answers} == {said(answers[0])}
    assert answers[0].status_code == 401
    assert answers[0].json()["code"] == "sign_in_failed"


def test_unknown_and_known_cost_the_same_work(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """One comparison at full cost each, whoever is asked for: nothing to read from the clock (G16)."""
    compared: list[str] = []
    honest = PasswordHasher.verify

    def counted(self: PasswordHasher, stored: str, typed: str) -> bool:
        compared.append(stored.rpartition("$")[0].rpartition("$")[0])
        return honest(self, stored, typed)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    for login, password in (("worker", "wrong wrong wrong"), ("nobody", "x"), ("a b\x00", "x"), ("worker", "x" * 1500)):
        try_in(world, login, password)
    assert len(compared) == 4
    assert len(set(compared)) == 1


@pytest.mark.parametrize("login", ["worker", "nobody"])
def test_five_failures_a_minute_and_no_more(world: World, login: str) -> None:
    answers = [try_in(world, login) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [401] * 5
    stopped = try_in(world, login, PASSWORD)
    assert (stopped.status_code, stopped.headers["retry-after"]) == (429, "60")
    assert stopped.json()["code"] == "too_many"
    assert try_in(world, "visitor", PASSWORD).status_code == 200
    world.clock.advance(timedelta(seconds=59))
    assert try_in(world, login, PASSWORD).status_code == 429
    world.clock.advance(timedelta(seconds=1))
    assert try_in(world, login, PASSWORD).status_code == (200 if login == "worker" else 401)


def test_known_and_unknown_names_are_stopped_in_the_same_words(world: World) -> None:
    stopped = {}
    for login in ("worker", "nobody"):
        for _ in range(6):
            stopped[login] = said(try_in(world, login))
    assert stopped["worker"] == stopped["nobody"]


def test_failures_never_come_faster_than_five_in_any_minute(world: World) -> None:
    """Across the edge of the counted minute too: 25 tries, one each 10 seconds."""
    failed = []
    for second in range(0, 250, 10):
        if try_in(world, "worker").status_code == 401:
            failed.append(second)
        world.clock.advance(timedelta(seconds=10))
    assert failed[:5] == [0, 10, 20, 30, 40]
    for start in failed:
        assert len([second for second in failed if start <= second < start + 60]) <= 5


def test_a_success_forgets_the_failures_before_it(world: World) -> None:
    for _ in range(3):
        for _ in range(4):
            assert try_in(world, "worker").status_code == 401
        assert try_in(world, "worker", PASSWORD).status_code == 200


def test_many_at_once_do_not_outrun_the_count(world: World) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: try_in(world, "worker").status_code, range(24)))
    assert answers.count(401) == 5
    assert answers.count(429) == 19


def test_an_address_has_a_bucket_of_its_own(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "PER_ADDRESS", 6)
    for number in range(6):
        assert try_in(world, f"nobody{number}").status_code == 401
    assert try_in(world, "worker", PASSWORD).status_code == 429
    world.clock.advance(timedelta(minutes=1))
    for _ in range(20):
        assert try_in(world, "worker", PASSWORD).status_code == 200


def test_attacking_one_account_does_not_fill_the_bucket_of_its_address(world: World) -> None:
    for _ in range(attempts.PER_ADDRESS + 10):
        try_in(world, "worker")
    assert try_in(world, "visitor", PASSWORD).status_code == 200


def test_what_was_typed_as_a_name_is_not_kept(world: World) -> None:
    try_in(world, "my secret passphrase")
    with reading(world.house.db) as session:
        rows = session.execute(select(LoginAttempt.bucket)).scalars().all()
    assert rows and all("secret" not in row for row in rows)
    with writing(world.house.db) as session:
        assert attempts.purge(session, world.clock.now()) == 0
        assert attempts.purge(session, world.clock.now() + timedelta(hours=1)) == len(rows)


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"username": "worker"},
        {"password": "x"},
        {"username": "worker", "password": PASSWORD, "grant_type": "x"},
    ],
)
def test_a_form_that_is_not_whole_is_refused_without_repeating_it(world: World, form: dict[str, str]) -> None:
    answer = world.client.post(f"{API}/auth/token", data=form)
    assert answer.status_code == 422
    assert PASSWORD not in answer.text
    assert world.client.post(f"{API}/auth/token", json={"username": "worker", "password": PASSWORD}).status_code == 422


def test_old_costs_are_renewed_at_the_next_sign_in(world: World) -> None:
    old = Passwords(memory_kib=128, passes=1).hash(PASSWORD)
    with writing(world.house.db) as session:
        session.execute(update(User).where(User.login == "worker").values(password_hash=old))
    world.sign_in("worker")
    with reading(world.house.db) as session:
        now = session.execute(select(User.password_hash).where(User.login == "worker")).scalar_one()
    assert now != old and not world.house.passwords.stale(now)


def test_a_refresh_token_works_once(world: World) -> None:
    first = world.sign_in("worker")
    second = refresh(world, first["refresh_token"])
    assert second.status_code == 200
    assert me(world, second.json()["access_token"]) == 200
    third = refresh(world, second.json()["refresh_token"])
    assert third.status_code == 200


def test_a_refresh_token_used_twice_ends_its_session_and_no_other(world: World) -> None:
    stolen, other = world.sign_in("worker"), world.sign_in("worker")
    honest = refresh(world, stolen["refresh_token"]).json()
    assert me(world, honest["access_token"]) == 200
    assert refresh(world, stolen["refresh_token"]).status_code == 401
    assert me(world, honest["access_token"]) == 401
    assert me(world, stolen["access_token"]) == 401
    assert refresh(world, honest["refresh_token"]).status_code == 401
    assert me(world, other["access_token"]) == 200
    assert len(world.entries("refresh_token_reused")) >= 1


def test_two_refreshes_at_once_give_one_pair_at_most(world: World) -> None:
    token = world.sign_in("worker")["refresh_token"]
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: refresh(world, token).status_code, range(2)))
    assert sorted(answers) == [200, 401]


@pytest.mark.parametrize("token", ["", "x", "A" * 43, "ก" * 43, "A" * 43 + "\n"])
def test_a_refresh_token_that_never_was_is_refused(world: World, token: str) -> None:
    answer = refresh(world, token)
    assert answer.status_code == 401
    assert said(answer) == said(world.get(None, "/me"))


def test_an_access_token_is_no_refresh_token_nor_the_other_way(world: World) -> None:
    granted = world.sign_in("worker")
    assert refresh(world, granted["access_token"]).status_code in (401, 422)
    assert me(world, granted["refresh_token"]) == 401
    assert world.client.post(f"{API}/auth/refresh", json={}).status_code == 422
    assert world.client.post(f"{API}/auth/refresh", json={"refresh_token": "x", "sub": "y"}).status_code == 422


def test_refresh_tokens_and_sessions_end_by_the_clock(world: World) -> None:
    late = world.sign_in("worker")["refresh_token"]
    world.clock.advance(timedelta(hours=1))
    assert refresh(world, late).status_code == 401
    token = world.sign_in("worker")["refresh_token"]
    for _ in range(13):
        world.clock.advance(timedelta(minutes=55))
        answer = refresh(world, token)
        if answer.status_code == 200:
            token = answer.json()["refresh_token"]
    world.clock.advance(timedelta(minutes=10))
    assert refresh(world, token).status_code == 401
    with writing(world.house.db) as session:
        assert sessions.purge(session, world.clock.now()) == 0
        assert sessions.purge(session, world.clock.now() + timedelta(days=3)) > 10


def test_signing_out_ends_this_session_at_once(world: World) -> None:
    one, two = world.sign_in("worker"), world.sign_in("worker")
    headers = {"Authorization": f"Bearer {one['access_token']}"}
    answer = world.client.post(f"{API}/auth/logout", headers=headers)
    assert (answer.status_code, answer.content) == (204, b"")
    assert "storage" in answer.headers["clear-site-data"]
    assert me(world, one["access_token"]) == 401
    assert refresh(world, one["refresh_token"]).status_code == 401
    assert world.client.post(f"{API}/auth/logout", headers=headers).status_code == 401
    assert world.client.post(f"{API}/auth/logout").status_code == 401
    assert me(world, two["access_token"]) == 200
    assert len(world.entries("signed_out")) == 1


def test_an_account_disabled_between_look_and_sign_in_stays_out(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def disabled_meanwhile(_stored: str | None, _typed: str) -> bool:
        with writing(world.house.db) as session:
            session.execute(update(User).where(User.login == "worker").values(active=False))
        return True

    monkeypatch.setattr(Passwords, "matches", lambda _self, stored, typed: disabled_meanwhile(stored, typed))
    assert try_in(world, "worker", PASSWORD).status_code == 401
    with reading(world.house.db) as session:
        assert session.execute(select(LoginSession.id)).all() == []
