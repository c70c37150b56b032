"""The second factor: enrolled once, each code taken once, asked for at sign-in and before acts of power."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from sqlalchemy import select

from app.access import attempts, factors
from app.models.factor import RecoveryCode, SecondFactor
from app.models.session import LoginSession
from policies.safeguards import Safeguards, TwoPersons
from tests.app.access.browser import browser_of
from tests.app.access.world import API, PASSWORD, World, one_engine
from tests.inspect import reading

WRONG = "000000"


def enrol(world: World, login: str = "worker") -> tuple[str, list[str]]:
    """Enrol an authenticator by the JSON door; its secret and recovery codes."""
    begun = world.post(login, "/auth/totp/enrol", {"password": PASSWORD}, key="")
    assert begun.status_code == 200, begun.text
    secret = begun.json()["secret"]
    confirmed = world.post(login, "/auth/totp/confirm", {"code": code(world, secret)}, key="")
    assert confirmed.status_code == 200, confirmed.text
    world.clock.advance(timedelta(seconds=30))
    return secret, confirmed.json()["recovery_codes"]


def code(world: World, secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(world.clock.now(), counter_offset=steps)


def wrong_codes(world: World, secret: str, how_many: int) -> list[str]:
    """Codes that are none of those around the present moment."""
    near = {code(world, secret, steps) for steps in range(-2, 3)}
    return [text for text in (f"{number:06}" for number in range(99)) if text not in near][:how_many]


def try_in(world: World, login: str, password: str = PASSWORD, **more: str) -> Any:
    return world.client.post(f"{API}/auth/token", data={"username": login, "password": password, **more})


def step_up(world: World, login: str, **body: str) -> Any:
    return world.post(login, "/auth/step-up", body, key="")


def test_enrolling_takes_the_password_and_a_first_code(world: World) -> None:
    assert world.get("worker", "/me").json()["second_factor"] is False
    assert world.post(None, "/auth/totp/enrol", {"password": PASSWORD}, key="").status_code == 401
    refused = world.post("worker", "/auth/totp/enrol", {"password": "wrong"}, key="")
    assert (refused.status_code, refused.json()["code"]) == (422, "current_password_wrong")
    assert world.post("worker", "/auth/totp/confirm", {"code": WRONG}, key="").json()["code"] == "factor_not_begun"
    begun = world.post("worker", "/auth/totp/enrol", {"password": PASSWORD}, key="").json()
    assert begun["address"].startswith("otpauth://totp/Work:worker?secret=" + begun["secret"])
    assert begun["picture"].startswith("<svg") and "<script" not in begun["picture"]
    assert try_in(world, "worker").status_code == 200  # it does not count yet
    wrong = world.post("worker", "/auth/totp/confirm", {"code": wrong_codes(world, begun["secret"], 1)[0]}, key="")
    assert (wrong.status_code, wrong.json()["code"]) == (422, "code_wrong")
    done = world.post("worker", "/auth/totp/confirm", {"code": code(world, begun["secret"])}, key="")
    assert len(set(done.json()["recovery_codes"])) == 10
    assert world.get("worker", "/me").json()["second_factor"] is True
    again = world.post("worker", "/auth/totp/enrol", {"password": PASSWORD}, key="")
    assert (again.status_code, again.json()["code"]) == (409, "factor_present")
    assert [row.actor_id for row in world.entries("factor_enrolled")] == [world.users["worker"]]


@one_engine
def test_the_secret_and_the_recovery_codes_are_nowhere_in_clear(world: World) -> None:
    secret, codes = enrol(world)
    with reading(world.house.db) as session:
        factor = session.execute(select(SecondFactor.__table__)).one()
        digests = session.execute(select(RecoveryCode.digest)).scalars().all()
    assert secret.encode() not in factor.sealed_secret
    assert not set(digests) & {each.replace("-", "") for each in codes}
    assert secret not in world.get("worker", "/me").text + str(world.entries())


def test_enrolling_ends_other_sessions_and_not_this_one(world: World) -> None:
    other, page = world.sign_in("worker")["access_token"], browser_of(world, "worker")
    enrol(world)
    assert world.get("worker", "/me").status_code == 200
    assert world.client.get(f"{API}/me", headers={"Authorization": f"Bearer {other}"}).status_code == 401
    assert page.get("/me").status_code == 303


@one_engine
def test_signing_in_asks_for_the_code_only_after_a_right_password(world: World) -> None:
    secret, _ = enrol(world)
    for typed in ({}, {"code": code(world, secret)}, {"code": WRONG}):
        with_factor, without = try_in(world, "worker", "wrong", **typed), try_in(world, "visitor", "wrong", **typed)
        assert with_factor.content == without.content == try_in(world, "nobody", "wrong", **typed).content
    world.clock.advance(timedelta(minutes=1))
    asked = try_in(world, "worker")
    assert (asked.status_code, asked.json()["code"]) == (401, "second_factor_needed")
    assert try_in(world, "worker", code=wrong_codes(world, secret, 1)[0]).content == asked.content
    assert try_in(world, "worker", code=code(world, secret)).status_code == 200
    assert try_in(world, "visitor", code="123456").status_code == 200


@one_engine
@pytest.mark.parametrize(("steps", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_code_fits_one_step_around_its_own(world: World, steps: int, taken: bool) -> None:
    secret, _ = enrol(world)
    world.clock.advance(timedelta(minutes=5))
    assert (try_in(world, "worker", code=code(world, secret, steps)).status_code == 200) is taken


@one_engine
def test_codes_are_read_however_they_are_typed(world: World) -> None:
    secret, codes = enrol(world)
    thai = code(world, secret).translate({ord("0") + n: ord("๐") + n for n in range(10)})
    assert try_in(world, "worker", code=f" {thai[:3]} {thai[3:]} ").status_code == 200
    assert try_in(world, "worker", code=codes[0].lower().replace("-", " ")).status_code == 200


def test_no_code_is_taken_twice_not_even_at_once(world: World) -> None:
    secret, codes = enrol(world)
    reused, tried = 0, 0
    for each in (code(world, secret), codes[0]):
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(lambda _, each=each: try_in(world, "worker", code=each).status_code, range(4)))
        tried += len(answers)
        reused += answers.count(200) - 1
        assert answers.count(200) == 1, answers
        world.clock.advance(timedelta(minutes=15))
    present = code(world, secret)
    for sent in (
        try_in(world, "worker", code=present), try_in(world, "worker", code=present),
        step_up(world, "worker", code=present), step_up(world, "worker", code=codes[0]),
    ):  # fmt: skip
        tried += 1
        reused += sent.status_code == 200
    # An earlier code than the last one taken is used up with it.
    reused += try_in(world, "worker", code=code(world, secret, -1)).status_code == 200
    print(f"GATE g16 totp_reused={reused - 1} limit=0 n={tried + 1}")
    assert reused == 1


@one_engine
def test_the_reuse_gate_bites_its_mutant(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A check that only asks whether the code fits lets the same one in again and again."""
    secret, _ = enrol(world)

    def plain(_session: Any, _keys: Any, _factor: Any, typed: str, now: Any) -> bool:
        return pyotp.TOTP(secret).verify(typed, for_time=now, valid_window=1)

    monkeypatch.setattr(factors, "_fits", plain)
    taken = [try_in(world, "worker", code=code(world, secret)).status_code for _ in range(3)]
    print(f"GATE g16 mutant totp_reused={taken.count(200) - 1} n=3")
    assert taken == [200] * 3


def test_codes_are_guessed_no_faster_than_five_in_a_quarter_of_an_hour(world: World) -> None:
    secret, _ = enrol(world)
    wrong = wrong_codes(world, secret, 20)
    answers = [step_up(world, "worker", code=each).status_code for each in wrong[:7]]
    assert answers == [422] * attempts.PER_FACTOR + [429] * 2
    stopped = try_in(world, "worker", code=code(world, secret))
    assert (stopped.status_code, stopped.headers["retry-after"]) == (429, "900")
    assert try_in(world, "visitor").status_code == 200
    other, _ = enrol(world, "visitor")
    assert step_up(world, "visitor", code=code(world, other)).status_code == 200
    world.clock.advance(timedelta(minutes=15))
    assert try_in(world, "worker", code=code(world, secret)).status_code == 200


def test_a_recovery_code_lets_in_once(world: World) -> None:
    _, codes = enrol(world)
    enrol(world, "visitor")
    assert try_in(world, "visitor", code=codes[0]).status_code == 401
    assert try_in(world, "worker", code=codes[0]).status_code == 200
    assert try_in(world, "worker", code=codes[0]).status_code == 401
    assert try_in(world, "worker", code=codes[1]).status_code == 200


def test_stepping_up_opens_acts_of_power_for_ten_minutes(world: World) -> None:
    secret, _ = enrol(world, "administrator")
    world.tokens.pop("administrator")
    world.tokens["administrator"] = try_in(world, "administrator", code=code(world, secret)).json()["access_token"]
    new = {
        "login": "nok.srisai", "display_name": "Nok", "office": "th-b", "roles": [], "password": "seven quiet lanterns!"
    }  # fmt: skip
    acts = {
        "/users": (new, {}), **{
            f"/users/{world.users['worker']}/{word}": (body, {"If_Match": '"9"'})
            for word, body in (
                ("roles", {"roles": []}), ("disable", None), ("enable", None), ("factor/reset", None),
                ("office", {"office": "th-b"}), ("password", {"password": "seven quiet lanterns!"}),
            )
        },
    }  # fmt: skip
    for path, (body, headers) in acts.items():
        refused = world.post("administrator", path, body, **headers)
        assert (refused.status_code, refused.json()["code"]) == (403, "step_up_needed"), path
        assert refused.json()["how"] == "POST /auth/step-up"
    world.clock.advance(timedelta(seconds=30))
    answer = step_up(world, "administrator", code=code(world, secret))
    assert answer.status_code == 200
    assert answer.json()["until"].startswith((world.clock.now() + timedelta(minutes=10)).isoformat()[:19])
    assert [row.detail for row in world.entries("stepped_up")][-1] == '{"by":"code"}'
    statuses = [world.post("administrator", path, body, **more).status_code for path, (body, more) in acts.items()]
    assert statuses == [201] + [409] * 6  # the version is stale, the door is open
    world.clock.advance(timedelta(minutes=10))
    assert world.post("administrator", "/users", new).json()["code"] == "step_up_needed"


@one_engine
def test_a_step_up_counts_for_its_own_session_only(world: World) -> None:
    world.step_up("administrator")
    world.tokens.pop("administrator")
    answer = world.post("administrator", f"/users/{world.users['worker']}/disable", None, If_Match='"1"')
    assert answer.json()["code"] == "step_up_needed"


def test_who_has_no_authenticator_shows_the_password_unless_power_asks_for_more(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert step_up(world, "worker", password="wrong").json()["code"] == "current_password_wrong"
    assert step_up(world, "worker", password=PASSWORD).status_code == 200
    assert step_up(world, "worker").status_code == 422
    power = Safeguards(two_persons=TwoPersons(power=frozenset({"account:manage"})))
    monkeypatch.setitem(world.house.policies.__dict__, "safeguards", power)
    assert step_up(world, "worker", password=PASSWORD).status_code == 200
    for body in ({"password": PASSWORD}, {"code": WRONG}, {}):
        refused = step_up(world, "administrator", **body)
        assert (refused.status_code, refused.json()["code"]) == (403, "factor_missing")
        assert "/auth/totp/enrol" in refused.json()["detail"]
    secret, _ = enrol(world, "administrator")
    assert step_up(world, "administrator", password=PASSWORD).json()["code"] == "code_wrong"
    assert step_up(world, "administrator", code=code(world, secret)).status_code == 200


def test_removing_takes_a_fresh_proof(world: World) -> None:
    assert world.post("worker", "/auth/totp/remove", key="").json()["code"] == "factor_absent"
    secret, codes = enrol(world)
    world.clock.advance(timedelta(minutes=10))
    assert world.post("worker", "/auth/totp/remove", key="").json()["code"] == "step_up_needed"
    assert step_up(world, "worker", code=code(world, secret)).status_code == 200
    assert world.post("worker", "/auth/totp/remove", key="").status_code == 204
    assert try_in(world, "worker").status_code == 200
    assert step_up(world, "worker", code=codes[0]).status_code == 422
    with reading(world.house.db) as session:
        assert session.execute(select(RecoveryCode.digest)).all() == []
    assert len(world.entries("factor_removed")) == 1


def test_an_administrator_resets_the_factor_of_somebody_else(world: World) -> None:
    enrol(world)
    foreign = world.add_user("far", "mm-a", "worker")
    world.step_up("administrator")
    reset = f"/users/{world.users['worker']}/factor/reset"
    assert world.post("worker", reset, If_Match='"1"').status_code == 403
    assert world.post("administrator", f"/users/{foreign}/factor/reset", If_Match='"1"').status_code == 404
    own = f"/users/{world.users['administrator']}/factor/reset"
    assert world.post("administrator", own, If_Match='"1"').json()["code"] == "own_account"
    assert world.post("administrator", reset, If_Match='"1"').json()["version"] == 2
    assert world.get("worker", "/me").status_code == 401
    assert try_in(world, "worker").status_code == 200
    entry = world.entries("account_factor_reset")[0]
    assert (entry.actor_id, entry.subject_id) == (world.users["administrator"], world.users["worker"])


def test_the_pages_carry_somebody_through_all_of_it(world: World) -> None:
    browser = browser_of(world, "worker")
    assert "Not set up" in browser.last.text
    browser.get("/me/authenticator")
    assert browser.send("/me/authenticator", password="wrong").status_code == 422
    shown = browser.send("/me/authenticator", password=PASSWORD)
    secret = shown.text.partition('class="secret">')[2].partition("<")[0]
    assert "<svg" in shown.text and len(secret) == 32
    wrong = browser.send("/me/authenticator/confirm", code=wrong_codes(world, secret, 1)[0])
    assert wrong.status_code == 422 and secret not in wrong.text
    before = browser.cookie
    done = browser.send("/me/authenticator/confirm", code=code(world, secret))
    recovery = [piece.partition("<")[0] for piece in done.text.split("<li><code>")[1:]]
    assert len(recovery) == 10 and browser.cookie != before
    assert "10 recovery codes left" in browser.get("/me").text
    for _ in range(3):
        world.clock.advance(timedelta(minutes=4))
        assert browser.get("/me").status_code == 200
    other = browser_of(world)
    answer = other.sign_in("worker")
    assert answer.headers["location"] == "/sign-in/code?next=%2F"
    assert other.cookie is None and other.get("/me").status_code == 303
    other.get("/sign-in/code")
    assert other.send("/sign-in/code", code=wrong_codes(world, secret, 1)[0]).status_code == 422
    assert other.send("/sign-in/code", code=code(world, secret)).status_code == 303
    assert other.get("/me").status_code == 200
    browser.get("/me/authenticator/remove")
    asked = browser.send("/me/authenticator/remove")
    assert asked.headers["location"] == "/step-up?next=%2Fme%2Fauthenticator%2Fremove"
    browser.follow()
    assert browser.send("/step-up", code=code(world, secret)).status_code == 422  # used to sign in elsewhere
    assert browser.send("/step-up", code=recovery[0]).headers["location"] == "/me/authenticator/remove"
    browser.follow()
    assert browser.send("/me/authenticator/remove").headers["location"] == "/me?done=removed"
    assert "The authenticator app was removed." in browser.follow().text
    assert other.get("/me").status_code == 303


@one_engine
def test_half_a_sign_in_opens_nothing_and_lasts_five_minutes(world: World) -> None:
    secret, _ = enrol(world)
    browser = browser_of(world)
    browser.sign_in("worker")
    half = browser.client.cookies["demo-waymark-visit"]
    browser.follow()
    for value in (half, half.partition(".")[2]):
        thief = browser_of(world)
        thief.client.cookies.set("demo-waymark", value)
        assert thief.get("/me").status_code == 303
    world.clock.advance(timedelta(minutes=5))
    late = browser.send("/sign-in/code", code=code(world, secret))
    assert late.headers["location"] == "/sign-in"
    with reading(world.house.db) as session:
        assert session.execute(select(LoginSession.id).where(LoginSession.kind == "page")).all() == []
    fresh = browser_of(world)
    fresh.get("/sign-in/code")
    assert fresh.send("/sign-in/code", code=code(world, secret)).headers["location"] == "/sign-in"
