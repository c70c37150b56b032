"""The page door, as the rooms of the desk will use it: acting once, showing a form again, forms of several kinds."""

from __future__ import annotations

import sys
from datetime import timedelta
from types import SimpleNamespace
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response
from pydantic import Field

import app.main
from app.access import stepup
from app.access.desk import Desk
from app.access.log import looked
from app.access.may import must
from app.access.page_door import Page, opens
from app.access.sheet import PageForm
from app.kit.errors import Conflict, InDoubt
from tests.app.access.browser import Browser, browser_of
from tests.app.access.world import World, one_engine, world

__all__ = ["world"]

Creator = Annotated[Page, Depends(opens("case:create"))]


class NotePage(PageForm):
    """Something to write down, and ticks."""

    text: Annotated[str, Field(min_length=1, max_length=20)]
    ticks: list[str] = []
    urgent: bool = False
    count: int = 1


def pages() -> APIRouter:
    """A page for each way the door is used."""
    routes = APIRouter(prefix="/trial")

    @routes.get("/notes")
    def note_page(page: Creator, number: Annotated[int, Query(ge=1)] = 1) -> Response:
        page.verify()
        return page.show("accounts/authenticator_remove.html")

    @routes.post("/notes")
    def note(page: Creator) -> Response:
        page.again("accounts/authenticator_remove.html", {"does_not_fit": "text"})
        form = page.form(NotePage)

        def act(desk: Desk) -> str | None:
            if form.text == "conflict":
                raise Conflict("It does not fit.", code="does_not_fit")
            if form.text == "doubt" and not DOUBTED:
                DOUBTED.append(True)
                raise InDoubt()
            if form.text == "power":
                stepup.must_be_fresh(desk, "this")
            if form.text == "forbidden":
                must(desk, "identity:reveal")
            detail = {"ticks": form.ticks, "urgent": form.urgent, "count": form.count}
            looked(desk, "noted", "note", form.text, detail)
            return f"/trial/notes?number={len(form.text)}" if form.ticks else None

        return page.act(act, then="/me")

    @routes.post("/versions")
    def version(page: Creator) -> Response:
        with page.write() as desk:
            looked(desk, "noted", "note", str(page.version))
        return page.to("/me")

    return routes


@pytest.fixture(autouse=True)
def _trial_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.main, "PAGE_ROOMS", ("accounts", "trial"))
    monkeypatch.setitem(sys.modules, "app.trial.pages", SimpleNamespace(router=pages()))
    DOUBTED.clear()


# The database went away at the commit once; nobody knows whether it was kept.
DOUBTED: list[bool] = []


def filled(browser: Browser, **typed: Any) -> dict[str, Any]:
    """What the form of the trial page would send: any form of this session holds token and key."""
    browser.get("/trial/notes")
    return browser.form("/me/authenticator/remove").fields | typed


def test_a_form_acts_once_however_often_it_is_sent(world: World) -> None:
    browser = browser_of(world, "worker")
    form = filled(browser, text="hello", ticks=["a", "b"], urgent="on", count="3")
    answers = [browser.post("/trial/notes", form) for _ in range(3)]
    assert {(a.status_code, a.headers["location"]) for a in answers} == {(303, "/trial/notes?number=5")}
    assert [row.detail for row in world.entries("noted")] == ['{"count":3,"ticks":["a","b"],"urgent":true}']
    assert browser.post("/trial/notes", form | {"text": "other"}).status_code == 422
    assert browser.post("/trial/notes", filled(browser, text="other")).headers["location"] == "/me"
    assert len(world.entries("noted")) == 2
    assert browser.post("/trial/notes", {n: v for n, v in form.items() if n != "act"}).status_code == 400


@one_engine
def test_a_form_of_which_nobody_knows_whether_it_acted_keeps_its_key(world: World) -> None:
    browser = browser_of(world, "worker")
    form = filled(browser, text="doubt")
    answer = browser.post("/trial/notes", form)
    assert answer.status_code == 503 and "Nobody knows whether it was saved" in answer.text
    assert answer.headers["Retry-After"]
    again = browser.form("/me/authenticator/remove").fields
    assert again["act"] == form["act"], "sent once more, it would act twice"
    for _ in range(2):
        assert browser.post("/trial/notes", form).headers["location"] == "/me"
    assert len(world.entries("noted")) == 1
    # After a refusal it is another act.
    assert browser.post("/trial/notes", filled(browser, text="conflict")).status_code == 409
    assert browser.form("/me/authenticator/remove").fields["act"] != form["act"]


@one_engine
@pytest.mark.parametrize(
    ("typed", "field"),
    [({}, "text"), ({"text": ""}, "text"), ({"text": "x" * 21}, "text"), ({"text": "x", "count": "many"}, "count"),
     ({"text": ["x", "y"]}, "text"), ({"text": "x", "owner": "me"}, "owner"), ({"text": "conflict"}, "text")],
)  # fmt: skip
def test_what_is_wrong_is_told_at_its_field_and_nothing_is_kept(world: World, typed: Any, field: str) -> None:
    browser = browser_of(world, "worker")
    answer = browser.post("/trial/notes", filled(browser, **typed))
    assert answer.status_code == (409 if typed.get("text") == "conflict" else 422)
    assert f'href="#field-{field}"' in answer.text and 'role="alert"' in answer.text
    assert world.entries("noted") == []
    # The page that is shown again can be sent again, with a key of its own.
    again = browser.form("/me/authenticator/remove").fields
    assert browser.post("/trial/notes", again | {"text": "x"}).status_code == 303


@one_engine
def test_who_may_not_is_told_so_and_it_is_noted(world: World) -> None:
    browser = browser_of(world, "visitor")
    for answer in (browser.get("/trial/notes"), browser.get("/trial/notes?number=x")):
        assert answer.status_code == 403 and "Your role does not allow this." in answer.text
    assert len(world.entries("refused")) == 2
    nobody = Browser(world.app)
    assert nobody.get("/trial/notes?number=x").headers["location"].startswith("/sign-in?next=%2Ftrial%2Fnotes")
    assert browser_of(world, "worker").get("/trial/notes?number=x").status_code == 422
    worker = browser_of(world, "worker")
    refused = worker.post("/trial/notes", filled(worker, text="forbidden"))
    assert refused.status_code == 403 and world.entries("noted") == []


@one_engine
def test_an_act_of_power_leads_to_the_step_up_and_back(world: World) -> None:
    browser = browser_of(world, "worker")
    answer = browser.post("/trial/notes", filled(browser, text="power"))
    assert answer.headers["location"] == "/step-up?next=%2Ftrial%2Fnotes"
    browser.follow()
    assert browser.form("/step-up").fields["next"] == "/trial/notes"
    assert browser.send("/step-up", password="lantern quiet river seven").headers["location"] == "/trial/notes"
    assert browser.post("/trial/notes", filled(browser, text="power")).headers["location"] == "/me"
    assert len(world.entries("noted")) == 1


@one_engine
def test_a_session_that_ended_meanwhile_leads_to_the_sign_in(world: World) -> None:
    browser = browser_of(world, "worker")
    form = filled(browser, text="late")
    world.clock.advance(timedelta(minutes=15))
    assert browser.post("/trial/notes", form).headers["location"] == "/sign-in"
    assert world.entries("noted") == []


@one_engine
def test_a_form_says_which_version_was_seen(world: World) -> None:
    browser = browser_of(world, "worker")
    assert browser.post("/trial/versions", filled(browser, version="7")).status_code == 303
    assert [row.subject_id for row in world.entries("noted")] == ["7"]
    assert browser.post("/trial/versions", filled(browser)).status_code == 428
    assert browser.post("/trial/versions", filled(browser, version="x")).status_code == 422


@one_engine
def test_what_somebody_typed_is_escaped(world: World) -> None:
    browser = browser_of(world)
    browser.get("/sign-in")
    answer = browser.send("/sign-in", username='"><script>alert(1)</script>', password="x")
    assert "<script>alert" not in answer.text and "&lt;script&gt;" in answer.text
