"""G13: every hostile token is refused at the real door, each in the same words; honest ones pass."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from jose import jwt
from jose.exceptions import JOSEError
from sqlalchemy import update

from app.access.sessions import end_session
from app.access.tokens import Claims, Tokens
from app.kit.errors import Unauthorised
from app.kit.keyfile import load_keys
from app.models.user import User
from tests.app.access.world import API, World, world
from tests.gates.hostile_tokens import Forger, hostile
from tests.inspect import writing

__all__ = ["world"]

ME = f"{API}/me"
FEWEST_ATTACKS = 70


@pytest.fixture
def forger(world: World, tmp_path: Path) -> Forger:
    """Somebody who holds our secret and the claims of a live sign-in of `worker`."""
    secret = load_keys(tmp_path / "var" / "keys" / "token", create=False, purpose="token key")[1]
    token = world.sign_in("worker")["access_token"]
    claims = jwt.get_unverified_claims(token)
    return Forger(secret, claims)


def knock(
    world: World, headers: Iterable[tuple[bytes, bytes]], path: str = ME, query: bytes = b""
) -> tuple[int, Any, bytes]:
    """One GET with exactly these raw headers, past any client that would tidy them: status, headers, body."""

    async def call() -> tuple[int, Any, bytes]:
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
            "path": path, "raw_path": path.encode(), "query_string": query, "root_path": "",
            "headers": [(b"host", b"localhost"), *headers], "client": ("127.0.0.1", 1), "server": ("localhost", 80),
        }  # fmt: skip
        await world.app(scope, receive, send)
        shown = sorted((k, v) for k, v in sent[0]["headers"] if k != b"x-correlation-id")
        return sent[0]["status"], shown, b"".join(m.get("body", b"") for m in sent[1:])

    assert world.client.portal is not None
    return world.client.portal.call(call)


def bearer(token: bytes | str) -> list[tuple[bytes, bytes]]:
    return [(b"authorization", b"Bearer " + (token.encode() if isinstance(token, str) else token))]


def test_every_hostile_token_gets_the_same_401(world: World, forger: Forger) -> None:
    attacks = hostile(forger)
    assert len(attacks) >= FEWEST_ATTACKS
    nothing = knock(world, [])
    assert nothing[0] == 401
    answers = {name: knock(world, bearer(token)) for name, token in attacks.items()}
    assert {name: answer[0] for name, answer in answers.items() if answer != nothing} == {}
    assert knock(world, bearer(forger.token()))[0] == 200
    print(f"GATE g13 accepted=0 limit=0 n={len(answers)}")


def test_honest_tokens_pass(world: World, forger: Forger) -> None:
    issued = world.sign_in("worker")["access_token"]
    now = forger.claims["iat"]
    honest = {
        "as issued": issued,
        "as forged with nothing changed": forger.token(),
        "claims in another order": forger.token(claims=dict(reversed(forger.claims.items()))),
        "another token id": forger.with_claims(jti=str(uuid.uuid4())),
        "issued 5 seconds ahead": forger.with_claims(iat=now + 5, nbf=now + 5, exp=now + 905),
        "ended 4 seconds ago": forger.with_claims(iat=now - 904, nbf=now - 904, exp=now - 4),
    }
    assert {name: knock(world, bearer(token))[0] for name, token in honest.items()} == dict.fromkeys(honest, 200)
    assert knock(world, [(b"authorization", b"bearer " + issued.encode())])[0] == 200


def test_a_token_anywhere_but_in_the_header_does_not_count(world: World, forger: Forger) -> None:
    token = forger.token().encode()
    nothing = knock(world, [])
    assert knock(world, [(b"cookie", b"access_token=" + token)]) == nothing
    assert knock(world, [(b"cookie", b"Authorization=Bearer%20" + token)]) == nothing
    assert knock(world, [(b"x-authorization", b"Bearer " + token)]) == nothing
    assert knock(world, [], query=b"access_token=" + token) == nothing
    assert knock(world, [(b"authorization", b"Basic " + token)]) == nothing
    assert knock(world, [(b"authorization", token)]) == nothing
    assert knock(world, bearer(token) + bearer(token)) == nothing
    form = world.client.post(f"{API}/trial/notes", data={"access_token": token.decode()})
    assert form.status_code == 401 and form.content == nothing[2]


def test_a_signed_out_a_disabled_and_an_outdated_sign_in_are_refused_alike(world: World, forger: Forger) -> None:
    nothing = knock(world, [])
    one, other = forger.token(), world.sign_in("worker")["access_token"]
    assert knock(world, bearer(one))[0] == knock(world, bearer(other))[0] == 200
    with writing(world.house.db) as session:
        end_session(session, forger.claims["sid"], world.clock.now(), "test")
    assert knock(world, bearer(one)) == nothing
    assert knock(world, bearer(other))[0] == 200
    for change in ({"active": False}, {"active": True, "token_version": 2}):
        with writing(world.house.db) as session:
            session.execute(update(User).where(User.login == "worker").values(**change))
        assert knock(world, bearer(other)) == nothing


def test_a_session_of_somebody_else_does_not_fit(world: World, forger: Forger) -> None:
    nothing = knock(world, [])
    theirs = jwt.get_unverified_claims(world.sign_in("visitor")["access_token"])
    assert knock(world, bearer(forger.with_claims(sid=theirs["sid"]))) == nothing
    assert knock(world, bearer(forger.with_claims(sub=theirs["sub"]))) == nothing


def test_a_token_ends_after_fifteen_minutes_and_a_session_after_twelve_hours(world: World, forger: Forger) -> None:
    world.clock.advance(timedelta(minutes=15, seconds=4))
    assert knock(world, bearer(forger.token()))[0] == 200
    world.clock.advance(timedelta(seconds=1))
    assert knock(world, bearer(forger.token()))[0] == 401
    world.clock.advance(timedelta(hours=12))
    late = int(world.clock.now().timestamp())
    assert knock(world, bearer(forger.with_claims(iat=late, nbf=late, exp=late + 900)))[0] == 401


def test_weak_secrets_stop_the_start() -> None:
    for secret in (b"", b"short", b"a" * 32, b"ab" * 16):
        with pytest.raises(ValueError, match="random bytes"):
            Tokens({"1": secret}, "1", "waymark", "waymark-api")
    with pytest.raises(ValueError, match="missing"):
        Tokens({"1": bytes(range(32))}, "2", "waymark", "waymark-api")


class PlainReader:
    """The mutant: jose as its own documentation uses it, with algorithm, audience and issuer given."""

    def __init__(self, forger: Forger) -> None:
        self._secret, self._ours = forger.secret, forger.claims

    def read(self, token: str, _now: object) -> Claims:
        try:
            claims = jwt.decode(
                token,
                self._secret,
                algorithms=["HS256"],
                audience=self._ours["aud"],
                issuer=self._ours["iss"],
            )
        except JOSEError:
            raise Unauthorised() from None
        return Claims(claims["sub"], claims["sid"], claims.get("jti", ""), claims["ver"])


def test_the_list_bites_its_mutant(world: World, forger: Forger) -> None:
    """A door that reads tokens with plain jose lets many of the same attacks in, and falls over others."""
    attacks = hostile(forger)
    mutant = dataclasses.replace(world.house, tokens=PlainReader(forger))  # type: ignore[arg-type]
    world.app.state.api.state.house = mutant
    with time_machine.travel(world.clock.now(), tick=False):
        got = {name: knock(world, bearer(token))[0] for name, token in attacks.items()}
    let_in = [name for name, status in got.items() if status == 200]
    fell_over = [name for name, status in got.items() if status == 500]
    print(f"GATE g13 mutant accepted={len(let_in)} crashed={len(fell_over)} n={len(got)}")
    must = {"exp missing", "aud missing", "crit of an unknown thing", "sub twice, ours last", "twin: padding"}
    assert must <= set(let_in)
    assert fell_over
