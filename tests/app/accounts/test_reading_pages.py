"""How somebody reads: chosen on the account page, and by visitors before anybody knows who they are."""

from __future__ import annotations

import pytest

from tests.app.access.browser import browser_of
from tests.app.access.world import World, one_engine


@one_engine
def test_the_next_page_is_written_as_it_was_asked_for(world: World) -> None:
    browser = browser_of(world, "worker")
    answer = browser.send("/me/reading", language="th", calendar="ce", large_text="yes")
    assert answer.headers["location"] == "/me?done=reading"
    page = browser.follow().text
    assert '<html lang="th" class="large">' in page and "บัญชีของฉัน" in page
    assert 'value="th" checked' in page and 'value="ce" checked' in page and 'value="yes" checked' in page
    # Nobody has reviewed this language yet, and the page says so.
    assert "แปลด้วยเครื่อง" in page
    browser.send("/me/reading", language="en", calendar="")
    assert '<html lang="en"' in browser.follow().text


@one_engine
def test_a_language_that_is_not_ours_is_refused_and_the_form_kept(world: World) -> None:
    browser = browser_of(world, "worker")
    answer = browser.send("/me/reading", language="xx", calendar="be")
    assert answer.status_code == 422 and "Choose one of the languages of the list." in answer.text
    assert 'value="be" checked' in answer.text and '<html lang="en">' in answer.text


@one_engine
@pytest.mark.parametrize(
    ("accepts", "language"),
    [
        ("th-TH,th;q=0.9,en;q=0.5", "th"), ("zh-CN", "zh-Hans"), ("de,fr;q=0.9", "en"), ("en;q=0.3,my;q=0.8", "my"),
        ("", "en"), ("th;q=x,km", "km"), (",;,=;q==", "en"),
    ],
)  # fmt: skip
def test_a_visitor_is_answered_in_what_the_browser_prefers(world: World, accepts: str, language: str) -> None:
    html = browser_of(world).get("/sign-in", **{"Accept-Language": accepts}).text
    assert f'<html lang="{language}">' in html


@one_engine
def test_a_visitor_chooses_and_is_remembered_where_they_go_next(world: World) -> None:
    browser = browser_of(world)
    html = browser.get("/sign-in?next=/me").text
    assert '<a href="?lang=th&amp;next=/me" lang="th" hreflang="th" translate="no">ไทย</a>' in html
    assert '<html lang="th">' in browser.get("/sign-in?lang=th").text
    assert '<html lang="th">' in browser.get("/sign-in").text
    assert '<html lang="th">' in browser.get("/no-such-page").text
    assert '<html lang="th">' in browser.get("/sign-in?lang=xx").text


@one_engine
def test_whoever_signs_out_is_told_so_in_their_language(world: World) -> None:
    browser = browser_of(world, "worker")
    browser.send("/me/reading", language="th")
    browser.follow()
    assert browser.send("/sign-out").headers["location"] == "/sign-in?done=out&lang=th"
    assert "คุณออกจากระบบแล้ว" in browser.follow().text
