"""The HTML door of the accounts: signing in and out, one's own account, and refusals as pages."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.access.page_sessions import digest
from app.models.session import LoginSession
from tests.app.access.browser import Browser, browser_of, forms_of
from tests.app.access.world import API, PASSWORD, World, one_engine
from tests.inspect import reading

FRESH = "seven lanterns on a quiet river"


def test_signing_in_by_the_page(world: World) -> None:
    browser = browser_of(world)
    assert browser.get("/me").headers["location"] == "/sign-in?next=%2Fme"
    assert browser.follow().status_code == 200
    answer = browser.send("/sign-in", username="Worker ", password=PASSWORD)
    assert (answer.status_code, answer.headers["location"]) == (303, "/me")
    page = browser.follow()
    assert page.status_code == 200
    for shown in ("Worker", "th-a", "This one", "Sign out"):
        assert shown in page.text
    assert [row.actor_id for row in world.entries("signed_in")] == [world.users["worker"]]
    assert "<title>Work</title>" in page.text


@one_engine
def test_the_wish_for_a_page_survives_the_sign_in_and_leads_nowhere_else(world: World) -> None:
    for wanted, reached in (
        ("/me/password", "/me/password"), ("//evil.example", "/"), ("https://evil.example/", "/"),
        ("/\\evil.example", "/"), ("javascript:alert(1)", "/"), ("/me?done=session", "/me?done=session"), ("", "/"),
    ):  # fmt: skip
        browser = browser_of(world)
        assert browser.client.get("/sign-in", params={"next": wanted}).status_code == 200
        browser.last = browser.client.get("/sign-in", params={"next": wanted})
        assert browser.form("/sign-in").fields["next"] == reached
        sent = browser.form("/sign-in").fields | {"username": "worker", "password": PASSWORD, "next": wanted}
        assert browser.post("/sign-in", sent).headers["location"] == reached


@one_engine
def test_unknown_disabled_and_wrong_are_one_page(world: World) -> None:
    seen = set()
    for login, password in (("worker", "wrong wrong"), ("nobody", PASSWORD), ("a b\x00", "x"), ("worker", "x" * 1500)):
        browser = browser_of(world)
        browser.get("/sign-in")
        answer = browser.send("/sign-in", username=login, password=password)
        # Token and typed name differ by what the browser sent itself.
        text = re.sub(r'value="[^"]*"', "", answer.text)
        seen.add((answer.status_code, text, tuple(sorted(answer.headers.keys()))))
        assert password not in answer.text or len(password) < 2
        assert browser.cookie is None
    assert len(seen) == 1
    assert {status for status, _, _ in seen} == {422}


def test_the_page_counts_failures_as_the_other_door_does(world: World) -> None:
    browser = browser_of(world)
    browser.get("/sign-in")
    for _ in range(3):
        assert browser.send("/sign-in", username="worker", password="wrong").status_code == 422
    for _ in range(2):
        data = {"username": "worker", "password": "wrong"}
        assert world.client.post(f"{API}/auth/token", data=data).status_code == 401
    stopped = browser.send("/sign-in", username="worker", password=PASSWORD)
    assert (stopped.status_code, stopped.headers["retry-after"]) == (429, "60")
    assert "Wait a little" in stopped.text and 'value="worker"' in stopped.text
    assert browser_of(world, "visitor").last.status_code == 200
    world.clock.advance(timedelta(minutes=1))
    assert browser.send("/sign-in", username="worker", password=PASSWORD).status_code == 303


@one_engine
def test_the_doors_do_not_take_each_others_keys(world: World) -> None:
    browser = browser_of(world, "worker")
    token = world.sign_in("worker")["access_token"]
    cookie = browser.cookie
    assert cookie is not None
    assert browser.get(f"{API}/me").status_code == 401
    assert world.client.get(f"{API}/me", headers={"Authorization": f"Bearer {cookie}"}).status_code == 401
    other = browser_of(world)
    assert other.get("/me", Authorization=f"Bearer {token}").status_code == 303
    for name in ("demo-waymark", "waymark", "__Host-waymark"):
        other.client.cookies.set(name, token)
        assert other.get("/me").status_code == 303
    with reading(world.house.db) as session:
        sid = session.execute(select(LoginSession.id).where(LoginSession.kind == "page")).scalar_one()
        kept = session.execute(select(LoginSession.digest).where(LoginSession.id == sid)).scalar_one()
    assert cookie != kept and len(kept) == 64
    for value in (sid, kept, kept[:43]):
        other.client.cookies.set("demo-waymark", value)
        assert other.get("/me").status_code == 303


def test_signing_out_and_hiding_end_the_session(world: World) -> None:
    for action, leads in (("/sign-out", "/sign-in?done=out"), ("/hide", "/neutral")):
        browser = browser_of(world, "worker")
        cookie = browser.cookie
        answer = browser.send(action)
        assert (answer.status_code, answer.headers["location"]) == (303, leads)
        assert '"storage"' in answer.headers["clear-site-data"]
        assert browser.cookie is None
        browser.client.cookies.set("demo-waymark", cookie or "")
        assert browser.get("/me").status_code == 303
        assert browser.get(leads).status_code == 200
    assert [len(world.entries(word)) for word in ("signed_out", "screen_hidden")] == [1, 1]


@pytest.mark.parametrize(("own_device", "minutes"), [("", 5), ("yes", 15)])
def test_a_session_ends_when_idle_and_any_after_ten_hours(world: World, own_device: str, minutes: int) -> None:
    def signed_in() -> Browser:
        browser = browser_of(world)
        browser.get("/sign-in")
        assert browser.send("/sign-in", username="worker", password=PASSWORD, own_device=own_device).status_code == 303
        return browser

    browser = signed_in()
    for _ in range(2):
        world.clock.advance(timedelta(minutes=minutes, seconds=-1))
        assert browser.get("/me").status_code == 200
    world.clock.advance(timedelta(minutes=minutes))
    assert browser.get("/me").headers["location"] == "/sign-in?next=%2Fme"
    assert [row.detail for row in world.entries("left_alone")] == [None]
    browser = signed_in()
    for _ in range(600 // (minutes - 1)):
        world.clock.advance(timedelta(minutes=minutes - 1))
        answer = browser.get("/me")
    assert answer.status_code == (303 if 600 % (minutes - 1) == 0 else 200)
    world.clock.advance(timedelta(minutes=600 % (minutes - 1)))
    assert browser.get("/me").status_code == 303


def test_other_sessions_are_seen_and_ended(world: World) -> None:
    old, browser = browser_of(world, "worker"), browser_of(world, "worker")
    world.sign_in("worker")
    page = browser.get("/me").text
    assert (page.count("Browser"), page.count("Program or app"), page.count("This one")) == (2, 1, 1)
    ids = [form.fields["session_id"] for form in forms_of(page) if form.action == "/me/sessions/end"]
    assert len(ids) == 3
    foreign = browser_of(world, "visitor")
    theirs = foreign.form("/me/sessions/end").fields["session_id"]
    mine = browser.form("/me/sessions/end").fields
    for unknown in (theirs, "x", ""):
        assert browser.post("/me/sessions/end", mine | {"session_id": unknown}).status_code == 404
    assert foreign.get("/me").status_code == 200
    with reading(world.house.db) as session:
        own_digest = digest(browser.cookie or "")
        own = session.execute(select(LoginSession.id).where(LoginSession.digest == own_digest)).scalar_one()
    for each in sorted(ids, key=own.__eq__):
        browser.post("/me/sessions/end", mine | {"session_id": each})
    assert old.get("/me").status_code == browser.get("/me").status_code == 303
    assert len(world.entries("session_ended")) >= 2


def test_the_password_is_changed_on_a_page(world: World) -> None:
    browser, other = browser_of(world, "worker"), browser_of(world, "worker")
    for current, fresh, field in (("wrong wrong", FRESH, "current_password"), (PASSWORD, "short", "password")):
        browser.get("/me/password")
        answer = browser.send("/me/password", current_password=current, password=fresh)
        assert answer.status_code == 422
        assert f'href="#field-{field}"' in answer.text and f'id="wrong-{field}"' in answer.text
        assert current not in answer.text and fresh not in re.sub("<p.*?</p>", "", answer.text)
    answer = browser.send("/me/password", current_password=PASSWORD, password=FRESH)
    assert answer.headers["location"] == "/sign-in?done=password"
    assert browser.get("/me").status_code == other.get("/me").status_code == 303
    assert browser_of(world).sign_in("worker", FRESH).status_code == 303


@one_engine
def test_a_form_sent_twice_acts_once(world: World) -> None:
    """`Page.act`, which issue 4 builds on, is shown in tests/app/access/test_page_door.py; here: nothing breaks."""
    browser = browser_of(world, "worker")
    form = browser.form("/sign-out").fields
    answers = [browser.post("/sign-out", form).status_code for _ in range(2)]
    assert answers[0] == 303
    with reading(world.house.db) as session:
        ended = select(func.count()).select_from(LoginSession).where(LoginSession.ended_why == "signed_out")
        assert session.execute(ended).scalar_one() == 1


@one_engine
@pytest.mark.parametrize("path", ["/nowhere", "/me/nowhere", "/static/none.css", "/me/%00"])
def test_what_is_not_there_is_one_page_without_a_name(world: World, path: str) -> None:
    browser = browser_of(world, "worker")
    answer = browser.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert "Not found." in answer.text and "nowhere" not in answer.text
    assert browser.client.post(path).status_code in (404, 405)


@one_engine
def test_every_page_has_safe_headers_one_heading_and_bound_labels(world: World) -> None:
    browser = browser_of(world, "worker")
    answers = [
        browser.get(path)
        for path in ("/sign-in", "/sign-in/code", "/me", "/me/password", "/me/authenticator", "/step-up", "/neutral",
                     "/me/authenticator/confirm", "/me/authenticator/remove", "/me/pin", "/me/email",
                     "/locked", "/nowhere", "/sign-out")
    ]  # fmt: skip
    assert [answer.status_code for answer in answers] == [200] * 12 + [404, 405]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        html = answer.text
        assert html.count("<h1") == 1 and "<title>Work</title>" in html
        scripts = re.findall(r"<script.*?</script>", html, re.DOTALL)
        assert [re.sub(r"[0-9a-f]{16}", "#", each) for each in scripts] == [
            '<script type="module" src="/static/work.#.js"></script>'
        ]
        assert not re.search(r"<style|\sstyle=|\son\w+=|https?://", html)
        labels = re.findall(r'label for="([^"]+)"', html)
        assert labels == re.findall(r'<input [^>]*?\bid="([^"]+)"', html)


@one_engine
def test_the_style_sheet_is_named_by_its_content_and_kept(world: World) -> None:
    browser: Browser = browser_of(world)
    address = re.findall(r'stylesheet" href="([^"]+)"', browser.get("/sign-in").text)
    assert len(address) == 1 and re.fullmatch(r"/static/work\.[0-9a-f]{16}\.css", address[0])
    answer = browser.get(address[0])
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert "immutable" in answer.headers["cache-control"]
    assert "url(" not in answer.text and "@import" not in answer.text


@one_engine
def test_a_page_of_the_unexpected_tells_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = browser_of(world, "worker")

    def broken(*_: object) -> None:
        raise RuntimeError("Somchai's page failed")

    monkeypatch.setattr("app.accounts.queries.me", broken)
    answer = browser.get("/me")
    assert answer.status_code == 500
    assert answer.headers["content-type"].startswith("text/html")
    assert "Somchai" not in answer.text and answer.headers["x-correlation-id"] in answer.text


@one_engine
def test_somebody_without_a_role_gets_a_page_that_says_so(world: World) -> None:
    world.add_user("roleless", "th-a")
    browser = browser_of(world)
    browser.sign_in("roleless")
    answer = browser.get("/me")
    assert answer.status_code == 403
    assert "Your role does not allow this." in answer.text
