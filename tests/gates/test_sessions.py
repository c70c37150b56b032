"""G14: what ends a sign-in ends it on the very next request, at both doors; ids change and cookies stay put."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from app.access import actor
from app.access.sheet import Site
from app.models.office import Office
from app.models.session import LoginSession
from app.models.user import User, UserRole
from policies.model import Screen
from tests.app.access.browser import Browser, browser_of, forms_of
from tests.app.access.world import API, PASSWORD, World, one_engine, world
from tests.inspect import reading

__all__ = ["world"]

FRESH = "seven lanterns on a quiet river"


def by_administrator(word: str, body: Any = None) -> Callable[[World, Browser], None]:
    """The change ``word`` of the administrator's desk to the account `worker`."""

    def change(world: World, _browser: Browser) -> None:
        world.step_up("administrator")
        answer = world.post("administrator", f"/users/{world.users['worker']}/{word}", body, If_Match='"1"')
        assert answer.status_code == 200, answer.text

    return change


def own_password(_world: World, browser: Browser) -> None:
    browser.get("/me/password")
    assert browser.send("/me/password", current_password=PASSWORD, password=FRESH).status_code == 303


def own_sessions(world: World, browser: Browser) -> None:
    """Everything the page of the account lists is ended from there, the page's own session last."""
    other = browser_of(world, "worker")
    mine = {form.fields["session_id"] for form in forms_of(other.last.text) if "session_id" in form.fields}
    there = {form.fields["session_id"] for form in forms_of(browser.get("/me").text) if "session_id" in form.fields}
    assert mine == there
    with reading(world.house.db) as session:
        own = actor.authenticate_page(session, other.cookie or "", world.clock.now(), Screen()).session_id
    fields = other.form("/me/sessions/end").fields
    for each in sorted(mine, key=own.__eq__):
        other.post("/me/sessions/end", fields | {"session_id": each})


# What happened -> how. Each must leave neither the cookie nor the token of `worker` worth anything.
ENDINGS: dict[str, Callable[[World, Browser], None]] = {
    "disabled": by_administrator("disable"),
    "other roles": by_administrator("roles", {"roles": ["visitor"]}),
    "another office": by_administrator("office", {"office": "th-b"}),
    "another password, by the administrator": by_administrator("password", {"password": FRESH}),
    "another password, one's own": own_password,
    "second factor reset": by_administrator("factor/reset"),
    "ended from another browser": own_sessions,
}


def works(world: World, browser: Browser, token: str) -> list[str]:
    """Which of the two keys still opens something."""
    opened = []
    if browser.get("/me").status_code == 200:
        opened.append("cookie")
    if world.client.get(f"{API}/me", headers={"Authorization": f"Bearer {token}"}).status_code == 200:
        opened.append("token")
    return opened


@pytest.mark.parametrize("ending", ENDINGS)
def test_nothing_opens_after(world: World, ending: str) -> None:
    browser, token = browser_of(world, "worker"), world.sign_in("worker")["access_token"]
    cookie = browser.cookie or ""
    assert works(world, browser, token) == ["cookie", "token"]
    ENDINGS[ending](world, browser)
    browser.client.cookies.clear()
    browser.client.cookies.set("demo-waymark", cookie)
    left = works(world, browser, token)
    print(f"GATE g14 used={len(left)} limit=0 n=2 after={ending!r}")
    assert left == []
    bystander = browser_of(world, "visitor")
    assert bystander.get("/me").status_code == 200


def hidden(_world: World, browser: Browser) -> None:
    browser.send("/hide")


def left_alone(world: World, _browser: Browser) -> None:
    world.clock.advance(timedelta(minutes=5))


def hidden_where_nobody_unlocks(world: World, browser: Browser) -> None:
    hidden(world, browser)
    with world.house.db.write() as session:
        session.execute(update(User).values(pin_hash=None))


# What a locked screen shows instead: itself, the way in, and pages that tell nothing.
OPEN_TO_ALL = {"/locked", "/neutral", "/sign-in", "/sign-in/code"}


@pytest.mark.parametrize("lock", [hidden, left_alone, hidden_where_nobody_unlocks])
def test_nothing_opens_after_the_lock(world: World, lock: Callable[[World, Browser], None]) -> None:
    browser = browser_of(world, "worker")
    browser.get("/me/pin")
    browser.send("/me/pin", pin="274951", password=PASSWORD)
    browser.get("/me")
    forms = {form.action: form.fields for form in forms_of(browser.last.text)}
    lock(world, browser)
    opened, tried = [], 0
    for route in world.app.state.routes:
        if not route.html or "{" in route.path or route.path.startswith("/sign-in/organisation"):
            continue
        if not route.changes:
            answer = browser.get(route.path)
        elif route.path in forms and route.path not in ("/sign-out", "/hide"):
            answer = browser.post(route.path, forms[route.path])
        else:
            continue
        tried += 1
        shut = answer.status_code == 303 and answer.headers["location"].startswith(("/locked", "/sign-in"))
        telling = "Worker" in answer.text or "th-a" in answer.text
        if telling or not (shut or route.path in OPEN_TO_ALL):
            opened.append((route.path, answer.status_code))
    print(f"GATE g14 opened={len(opened)} limit=0 n={tried} after={lock.__name__!r}")
    assert opened == [] and tried >= 10


def test_after_signing_out_each_door_has_forgotten(world: World) -> None:
    browser, token = browser_of(world, "worker"), world.sign_in("worker")["access_token"]
    cookie = browser.cookie or ""
    browser.send("/sign-out")
    headers = {"Authorization": f"Bearer {token}"}
    assert world.client.post(f"{API}/auth/logout", headers=headers).status_code == 204
    browser.client.cookies.set("demo-waymark", cookie)
    assert works(world, browser, token) == []


@one_engine
def test_the_gate_bites_its_mutant(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A door that trusts the session's row alone, and not the account behind it, lets old cookies in."""
    trusting = (
        select(
            User.id, Office.id, Office.code, Office.organisation, Office.country, LoginSession.id,
            LoginSession.seen_at, UserRole.role,
        )
        .join(User, User.id == LoginSession.user_id)
        .join(Office, Office.id == User.office_id)
        .outerjoin(UserRole, UserRole.user_id == User.id)
    )  # fmt: skip
    digest = actor.digest
    monkeypatch.setattr(
        actor, "authenticate_page",
        lambda session, value, *_: actor._who(session, trusting.where(LoginSession.digest == digest(value)), {}),
    )  # fmt: skip
    monkeypatch.setattr("app.access.page_door.authenticate_page", actor.authenticate_page)
    browser, token = browser_of(world, "worker"), world.sign_in("worker")["access_token"]
    ENDINGS["disabled"](world, browser)
    assert works(world, browser, token) == ["cookie"]
    print("GATE g14 mutant used=1 n=2")


def test_the_id_changes_at_sign_in_and_at_step_up(world: World) -> None:
    planted = "A" * 43
    browser = browser_of(world)
    browser.client.cookies.set("demo-waymark", planted)
    browser.sign_in("worker")
    first = browser.client.cookies.get("demo-waymark", domain="localhost.local")
    assert first and first != planted
    browser = browser_of(world, "worker")
    before = browser.cookie or ""
    browser.sign_in("worker")
    after = browser.cookie or ""
    assert before != after
    browser.get("/step-up")
    assert browser.send("/step-up", password=PASSWORD).status_code == 303
    stepped = browser.cookie or ""
    assert len({before, after, stepped}) == 3
    assert browser.get("/me").status_code == 200
    for old in (before, after, planted):
        thief = Browser(world.app)
        thief.client.cookies.set("demo-waymark", old)
        assert thief.get("/me").status_code == 303


@one_engine
def test_cookies_are_bound_to_this_host_and_out_of_reach_of_scripts(world: World) -> None:
    def crumbs(base: str) -> list[str]:
        browser = Browser(world.app, base)
        set_by = browser.get("/sign-in").headers.get_list("set-cookie")
        sent = browser.form("/sign-in").fields | {"username": "worker", "password": PASSWORD}
        return [*set_by, *browser.post("/sign-in", sent, Origin=base).headers.get_list("set-cookie")]

    site = world.app.state.html.state.site
    for production in (False, True):
        world.app.state.html.state.site = Site(site.pages, production)
        given = crumbs("https://localhost")
        assert len(given) == 3
        for crumb in given:
            parts = {part.strip().lower() for part in crumb.split(";")[1:]}
            assert crumb.startswith("__Host-waymark")
            assert {"secure", "httponly", "samesite=lax", "path=/"} <= parts
            assert not any(part.startswith("domain") for part in parts)
    # In production nothing else is ever set or read, whatever line the request came over.
    over_http = Browser(world.app).get("/sign-in").headers.get_list("set-cookie")
    assert over_http and all(crumb.startswith("__Host-") for crumb in over_http)
    world.app.state.html.state.site = Site(site.pages, False)
    for crumb in crumbs("http://localhost"):
        assert crumb.startswith("demo-waymark") and "secure" not in crumb.lower().partition(";")[2]
        assert "HttpOnly" in crumb and "SameSite=lax" in crumb
    elsewhere = Browser(world.app, "http://way.example")
    world.app.state.html.state.site = Site(site.pages, False)
    assert elsewhere.get("/sign-in").status_code == 400
