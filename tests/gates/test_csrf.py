"""G15: no form that anybody else made changes anything, at any HTML route the program has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from functools import partial
from typing import Annotated, Any

import pyotp
import pytest
from fastapi import APIRouter, Depends, FastAPI
from fastapi.responses import Response

from app.access import csrf
from app.access.door import Door, needs, public
from app.access.page_door import Page, opens
from app.access.routes import Declared, UndeclaredRoute, check_routes
from app.models.access_log import AccessEntry
from tests.app.access.browser import Browser, browser_of
from tests.app.access.world import PASSWORD, POLICIES, World, one_engine
from tests.factories import answers
from tests.factories.pages import browser_at
from tests.factories.towns import Town, town
from tests.gates.admin_forms import ADMIN_FORMS
from tests.gates.case_forms import CASE_FORMS
from tests.gates.digests import of_tables
from tests.gates.full_world import FullWorld, world
from tests.gates.fund_forms import FUND_FORMS
from tests.gates.import_forms import IMPORT_FORMS
from tests.gates.inquiry_forms import INQUIRY_FORMS
from tests.gates.list_forms import LIST_FORMS
from tests.gates.meeting_forms import MEETING_FORMS
from tests.gates.readiness_forms import READINESS_FORMS
from tests.gates.referral_forms import REFERRAL_FORMS
from tests.gates.service_forms import SERVICE_FORMS
from tests.gates.tip_forms import TIP_FORMS
from tests.gates.town_forms import TOWN_FORMS as WATCH_FORMS
from tests.gates.transfer_forms import TRANSFER_FORMS
from tests.gates.visit_forms import VISIT_FORMS

__all__ = ["town", "world"]

# Forms of pages that need a town with its policies and people.
TOWN_FORMS = {
    **CASE_FORMS, **WATCH_FORMS, **REFERRAL_FORMS, **ADMIN_FORMS, **LIST_FORMS, **TRANSFER_FORMS, **TIP_FORMS,
    **READINESS_FORMS, **SERVICE_FORMS, **FUND_FORMS, **INQUIRY_FORMS, **MEETING_FORMS,
    **VISIT_FORMS, **IMPORT_FORMS,
}  # fmt: skip

Fields = dict[str, Any]
Ready = tuple[Browser, Fields]
REFUSED = {403, 405, 415}
# A forgery is refused before the database is asked for anything but the session: on PostgreSQL each form is tried with
# one in five, and with others than the form before it.
_EVERY = {"sqlite": 1, "postgresql": 5}


def somebody(world: World) -> str:
    """The login of a fresh account, so that no route meets what another has changed."""
    login = f"somebody{len(world.users)}"
    world.add_user(login, "th-a", "worker")
    return login


def at(world: World, page: str, action: str, **typed: str) -> Ready:
    """A browser of somebody signed in who has filled in the form of ``page``, and what it would send."""
    browser = browser_of(world, somebody(world))
    browser.get(page)
    return browser, browser.form(action).fields | typed


def code_of(browser: Browser) -> str:
    return browser.last.text.partition('class="secret">')[2].partition("<")[0]


def enrolled(world: World, browser: Browser) -> str:
    """Have the browser's account carry an authenticator; its secret."""
    browser.get("/me/authenticator")
    browser.send("/me/authenticator", password=PASSWORD)
    secret = code_of(browser)
    assert browser.send("/me/authenticator/confirm", code=pyotp.TOTP(secret).at(world.clock.now())).status_code == 200
    return secret


def sign_in(world: World) -> Ready:
    browser = browser_of(world)
    browser.get("/sign-in")
    return browser, browser.form("/sign-in").fields | {"username": somebody(world), "password": PASSWORD}


def sign_in_code(world: World) -> Ready:
    login = somebody(world)
    secret = enrolled(world, browser_of(world, login))
    browser = browser_of(world)
    assert browser.sign_in(login).headers["location"].startswith("/sign-in/code")
    browser.follow()
    later = pyotp.TOTP(secret).at(world.clock.now(), counter_offset=1)
    return browser, browser.form("/sign-in/code").fields | {"code": later}


def confirm(world: World) -> Ready:
    browser, fields = at(world, "/me/authenticator", "/me/authenticator", password=PASSWORD)
    browser.post("/me/authenticator", fields)
    right = pyotp.TOTP(code_of(browser)).at(world.clock.now())
    return browser, browser.form("/me/authenticator/confirm").fields | {"code": right}


def remove(world: World) -> Ready:
    login = somebody(world)
    browser = browser_of(world, login)
    enrolled(world, browser)
    browser.get("/me/authenticator/remove")
    return browser, browser.form("/me/authenticator/remove").fields


def locked(world: World) -> Ready:
    """The page that unlocks a screen which its person has hidden."""
    browser, fields = at(world, "/me/pin", "/me/pin", pin="274951", password=PASSWORD)
    browser.post("/me/pin", fields)
    browser.get("/me")
    browser.send("/hide")
    browser.get("/locked?next=/me")
    return browser, browser.form("/locked").fields | {"pin": "274951"}


def awake(world: World) -> Ready:
    browser, fields = at(world, "/me", "/hide")
    world.clock.advance(timedelta(minutes=1))
    return browser, fields


def drafted(world: World) -> Ready:
    browser, fields = at(world, "/me/email", "/me/email", email="somebody@shelter.example")
    browser.post("/drafts", fields)
    browser.get("/me/email")
    return browser, browser.form("/drafts/discard").fields


def answering(world: World, page: str, action: str, **typed: str) -> Ready:
    """The form of a page of a new case, reached by answering those before it."""
    browser = browser_of(world, somebody(world))
    answers.walk(browser, until=page)
    browser.get(page)
    return browser, browser.form(action).fields | answers.PAGES.get(action, {}) | typed


def same_person(world: FullWorld) -> Ready:
    browser = browser_of(world, somebody(world))
    world.open_case(browser)
    answers.walk(browser)
    return browser, browser.form("/cases/new/same").fields


def done_by_hand(world: FullWorld) -> Ready:
    browser = browser_of(world, somebody(world))
    task = world.add_task(world.open_case(browser), "end_of_reflection", "case_manager")
    browser.get(f"/tasks/done?task_id={task}")
    return browser, browser.form("/tasks/done").fields


def read_notice(world: FullWorld) -> Ready:
    login = somebody(world)
    world.add_notice(login)
    browser = browser_of(world, login)
    browser.get("/notices")
    return browser, browser.form("/notices/read").fields


def search(world: FullWorld) -> Ready:
    browser = browser_of(world, somebody(world))
    code = world.open_case(browser)
    browser.get("/search")
    return browser, browser.form("/search").fields | {"reference": code}


def not_here(world: World) -> Ready:
    browser, fields = at(world, "/search", "/search", reference="TH-2026-ABCDEFGH")
    browser.post("/search", fields)
    return browser, browser.form("/search/ask").fields


# Every route that changes state, with a form that would. A route that is not here fails the gate.
FORMS: dict[str, Callable[[Any], Ready]] = {
    "/sign-in": sign_in,
    "/sign-in/code": sign_in_code,
    "/sign-out": lambda world: at(world, "/me", "/sign-out"),
    "/hide": lambda world: at(world, "/me", "/hide"),
    "/me/sessions/end": lambda world: at(world, "/me", "/me/sessions/end"),
    "/me/password": lambda world: at(
        world, "/me/password", "/me/password", current_password=PASSWORD, password="seven lanterns on a quiet river"
    ),
    "/me/authenticator": lambda world: at(world, "/me/authenticator", "/me/authenticator", password=PASSWORD),
    "/me/authenticator/confirm": confirm,
    "/me/authenticator/remove": remove,
    "/step-up": lambda world: at(world, "/step-up", "/step-up", password=PASSWORD),
    "/locked": locked,
    "/awake": awake,
    "/me/pin": lambda world: at(world, "/me/pin", "/me/pin", pin="274951", password=PASSWORD),
    "/me/device": lambda world: at(world, "/me", "/me/device"),
    "/me/email": lambda world: at(world, "/me/email", "/me/email", email="somebody@shelter.example"),
    "/drafts": lambda world: at(world, "/me/email", "/me/email", email="somebody@shelter.example"),
    "/drafts/discard": drafted,
    # How one reads: language, calendar, size of text.
    "/me/reading": lambda world: at(world, "/me", "/me/reading", language="th", calendar="be", large_text="yes"),
    # My work, a new case and the search.
    "/tasks/done": done_by_hand,
    "/notices/read": read_notice,
    **{page: partial(answering, page=page, action=page) for page in answers.PAGES},
    "/cases/new/same": same_person,
    "/cases/new/open": lambda world: answering(world, "/cases/new/check", "/cases/new/open"),
    "/cases/new/discard": lambda world: answering(world, "/cases/new/check", "/cases/new/discard"),
    "/search": search,
    "/search/person": lambda world: at(
        world, "/search", "/search/person", name="Nobody", reason="To see whether it is guarded."
    ),
    "/search/ask": not_here,
}


def forgeries(
    world: World | Town, path: str, browser: Browser, fields: Fields, other: str
) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Each way somebody else might have the browser change something: what it is, and what sends it."""
    without = {name: value for name, value in fields.items() if name != "csrf"}
    yield "no token", partial(browser.post, path, without)
    yield "an empty token", partial(browser.post, path, fields | {"csrf": ""})
    yield "another session's token", partial(browser.post, path, fields | {"csrf": other})
    yield "its own token made wrong", partial(browser.post, path, fields | {"csrf": fields["csrf"][:-1] + "x"})
    yield "two tokens", partial(browser.post, path, fields | {"csrf": [fields["csrf"], fields["csrf"]]})
    for origin in ("https://evil.example", "http://localhost.evil.example", "http://localhost:81", "null", ""):
        yield f"origin {origin or 'not told'}", partial(browser.post, path, fields, Origin=origin)
    for site in ("cross-site", "same-site", "none"):
        yield f"site {site}", partial(browser.post, path, fields, Sec_Fetch_Site=site)
    yield "get", partial(browser.client.get, path, params=without)
    for method in ("put", "patch", "delete"):
        yield method, partial(browser.client.request, method, path, headers={"Origin": browser.base})
    sent = {"Origin": browser.base}
    plain = "&".join(f"{name}={value}" for name, value in fields.items())
    yield "text/plain", partial(browser.client.post, path, content=plain, headers=sent | {"content-type": "text/plain"})
    words = {name: value for name, value in fields.items() if not isinstance(value, bytes)}
    yield "json", partial(browser.client.post, path, json=words, headers=sent)
    yield "no kind", partial(browser.client.post, path, content=plain, headers=sent)
    yield "no cookie", lambda: Browser(world.app).post(path, fields)


def snapshot(world: World | Town, *, looks: bool = True) -> dict[str, str]:
    """A digest of every table; without ``looks`` the book of looks is left out."""
    return of_tables(world.house.db, () if looks else (AccessEntry.__tablename__,))


def changing(world: World) -> list[Declared]:
    """The state-changing HTML routes of the running program."""
    return [route for route in world.app.state.routes if route.html and route.changes]


def test_every_form_of_the_program_is_tried(world: World) -> None:
    routes = {route.path for route in changing(world)}
    assert routes == {*FORMS, *TOWN_FORMS}, "a new route needs a form that would change something"


def test_no_forged_form_changes_anything(world: World) -> None:
    other = browser_of(world, "visitor").form("/sign-out").fields["csrf"]
    must_obey_no_forgery(world, ((path, *make(world)) for path, make in FORMS.items()), other, len(FORMS))


def test_no_forged_form_of_a_room_changes_anything(town: Town) -> None:
    """The same of the pages about cases, which need a town with its policies and people."""
    visitor = browser_at(town, town.th["analyst"])
    visitor.get("/me")
    other = visitor.form("/sign-out").fields["csrf"]
    forms = ((path, browser, fields) for path, browser, fields in (make(town) for make in TOWN_FORMS.values()))
    must_obey_no_forgery(town, forms, other, len(TOWN_FORMS), looks=False)


def must_obey_no_forgery(
    place: World | Town, forms: Iterable[tuple[str, Browser, Fields]], other: str, routes: int, *, looks: bool = True
) -> None:
    """Try every forgery of every form: path, a browser that has filled it in, and what it would send.

    ``looks``: whether a row in the book of looks counts as a change; where the page of the form is itself a look, it
    does not.
    """
    applied, tried = [], 0
    every = _EVERY[place.house.db.dialect]
    for number, (path, browser, fields) in enumerate(forms):
        before = snapshot(place, looks=looks)
        for what, forge in list(forgeries(place, path, browser, fields, other))[number % every :: every]:
            tried += 1
            answer = forge()
            looked = what == "get" and answer.status_code in (200, 303, 404, 405)
            assert looked or answer.status_code in REFUSED, (path, what, answer.status_code)
        if snapshot(place, looks=looks) != before:
            applied.append(path)
        # The form itself was good: sent by its own page, it does change something.
        answer = browser.post(path, fields)
        assert answer.status_code in (200, 303), (path, answer.text)
        assert snapshot(place, looks=looks) != before, path
    print(f"GATE g15 applied={len(applied)} limit=0 n={tried} routes={routes}")
    assert not applied
    assert tried >= 15 // every * routes


@one_engine
def test_what_browsers_of_our_own_pages_send_is_taken(world: World) -> None:
    for headers in (
        {"Sec_Fetch_Site": "same-origin"}, {"Origin": "null", "Sec_Fetch_Site": "same-origin"}, {},
    ):  # fmt: skip
        browser, fields = FORMS["/sign-out"](world)
        assert browser.post("/sign-out", fields, **headers).headers["location"] == "/sign-in?done=out", headers


@one_engine
def test_the_gate_bites_its_mutant(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the checks every route obeys a form from a foreign page that holds no token."""
    for check in ("check_source", "check_token"):
        monkeypatch.setattr(csrf, check, lambda *_: None)
    applied = []
    for path, make in FORMS.items():
        browser, fields = make(world)
        before = snapshot(world)
        browser.post(path, fields | {"csrf": "forged"}, Origin="https://evil.example")
        if snapshot(world) != before:
            applied.append(path)
    print(f"GATE g15 mutant applied={len(applied)} n={len(FORMS)}")
    assert set(applied) == set(FORMS)


@public("a form nobody guards")
def unguarded() -> Response:
    return Response()


def with_token(door: Annotated[Door, Depends(needs("case:read"))]) -> None:
    del door


def guarded(page: Annotated[Page, Depends(opens("case:read"))]) -> None:
    del page


@pytest.mark.parametrize(
    ("endpoint", "method", "html", "told"),
    [
        (unguarded, "POST", True, "nothing checks who sent the form"),
        (with_token, "POST", True, "nothing checks who sent the form"),
        (with_token, "GET", True, "a page takes its own cookie"),
        (guarded, "PUT", True, "GET and changes with POST"),
        (guarded, "DELETE", True, "GET and changes with POST"),
        (guarded, "GET", False, "not in the HTML site"),
        (guarded, "POST", True, None),
        (guarded, "GET", True, None),
    ],
)
def test_a_page_that_is_not_guarded_stops_the_start(endpoint: Any, method: str, html: bool, told: str | None) -> None:
    outside, inside, router = FastAPI(openapi_url=None), FastAPI(openapi_url=None), APIRouter()
    router.add_api_route("/hole", endpoint, methods=[method], response_model=None)
    inside.include_router(router)
    inside.state.waymark_html = html
    outside.mount("", inside)
    if told is None:
        assert [route.guarded for route in check_routes(outside, POLICIES)] == [True]
        return
    with pytest.raises(UndeclaredRoute, match=told):
        check_routes(outside, POLICIES)
