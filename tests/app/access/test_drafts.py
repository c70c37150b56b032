"""What was typed is kept: as a draft, over a sign-in that ended or a screen that locked, for its account alone."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response
from jinja2 import ChoiceLoader, DictLoader
from pydantic import Field
from sqlalchemy import func, select

import app.main
from app.access import drafts
from app.access.desk import Desk
from app.access.log import looked
from app.access.page_door import Page, opens
from app.access.sheet import PageForm
from app.models.draft import Draft
from app.worker import Worker
from tests.app.access.browser import Browser, browser_of
from tests.app.access.world import PASSWORD, World, one_engine, world
from tests.inspect import reading

__all__ = ["world"]

Creator = Annotated[Page, Depends(opens("case:create"))]
STORY = "She waits at the bridge · นางสาว · ကျေးဇူး"
TEMPLATE = """{% extends "base.html" %}{% block main %}<h1>Note</h1>{{ parts.summary() }}
{% call parts.form("/trial/notes", "Save", draft=true) %}{{ parts.hidden("about", about) }}
{{ parts.text("title", "Title") }}{{ parts.area("story", "Story") }}
{{ parts.choice("needs", "Needs", (("food", "Food"), ("sleep", "Sleep")), many=true) }}{% endcall %}{% endblock %}"""


class NotePage(PageForm):
    """A note with needs."""

    about: str = ""
    title: Annotated[str, Field(min_length=1)]
    story: str = ""
    needs: list[str] = []


def pages() -> APIRouter:
    routes = APIRouter(prefix="/trial")

    @routes.get("/notes")
    def note_page(page: Creator, about: Annotated[str, Query()] = "") -> Response:
        page.verify()
        return page.show("trial.html", about=about)

    @routes.post("/notes")
    def note(page: Creator) -> Response:
        page.again("trial.html", about=page.own_field("about"))
        form = page.form(NotePage)

        def act(desk: Desk) -> None:
            looked(desk, "noted", "note", form.title, {"needs": form.needs})

        return page.act(act, then="/me")

    return routes


@pytest.fixture(autouse=True)
def _trial_pages(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[None]:
    monkeypatch.setattr(app.main, "PAGE_ROOMS", ("accounts", "trial"))
    monkeypatch.setitem(sys.modules, "app.trial.pages", SimpleNamespace(router=pages()))
    made: World = request.getfixturevalue("world")
    environment = made.app.state.html.state.site.pages._environment
    usual = environment.loader
    environment.loader = ChoiceLoader([DictLoader({"trial.html": TEMPLATE}), usual])
    yield
    environment.loader = usual


def rows(world: World) -> int:
    with reading(world.house.db) as session:
        return int(session.execute(select(func.count()).select_from(Draft)).scalar_one())


def typed(browser: Browser, about: str = "one", **more: Any) -> dict[str, Any]:
    """What somebody has typed on the page about ``about``."""
    browser.get(f"/trial/notes?about={about}")
    return browser.form("/trial/notes").fields | {"title": "Bridge", "story": STORY, "needs": ["food", "sleep"]} | more


def test_a_draft_is_kept_shown_once_more_and_forgotten_when_sent(world: World) -> None:
    browser = browser_of(world, "worker")
    fields = typed(browser)
    answer = browser.post("/drafts", fields)
    assert answer.headers["location"] == "/trial/notes?about=one"
    page = browser.follow().text
    assert STORY in page and 'value="Bridge"' in page and page.count(" checked") == 2 and "You began this on" in page
    # Another page of the same form has none, nor has anybody else; and nothing of it stands in the database.
    assert STORY not in browser.get("/trial/notes?about=two").text
    assert STORY not in browser_of(world, "office_reader").get("/trial/notes?about=one").text
    with reading(world.house.db) as session:
        assert STORY.encode() not in session.execute(select(Draft.sealed)).scalar_one()
    assert browser.post("/trial/notes", fields).headers["location"] == "/me"
    assert rows(world) == 0 and STORY not in browser.get("/trial/notes?about=one").text
    assert [row.detail for row in world.entries("noted")] == ['{"needs":["food","sleep"]}']


@one_engine
def test_a_draft_is_discarded_on_request_and_by_the_worker(world: World) -> None:
    browser = browser_of(world, "worker")
    for about in ("one", "two"):
        browser.post("/drafts", typed(browser, about))
    browser.get("/trial/notes?about=one")
    assert browser.send("/drafts/discard").headers["location"] == "/trial/notes?about=one"
    assert rows(world) == 1
    world.clock.advance(timedelta(hours=72))
    Worker(world.house).sweep()
    assert rows(world) == 0


@one_engine
def test_drafts_are_few_and_small(world: World) -> None:
    browser = browser_of(world, "worker")
    fields = typed(browser)
    assert browser.post("/drafts", fields | {"story": "x" * 33_000}).status_code == 422
    assert browser.post("/drafts", fields | {"password": "hidden", "code": "123456", "pin": "1"}).status_code == 303
    limit = world.house.policies.safeguards.drafts.per_account
    for number in range(limit + 3):
        world.clock.advance(timedelta(seconds=1))
        browser.post("/drafts", fields | {"draft_of": f"/trial/notes?about={number}"})
    assert rows(world) == limit
    page = browser.get("/trial/notes?about=2").text + browser.get("/trial/notes?about=one").text
    assert STORY not in page
    assert STORY in browser.get(f"/trial/notes?about={limit + 2}").text


@pytest.mark.parametrize("ending", ["idle", "over", "hidden", "locked"])
def test_what_was_typed_comes_back_after_signing_in_again(world: World, ending: str) -> None:
    browser = browser_of(world, "worker")
    if ending == "locked":
        browser.get("/me/pin")
        browser.send("/me/pin", pin="274951", password=PASSWORD)
    fields = typed(browser)
    if ending == "hidden":
        cookie = browser.cookie or ""
        browser.send("/hide")
        browser.client.cookies.set("demo-waymark", cookie)
    world.clock.advance(timedelta(hours=10) if ending == "over" else timedelta(minutes=5))
    answer = browser.post("/trial/notes", fields)
    door = "/locked" if ending == "locked" else "/sign-in"
    assert answer.headers["location"] == f"{door}?next=%2Ftrial%2Fnotes%3Fabout%3Done"
    assert world.entries("noted") == [] and rows(world) == 1
    browser.follow()
    if ending == "locked":
        answer = browser.send("/locked", pin="274951")
    else:
        answer = browser.send("/sign-in", username="worker", password=PASSWORD)
    assert answer.headers["location"] == "/trial/notes?about=one"
    page = browser.follow().text
    assert STORY in page and 'value="Bridge"' in page
    assert browser.send("/trial/notes", title="Bridge").headers["location"] == "/me"
    assert len(world.entries("noted")) == 1 and rows(world) == 0


def test_nothing_is_kept_for_others(world: World) -> None:
    browser = browser_of(world, "worker")
    fields = typed(browser)
    # An unknown cookie, a form without the token, from elsewhere, and the form of an account that was disabled.
    stranger = Browser(world.app)
    stranger.client.cookies.set("demo-waymark", "A" * 43)
    stranger.post("/trial/notes", fields)
    world.clock.advance(timedelta(minutes=5))
    browser.post("/trial/notes", fields | {"csrf": "x"})
    browser.post("/trial/notes", fields, Origin="https://evil.example")
    assert rows(world) == 0
    browser.post("/trial/notes", fields)
    assert rows(world) == 1
    other = browser_of(world, "office_administrator")
    assert STORY not in other.get("/trial/notes?about=one").text
    world.step_up("administrator")
    disabled = world.post("administrator", f"/users/{world.users['worker']}/disable", None, If_Match='"1"')
    assert disabled.status_code == 200
    browser.post("/trial/notes", fields | {"draft_of": "/trial/notes?about=later"})
    assert rows(world) == 1


@one_engine
def test_a_refused_form_keeps_its_place_and_a_script_is_told_where_to_go(world: World) -> None:
    browser = browser_of(world, "worker")
    fields = typed(browser)
    again = browser.post("/trial/notes", fields | {"title": ""})
    assert again.status_code == 422 and STORY in again.text
    assert browser.form("/trial/notes").fields["draft_of"] == "/trial/notes?about=one"
    told = browser.post("/trial/notes", fields, X_Steady="1")
    assert (told.status_code, told.headers["x-to"], "location" in told.headers) == (200, "/me", False)


@one_engine
def test_a_draft_whose_key_is_gone_is_none(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = browser_of(world, "worker")
    browser.post("/drafts", typed(browser))
    monkeypatch.setattr(drafts, "_aad", lambda *_: b"elsewhere")
    page = browser.get("/trial/notes?about=one")
    assert page.status_code == 200 and STORY not in page.text
