"""Accounts as pages: stopping somebody in four clicks, changing rights, and what others get to see of it."""

from __future__ import annotations

import re

import pyotp

from app.access import factors
from tests.app.access.browser import Browser, browser_of, forms_of
from tests.app.access.world import PASSWORD, World, one_engine

FRESH = "seven lanterns on a quiet river"
USERS = "/admin/users"


def click(browser: Browser, path: str) -> str:
    """Follow the link to ``path``, which has to stand on the page."""
    assert f'href="{path}"' in browser.last.text, (path, browser.last.text)
    answer = browser.get(path)
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def administrator(world: World, *, proved: bool = True) -> Browser:
    browser = browser_of(world, "administrator")
    if proved:
        world.step_up("administrator")
    return browser


def change(browser: Browser, world: World, login: str, what: str, **typed: object) -> str:
    """Fill in the form ``what`` of an account, and go where it leads."""
    at = f"{USERS}/{world.users[login]}/{what}"
    assert browser.get(at).status_code == 200, browser.last.text
    browser.send(at, **typed)
    return str(browser.follow().text) if browser.last.status_code == 303 else str(browser.last.text)


def test_somebody_is_stopped_in_four_clicks_from_the_next_request_on(world: World) -> None:
    at_work = browser_of(world, "worker")
    assert at_work.get("/me").status_code == 200
    browser = browser_of(world, "administrator")
    browser.get("/")
    assert browser.last.headers["location"] == "/admin"
    browser.follow()
    at = f"{USERS}/{world.users['worker']}"
    click(browser, USERS)
    click(browser, at)
    click(browser, f"{at}/stop")
    # The proof is asked for in the same form: typing, and no click more.
    answer = browser.send(f"{at}/stop", password=PASSWORD)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{at}?done=stopped"), answer.text
    assert at_work.get("/me").status_code == 303
    assert "Access is stopped" in browser.follow().text and "Stopped" in browser.last.text
    assert len(world.entries("account_disabled")) == 1
    other = browser_of(world)
    assert other.sign_in("worker").status_code == 422
    click(browser, f"{at}/allow")
    browser.send(f"{at}/allow")
    assert "may be used again" in browser.follow().text
    assert browser_of(world, "worker").get("/me").status_code == 200


@one_engine
def test_a_wrong_proof_stops_nobody_and_a_form_acts_once(world: World) -> None:
    browser = administrator(world, proved=False)
    at = f"{USERS}/{world.users['worker']}/stop"
    browser.get(at)
    assert browser.send(at, password="wrong wrong wrong").status_code == 422
    assert "wrong wrong" not in browser.last.text
    assert browser_of(world, "worker").get("/me").status_code == 200
    fields = {**browser.form(at).fields, "password": PASSWORD}
    assert browser.post(at, fields).status_code == 303
    token = browser.get(at).status_code
    assert token == 200 and len(world.entries("account_disabled")) == 1


@one_engine
def test_a_list_is_narrowed_by_state_role_and_office(world: World) -> None:
    world.add_user("nok.b", "th-b", "worker")
    world.add_user("far.c", "th-c", "worker")
    browser = administrator(world)
    every = browser.get(USERS).text
    assert "nok.b" in every and "far.c" not in every
    assert "nok.b" in browser.get(f"{USERS}?office=th-b").text
    narrowed = browser.get(f"{USERS}?office=th-b&role=visitor").text
    assert "nok.b" not in narrowed and "No account fits" in narrowed
    assert 'href="/admin/users?role=visitor"' in narrowed, "a filter can be taken away by itself"
    assert "nok.b" not in browser.get(f"{USERS}?active=no").text
    assert browser.get(f"{USERS}?active=perhaps").status_code == 422
    assert re.findall(r"<title>(.*?)</title>", every) == ["Work"]


@one_engine
def test_a_long_list_comes_in_pages_that_keep_the_filter(world: World) -> None:
    for number in range(30):
        world.add_user(f"w{number:02}", "th-b", "visitor")
    browser = administrator(world)
    first = browser.get(f"{USERS}?office=th-b").text
    assert first.count("admin-line") == 25
    following = re.findall(r'href="(/admin/users\?office=th-b&amp;cursor=[^"]+)"', first)[0].replace("&amp;", "&")
    assert browser.get(following).text.count("admin-line") == 5


@one_engine
def test_roles_office_password_and_authenticator_change(world: World) -> None:
    browser, at = administrator(world), f"{USERS}/{world.users['worker']}"
    assert "The roles have changed" in change(browser, world, "worker", "roles", roles=["visitor"])
    assert "Visitor" in browser.last.text and "<dd>Worker" not in browser.last.text
    assert "The office has changed" in change(browser, world, "worker", "office", office="th-b")
    assert "The new password holds" in change(browser, world, "worker", "password", password=FRESH)
    assert browser_of(world).sign_in("worker", FRESH).status_code == 303
    assert f'href="{at}/factor"' not in browser.get(at).text
    with world.house.db.write() as session:
        secret = factors.begin(session, world.house.keys, world.users["worker"], world.clock.now())
        code = pyotp.TOTP(secret).at(world.clock.now())
        assert factors.confirm(session, world.house.keys, world.users["worker"], code, world.clock.now())
    assert "authenticator is gone" in change(browser, world, "worker", "factor")


@one_engine
def test_what_does_not_fit_is_told_at_its_field_and_what_was_typed_stays(world: World) -> None:
    browser = administrator(world)
    browser.get(f"{USERS}/new")
    typed = {"login": "worker", "display_name": "Nok Srisai", "office": "th-b", "roles": ["visitor"]}
    answer = browser.send(f"{USERS}/new", **typed, password=FRESH)
    assert answer.status_code == 409 and 'id="wrong-login"' in answer.text
    assert 'value="Nok Srisai"' in answer.text and FRESH not in answer.text
    assert '<option value="th-b" selected translate="no">' in answer.text
    assert 'value="visitor" checked' in answer.text
    answer = browser.send(f"{USERS}/new", **{**typed, "login": "nok.srisai"}, password="short")
    assert answer.status_code == 422 and 'id="wrong-password"' in answer.text
    both = {**typed, "login": "nok.srisai", "roles": ["administrator", "worker"]}
    assert 'id="wrong-roles"' in browser.send(f"{USERS}/new", **both, password=FRESH).text
    browser.send(f"{USERS}/new", **{**typed, "login": "nok.srisai"}, password=FRESH)
    assert "The account is open" in browser.follow().text
    assert browser_of(world).sign_in("nok.srisai", FRESH).status_code == 303


@one_engine
def test_a_stale_page_changes_nothing(world: World) -> None:
    browser, at = administrator(world), f"{USERS}/{world.users['worker']}/office"
    browser.get(at)
    stale = browser.form(at).fields
    change(browser, world, "worker", "roles", roles=["visitor"])
    answer = browser.post(at, stale | {"office": "th-b"})
    assert answer.status_code == 409 and "th-b" in answer.text
    assert browser.send(at, office="th-b").status_code == 303, "shown again it holds the present version"


@one_engine
def test_an_act_without_a_fresh_proof_leads_to_the_proof_and_back(world: World) -> None:
    browser, at = administrator(world, proved=False), f"{USERS}/{world.users['worker']}/roles"
    browser.get(at)
    answer = browser.send(at, roles=["visitor"])
    assert answer.headers["location"].startswith("/step-up?next=%2Fadmin%2Fusers%2F")
    browser.follow()
    browser.send("/step-up", password=PASSWORD)
    assert browser.last.headers["location"] == at


@one_engine
def test_nobody_else_finds_these_pages_and_nobody_reaches_beyond_their_scope(world: World) -> None:
    far = world.add_user("far.c", "th-c", "worker")
    paths = ["", "/new", *(f"/{world.users['visitor']}{end}" for end in ENDS)]
    for login in ("worker", "visitor"):
        browser = browser_of(world, login)
        assert {browser.get(USERS + path).status_code for path in paths} <= {403, 404}
        assert browser.get("/admin").status_code == 404
        assert 'href="/admin"' not in browser.get("/me").text
    browser = administrator(world)
    assert {browser.get(f"{USERS}/{far}{end}").status_code for end in ENDS} == {404}
    assert browser_of(world).get(USERS).headers["location"].startswith("/sign-in")


@one_engine
def test_the_own_account_offers_no_change(world: World) -> None:
    browser = administrator(world)
    page = browser.get(f"{USERS}/{world.users['administrator']}").text
    assert "Stop access" not in page and not any("/admin/" in form.action for form in forms_of(page))


ENDS = ("", "/roles", "/office", "/stop", "/allow", "/password", "/factor")
