"""The screen of somebody signed in: hidden, locked, opened again with their number, and what it opens meanwhile."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.models.session import LoginSession
from app.models.user import User
from tests.app.access.browser import Browser, browser_of
from tests.app.access.world import PASSWORD, World, one_engine
from tests.inspect import reading

PIN = "274951"


def with_pin(world: World, login: str = "worker") -> Browser:
    """A browser of ``login``, who has set a number that unlocks the screen."""
    browser = browser_of(world, login)
    browser.get("/me/pin")
    assert browser.send("/me/pin", pin=PIN, password=PASSWORD).headers["location"] == "/me?done=pin"
    browser.get("/me")
    return browser


def test_a_screen_left_alone_opens_with_the_number_where_one_was(world: World) -> None:
    browser = with_pin(world)
    cookie = browser.cookie
    world.clock.advance(timedelta(minutes=5))
    assert browser.get("/me/password?done=x").headers["location"] == "/locked?next=%2Fme%2Fpassword"
    page = browser.follow()
    assert page.status_code == 200 and "/me/password" in page.text and "Worker" not in page.text
    wrong = browser.send("/locked", pin="111222")
    assert wrong.status_code == 422 and "This is not the number" in wrong.text and "111222" not in wrong.text
    assert browser.send("/locked", pin=" ၂၇၄ ๙๕๑ ").headers["location"] == "/me/password"
    # The same cookie, so that a form in another window can still be sent.
    assert browser.cookie == cookie and browser.follow().status_code == 200
    noted = [row.action for row in world.entries() if "screen" in row.action or "pin" in row.action]
    assert noted == ["pin_set", "screen_locked", "pin_wrong", "screen_unlocked"]


def test_five_wrong_numbers_end_the_sign_in(world: World) -> None:
    browser = with_pin(world)
    browser.send("/hide")
    browser.get("/locked?next=/me")
    for _ in range(4):
        assert browser.send("/locked", pin="111222").status_code == 422
    assert browser.send("/locked", pin="111222").headers["location"] == "/sign-in?next=%2Fme"
    assert browser.get("/locked").headers["location"] == "/sign-in"
    with reading(world.house.db) as session:
        assert "pin_wrong" in session.execute(select(LoginSession.ended_why)).scalars().all()
    assert len(world.entries("pin_wrong")) == 5


@one_engine
def test_right_numbers_forget_the_wrong_ones(world: World) -> None:
    browser = with_pin(world)
    for _ in range(2):
        browser.get("/me")
        browser.send("/hide")
        browser.get("/locked")
        for _ in range(4):
            browser.send("/locked", pin="111222")
        assert browser.send("/locked", pin=PIN).status_code == 303


@one_engine
def test_hiding_locks_where_there_is_a_number_and_never_shows_anything_else(world: World) -> None:
    browser = with_pin(world)
    form = browser.form("/hide").fields
    answer = browser.post("/hide", form)
    assert answer.headers["location"] == "/neutral" and answer.headers["clear-site-data"] == '"storage"'
    assert browser.get("/me").headers["location"] == "/locked?next=%2Fme"
    # Hidden once more, from a page that still stands in another window; and once it is over.
    assert browser.post("/hide", form).headers["location"] == "/neutral"
    world.clock.advance(timedelta(hours=10))
    assert browser.post("/hide", form).headers["location"] == "/neutral"
    assert len(world.entries("screen_hidden")) == 1


@one_engine
def test_a_locked_screen_is_left_by_signing_out(world: World) -> None:
    browser = with_pin(world)
    browser.send("/hide")
    browser.get("/locked")
    assert browser.send("/sign-out").headers["location"] == "/sign-in?done=out"
    assert browser.cookie is None and len(world.entries("signed_out")) == 1


@one_engine
def test_a_window_that_was_covered_goes_on_where_another_is_in_use(world: World) -> None:
    browser = with_pin(world)
    page = browser.get("/locked?next=/me/password").text
    assert "This page was covered" in page and 'href="/me/password"' in page
    assert browser.get("/locked?next=//evil.example").text.count("evil") == 0


@one_engine
@pytest.mark.parametrize(
    ("pin", "said"),
    [("12345", "Choose a number of 6 to 12 digits"), ("1234567890123", "Choose"), ("abcdef", "Choose"),
     ("234567", "easy to guess"), ("000000", "easy to guess"), ("121212", "easy to guess"), ("987654", "easy")],
)  # fmt: skip
def test_a_number_that_is_easy_to_guess_is_refused(world: World, pin: str, said: str) -> None:
    browser = browser_of(world, "worker")
    browser.get("/me/pin")
    answer = browser.send("/me/pin", pin=pin, password=PASSWORD)
    assert answer.status_code == 422 and said in answer.text and 'href="#field-pin"' in answer.text


@one_engine
def test_the_number_needs_the_password_and_can_be_taken_away(world: World) -> None:
    browser = browser_of(world, "worker")
    browser.get("/me/pin")
    answer = browser.send("/me/pin", pin=PIN, password="wrong")
    assert answer.status_code == 422 and 'href="#field-password"' in answer.text and PIN not in answer.text
    assert browser.send("/me/pin", pin=PIN, password=PASSWORD).status_code == 303
    browser.get("/me/pin")
    assert browser.send("/me/pin", pin="", password=PASSWORD).status_code == 303
    with reading(world.house.db) as session:
        hashes = session.execute(select(User.pin_hash)).scalars().all()
    assert set(hashes) == {None} and len(world.entries("pin_removed")) == 1


@one_engine
def test_an_own_device_locks_later_and_somebody_at_the_screen_keeps_it_open(world: World) -> None:
    browser = browser_of(world, "worker")
    assert "after 5 minutes" in browser.last.text
    browser.send("/me/device")
    assert "after 15 minutes" in browser.follow().text and "Mine alone" in browser.last.text
    token = {"csrf": browser.form("/hide").fields["csrf"]}
    for _ in range(3):
        world.clock.advance(timedelta(minutes=14))
        assert browser.post("/awake", token, X_Steady="1").headers["x-to"] == "/me"
    assert browser.get("/me").status_code == 200
    world.clock.advance(timedelta(minutes=15))
    assert browser.post("/awake", token, X_Steady="1").headers["x-to"] == "/sign-in"


@one_engine
def test_the_neutral_page_is_a_calendar_of_any_month(world: World) -> None:
    browser = Browser(world.app)
    now = browser.get("/neutral").text
    assert "November 2026" in now and 'aria-current="date"' in now and "Hide" not in now and "Waymark" not in now
    assert "December 2026" in browser.get("/neutral?month=2026-12").text
    assert "November 2026" in browser.get("/neutral?month=nonsens").text
    assert "January 2027" in browser.get("/neutral?month=2027-01").text


@one_engine
def test_a_form_that_is_wrong_tells_nothing_to_whoever_is_locked_out(world: World) -> None:
    browser = with_pin(world)
    browser.get("/me/pin")
    form: dict[str, Any] = browser.form("/me/pin").fields
    browser.send("/hide")
    answer = browser.post("/me/pin", form | {"unknown": "x"})
    assert answer.headers["location"] == "/locked"


@one_engine
def test_the_address_for_mail_is_set_checked_and_taken_away(world: World) -> None:
    browser = browser_of(world, "worker")
    browser.get("/me/email")
    wrong = browser.send("/me/email", email="not an address")
    assert wrong.status_code == 422 and "not an address" in wrong.text
    assert browser.send("/me/email", email="worker@shelter.example").headers["location"] == "/me?done=email"
    assert 'value="worker@shelter.example"' in browser.get("/me/email").text
    assert browser.send("/me/email", email="").status_code == 303
    assert [row.detail for row in world.entries("email_set")] == [None]
