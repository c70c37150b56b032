"""In a real browser: hidden at once and Back shows nothing, saved while typed, not lost when the line breaks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.app.access.served import browser, served, sign_in
from tests.app.access.test_drafts import STORY, _trial_pages, rows
from tests.app.access.world import PASSWORD, World, one_engine, world

__all__ = ["_trial_pages", "world"]

NOTES = "/trial/notes?about=one"


@pytest.fixture
def base(world: World, _trial_pages: None) -> Iterator[str]:
    with served(world) as address:
        yield address


@pytest.fixture
def context(request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    with browser(scripts=getattr(request, "param", True)) as made:
        yield made


def writing(context: BrowserContext, base: str) -> Page:
    """A page on which somebody signed in has typed a story."""
    sign_in(context, base)
    page = context.new_page()
    page.goto(f"{base}/me")
    page.goto(f"{base}/me/password")
    page.goto(base + NOTES)
    page.fill("#field-title", "Bridge")
    page.fill("#field-story", STORY)
    page.check("#field-needs-food")
    return page


@one_engine
@pytest.mark.parametrize("context", [True, False], indirect=True, ids=["scripts", "plain"])
def test_hidden_at_once_and_back_shows_nothing(world: World, base: str, context: BrowserContext) -> None:
    page = writing(context, base)
    scripts = page.locator(".safe-scripted:visible").count() > 0
    if scripts:
        for _ in range(3):
            page.keyboard.press("Escape")
    else:
        page.click("#hide button")
    page.wait_for_url("**/neutral")
    expect(page.locator("h1")).to_have_text("November 2026")
    for _ in range(3):
        page.go_back()
        page.wait_for_load_state()
        shown = page.content()
        assert STORY not in shown and "Worker" not in shown and "Hide screen" not in shown
    assert len(world.entries("screen_hidden")) == 1


@one_engine
def test_what_is_typed_is_saved_by_itself_and_survives_a_line_that_breaks(
    world: World, base: str, context: BrowserContext
) -> None:
    page = writing(context, base)
    said = page.locator(".draft-said")
    expect(said).to_contain_text("Saved", timeout=15_000)
    assert rows(world) == 1
    kept = context.new_page()
    kept.goto(base + NOTES)
    assert kept.input_value("#field-story") == STORY and kept.is_checked("#field-needs-food")
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    context.set_offline(True)
    page.fill("#field-title", "Bridge, later")
    page.click("form[data-draft] button >> nth=0")
    expect(said).to_have_text("Not saved. Try again.")
    assert page.input_value("#field-title") == "Bridge, later" and page.input_value("#field-story") == STORY
    context.set_offline(False)
    page.dblclick("form[data-draft] button >> nth=0")
    page.wait_for_url("**/me")
    assert [row.subject_id for row in world.entries("noted")] == ["Bridge, later"] and rows(world) == 0


@one_engine
@pytest.mark.parametrize("context", [True, False], indirect=True, ids=["scripts", "plain"])
def test_a_sign_in_that_ended_leads_back_to_the_filled_form(world: World, base: str, context: BrowserContext) -> None:
    page = writing(context, base)
    world.clock.advance(timedelta(minutes=5))
    page.click("form[data-draft] button >> nth=0")
    page.wait_for_url("**/sign-in?next=*")
    page.fill("#field-username", "worker")
    page.fill("#field-password", PASSWORD)
    page.click("main form button")
    page.wait_for_url("**/trial/notes*")
    assert page.input_value("#field-story") == STORY and page.is_checked("#field-needs-food")
    page.click("form[data-draft] button >> nth=0")
    page.wait_for_url("**/me")
    assert len(world.entries("noted")) == 1 and rows(world) == 0


@one_engine
def test_a_refusal_is_told_in_place_and_a_page_out_of_sight_comes_back_covered(
    world: World, base: str, context: BrowserContext
) -> None:
    page = writing(context, base)
    page.fill("#field-title", "")
    page.click("form[data-draft] button >> nth=0")
    expect(page.locator(".summary")).to_be_focused()
    assert page.input_value("#field-story") == STORY
    page.evaluate(
        "const real = Date.now; let ahead = 0; Date.now = () => real() + ahead;"
        "Object.defineProperty(document, 'hidden', {get: () => window.away, configurable: true});"
        "window.away = true; document.dispatchEvent(new Event('visibilitychange'));"
        "ahead = 61000; window.away = false; document.dispatchEvent(new Event('visibilitychange'));"
    )
    expect(page.locator("#field-story")).to_be_hidden()
    page.click("#safe-cover button")
    expect(page.locator("#field-story")).to_be_visible()
