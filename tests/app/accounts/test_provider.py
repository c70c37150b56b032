"""Signing in through an identity provider: only who the provider vouches for, only into accounts that exist."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from joserfc import jwk, jwt
from joserfc.errors import SecurityWarning
from pydantic import ValidationError
from sqlalchemy import select, update

from app.access import attempts
from app.access.provider import Provider
from app.access.sheet import Site
from app.models.session import LoginSession
from app.models.user import User
from app.settings import Settings
from tests.app.access.browser import Browser, browser_of
from tests.app.access.world import PASSWORD, World, one_engine
from tests.app.accounts.identity_provider import CLIENT, SECRET, IdentityProvider, running_provider
from tests.app.accounts.test_second_factor import code, enrol
from tests.inspect import reading, writing

GO = "/sign-in/organisation"
LINE = httpx2.Client(follow_redirects=False, trust_env=False)
Bend = Callable[[dict[str, Any]], dict[str, Any]]


@pytest.fixture
def provider(world: World) -> Iterator[IdentityProvider]:
    """A provider, and the running program told to use it."""
    with running_provider(world.clock) as running:
        told(world, running)
        yield running


def told(world: World, running: IdentityProvider, claim: str = "preferred_username") -> None:
    state = world.app.state.html.state
    state.site = Site(state.site.pages, False, Provider(running.url, CLIENT, SECRET, claim))


def to_provider(browser: Browser) -> str:
    """The address the browser is sent to."""
    answer = browser.get(GO)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def there_and_back(browser: Browser) -> Any:
    """All the way: to the provider, and with what it says back to us."""
    sent_back = LINE.get(to_provider(browser)).headers["location"]
    parts = urlsplit(sent_back)
    assert (parts.netloc, parts.path) == ("localhost", f"{GO}/back")
    return browser.get(f"{parts.path}?{parts.query}")


def refusal(answer: Any) -> tuple[int, str]:
    """What a refused browser sees, without the token of its own form."""
    assert "This sign-in does not open an account here." in answer.text, answer.text
    return answer.status_code, re.sub(r'name="csrf" value="\w+"', "", answer.text)


def test_somebody_the_provider_knows_comes_in(world: World, provider: IdentityProvider) -> None:
    browser = browser_of(world)
    assert f'href="{GO}"' in browser.get("/sign-in").text
    answer = there_and_back(browser)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert browser.get("/me").status_code == 200
    assert [row.actor_id for row in world.entries("signed_in")] == [world.users["worker"]]


@one_engine
def test_without_the_setting_there_is_no_such_way(world: World) -> None:
    browser = browser_of(world)
    assert GO not in browser.get("/sign-in").text
    assert browser.get(GO).status_code == browser.get(f"{GO}/back?code=x&state=y").status_code == 404


@one_engine
def test_the_second_factor_is_asked_for_here_too(world: World, provider: IdentityProvider) -> None:
    secret, _ = enrol(world)
    browser = browser_of(world)
    assert there_and_back(browser).headers["location"].startswith("/sign-in/code")
    assert browser.cookie is None
    browser.follow()
    assert browser.send("/sign-in/code", code=code(world, secret)).status_code == 303
    assert browser.get("/me").status_code == 200


def test_accounts_are_never_made_and_strangers_and_disabled_ones_get_one_answer(
    world: World, provider: IdentityProvider
) -> None:
    world.add_user("gone", "th-a", "worker")
    with writing(world.house.db) as session:
        session.execute(update(User).where(User.login == "gone").values(active=False))
    seen = set()
    for name in ("nobody", "gone", "a b\x00c", "' OR 1=1 --", ""):
        provider.who["preferred_username"] = name
        seen.add(refusal(there_and_back(browser_of(world))))
    assert len(seen) == 1
    with reading(world.house.db) as session:
        assert len(session.execute(select(User.id)).all()) == len(world.users)
        assert session.execute(select(LoginSession.id)).all() == []


def other_key(provider: IdentityProvider, claims: dict[str, Any]) -> str:
    stranger = jwk.RSAKey.generate_key(2048, {"kid": "one"})
    return jwt.encode({"alg": "RS256", "kid": "one"}, claims, stranger)


def unsigned(_: IdentityProvider, claims: dict[str, Any], algorithm: str = "none") -> str:
    parts = ({"alg": algorithm, "kid": "one"}, claims)
    written = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts]
    return ".".join([*written, ""])


def keyed(secret: bytes, claims: dict[str, Any]) -> str:
    """A token under HS256, whatever a library would think of that secret."""
    head = ".".join(
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
        for part in ({"alg": "HS256", "kid": "one"}, claims)
    )
    mark = hmac.new(secret, head.encode(), hashlib.sha256).digest()
    return f"{head}.{base64.urlsafe_b64encode(mark).rstrip(b'=').decode()}"


def with_public_key_as_secret(provider: IdentityProvider, claims: dict[str, Any]) -> str:
    return keyed(provider.key.as_pem(private=False), claims)


def with_client_secret(_: IdentityProvider, claims: dict[str, Any]) -> str:
    return keyed(SECRET.encode(), claims)


def own_key_inside(_: IdentityProvider, claims: dict[str, Any]) -> str:
    stranger = jwk.RSAKey.generate_key(2048)
    header = {"alg": "RS256", "jwk": stranger.as_dict(private=False), "kid": "two"}
    return jwt.encode(header, claims, stranger)


def cut(provider: IdentityProvider, claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "RS256", "kid": "one"}, claims, provider.key).rpartition(".")[0] + "."


WRONG_CLAIMS: dict[str, Bend] = {
    "another nonce": lambda c: c | {"nonce": "x" * 43},
    "no nonce": lambda c: {n: v for n, v in c.items() if n != "nonce"},
    "nonce in a list": lambda c: c | {"nonce": [c["nonce"]]},
    "another audience": lambda c: c | {"aud": "other"},
    "no audience": lambda c: {n: v for n, v in c.items() if n != "aud"},
    "two audiences, for the other": lambda c: c | {"aud": [CLIENT, "other"], "azp": "other"},
    "two audiences, for nobody": lambda c: c | {"aud": [CLIENT, "other"]},
    "for another party": lambda c: c | {"azp": "other"},
    "another issuer": lambda c: c | {"iss": "https://evil.example"},
    "issuer with a slash": lambda c: c | {"iss": c["iss"] + "/"},
    "no issuer": lambda c: {n: v for n, v in c.items() if n != "iss"},
    "expired": lambda c: c | {"exp": c["iat"] - 60},
    "no expiry": lambda c: {n: v for n, v in c.items() if n != "exp"},
    "expiry true": lambda c: c | {"exp": True},
    "expiry as text": lambda c: c | {"exp": str(c["exp"])},
    "issued an hour ago": lambda c: c | {"iat": c["iat"] - 3600},
    "issued in the future": lambda c: c | {"iat": c["iat"] + 3600, "exp": c["exp"] + 7200},
    "no time of issue": lambda c: {n: v for n, v in c.items() if n != "iat"},
    "no subject": lambda c: {n: v for n, v in c.items() if n != "sub"},
    "an empty subject": lambda c: c | {"sub": ""},
    "no name": lambda c: {n: v for n, v in c.items() if n != "preferred_username"},
    "a list of names": lambda c: c | {"preferred_username": ["worker"]},
}
WRONG_TOKENS: dict[str, Callable[[IdentityProvider, dict[str, Any]], Any]] = {
    "another key": other_key,
    "unsigned": unsigned,
    "unsigned, spelt otherwise": lambda provider, claims: unsigned(provider, claims, "nOnE"),
    "algorithm in a list": lambda provider, claims: unsigned(provider, claims, ["RS256"]),  # type: ignore[arg-type]
    "the public key as a secret": with_public_key_as_secret,
    "the client's secret": with_client_secret,
    "a key it brings along": own_key_inside,
    "without its signature": cut,
    "no token": lambda *_: None,
    "a number": lambda *_: 7,
    "no segments": lambda *_: "x",
    "letters no token has": lambda *_: "ก.ข.ค",
    "an unknown key id": lambda provider, claims: jwt.encode({"alg": "RS256", "kid": "nine"}, claims, provider.key),
}


@one_engine
def test_whatever_does_not_prove_it_opens_nothing(world: World, provider: IdentityProvider) -> None:
    seen, tried = set(), 0
    for bend in WRONG_CLAIMS.values():
        provider.bend = bend
        seen.add(refusal(there_and_back(browser_of(world))))
        tried += 1
    provider.bend = dict
    world.clock.advance(timedelta(minutes=1))  # this door is throttled too
    for sign in WRONG_TOKENS.values():
        provider.sign = lambda claims, sign=sign: sign(provider, claims)
        seen.add(refusal(there_and_back(browser_of(world))))
        tried += 1
    with reading(world.house.db) as session:
        opened = len(session.execute(select(LoginSession.id)).all())
    print(f"GATE oidc opened={opened} limit=0 n={tried}")
    assert opened == 0 and len(seen) == 1
    world.clock.advance(timedelta(minutes=1))
    provider.sign = None
    assert there_and_back(browser_of(world)).headers["location"] == "/"


@one_engine
def test_the_gate_bites_its_mutant(
    world: World, provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A door that only verifies the signature lets most of the wrong claims in."""
    monkeypatch.setattr(Provider, "_login_of", lambda _self, claims, *_: str(claims.get("preferred_username")))
    let_in = []
    for name, bend in WRONG_CLAIMS.items():
        provider.bend = bend
        if there_and_back(browser_of(world)).headers.get("location") == "/":
            let_in.append(name)
    print(f"GATE oidc mutant opened={len(let_in)} n={len(WRONG_CLAIMS)}")
    assert {"another nonce", "another audience", "another issuer", "expired"} <= set(let_in)


@one_engine
def test_only_the_browser_that_went_may_come_back_and_once(world: World, provider: IdentityProvider) -> None:
    went, other = browser_of(world), browser_of(world)
    back = LINE.get(to_provider(went)).headers["location"]
    query = parse_qs(urlsplit(back).query)
    code_sent, state = query["code"][0], query["state"][0]
    asked = len(provider.requests)
    to_provider(other)
    for browser, path in (
        (other, f"{GO}/back?code={code_sent}&state={state}"),
        (browser_of(world), f"{GO}/back?code={code_sent}&state={state}"),
    ):
        refusal(browser.get(path))
    for wrong in (
        f"code={code_sent}", f"code={code_sent}&state=", f"code={code_sent}&state={state}x", f"state={state}", "",
        f"code={code_sent}&state={state}&iss=https://evil.example", "error=access_denied",
    ):  # fmt: skip
        browser = browser_of(world)
        browser.client.cookies.update(went.client.cookies)
        refusal(browser.get(f"{GO}/back?{wrong}"))
    assert provider.requests[asked:] == []  # nothing of this was worth asking the provider about
    assert went.get(f"{GO}/back?code={code_sent}&state={state}").headers["location"] == "/"
    refusal(went.get(f"{GO}/back?code={code_sent}&state={state}"))


@one_engine
def test_an_attempt_lasts_an_hour(world: World, provider: IdentityProvider) -> None:
    browser = browser_of(world)
    back = LINE.get(to_provider(browser)).headers["location"]
    world.clock.advance(timedelta(hours=1))
    refusal(browser.get(f"{GO}/back?{urlsplit(back).query}"))


@one_engine
def test_a_mail_address_counts_only_when_verified(world: World, provider: IdentityProvider) -> None:
    told(world, provider, claim="email")
    world.add_user("nok@way.example", "th-a", "worker")
    provider.who["email"] = "Nok@way.example"
    for verified in ({}, {"email_verified": False}, {"email_verified": "true"}):
        provider.who = {name: value for name, value in provider.who.items() if name != "email_verified"} | verified
        refusal(there_and_back(browser_of(world)))
    provider.who["email_verified"] = True
    assert there_and_back(browser_of(world)).headers["location"] == "/"


@one_engine
def test_new_keys_are_learnt_and_elliptic_ones_taken(world: World, provider: IdentityProvider) -> None:
    assert there_and_back(browser_of(world)).headers["location"] == "/"
    curve = jwk.ECKey.generate_key("P-256", {"kid": "two"})
    provider.shown_keys = [provider.key, curve]
    provider.sign = lambda claims: jwt.encode({"alg": "ES256", "kid": "two"}, claims, curve)
    refusal(there_and_back(browser_of(world)))  # the keys were asked for less than a minute ago
    world.clock.advance(timedelta(minutes=1))
    assert there_and_back(browser_of(world)).headers["location"] == "/"
    with pytest.warns(SecurityWarning):
        short = jwk.RSAKey.generate_key(1024, {"kid": "three"})
    provider.shown_keys = [short]
    provider.sign = lambda claims: jwt.encode({"alg": "RS256", "kid": "three"}, claims, short)
    world.clock.advance(timedelta(minutes=1))
    refusal(there_and_back(browser_of(world)))


@one_engine
def test_a_provider_that_is_away_or_somebody_else_is_said_so(world: World, provider: IdentityProvider) -> None:
    provider.away = True
    browser = browser_of(world)
    answer = browser.get(GO)
    assert answer.status_code == 503 and "does not answer" in answer.text
    asked = len(provider.requests)
    assert browser.get(GO).status_code == 503
    assert len(provider.requests) == asked  # not asked again at once
    assert browser.sign_in("worker", PASSWORD).status_code == 303
    provider.away, provider.issuer = False, "https://evil.example"
    world.clock.advance(timedelta(seconds=15))
    assert browser.get(GO).status_code == 503


@pytest.mark.parametrize("issuer", ["http://idp.example", "ftp://127.0.0.1", "", "idp.example", "https://"])
def test_a_provider_is_asked_over_https_only(issuer: str) -> None:
    with pytest.raises(ValueError, match="https"):
        Provider(issuer, CLIENT, SECRET, "sub")


@one_engine
def test_an_address_is_sent_to_the_provider_so_often_and_no_more(world: World, provider: IdentityProvider) -> None:
    browser = browser_of(world)
    answers = [browser.get(GO).status_code for _ in range(attempts.PER_ADDRESS + 1)]
    assert answers == [303] * attempts.PER_ADDRESS + [429]


def test_half_a_setting_does_not_start(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    whole: dict[str, Any] = {
        "oidc_issuer": "https://idp.example", "oidc_client_id": CLIENT, "oidc_client_secret_file": secret
    }  # fmt: skip
    for missing in ("oidc_client_id", "oidc_client_secret_file"):
        with pytest.raises(ValidationError, match="OIDC"):
            Settings(environment="demo", var=tmp_path, **{n: v for n, v in whole.items() if n != missing})
    with pytest.raises(ValidationError, match="nothing at"):
        Settings(environment="demo", var=tmp_path, **whole)
    secret.write_text(SECRET)
    secret.chmod(0o644)
    with pytest.raises(ValidationError, match="chmod"):
        Settings(environment="demo", var=tmp_path, **whole)
    secret.chmod(0o600)
    assert Settings(environment="demo", var=tmp_path, **whole).oidc_claim == "preferred_username"
