"""Pages in every state of a case and a referral: said in every language, usable, and none left that nobody looks at."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.kit.reader import LANGUAGES
from tests.app.access.browser import Browser
from tests.desk.eyes import PAGE_AT_MOST, hosts_outside, weight
from tests.desk.place import Place, chromium, open_place
from tests.desk.usable import faults_of
from tests.desk.walk import BESIDE, Stop, template_of, walk
from tests.factories.pages import browser_at
from tests.gates.filling import Route, routes_of
from tests.gates.reading_pages import everybody_reads, in_brackets, outside
from tests.gates.test_words import NO_PAGES, UNSEEN

# Pages that the scene of the gates does not open.
HERE = set(UNSEEN) - set(NO_PAGES)
STATES = ("/cases/~ [", "/referrals/~ [")


@pytest.fixture(scope="module")
def walked(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Place, list[Stop]]]:
    """A place of its own with something in every state, and every page that was come to in it."""
    folder = tmp_path_factory.mktemp("walk")
    shutil.copyfile(sqlite_template, folder / "desk.db")
    with open_place(f"sqlite:///{folder / 'desk.db'}", folder) as place:
        yield place, walk(place.town)


@pytest.fixture(scope="module")
def pages(walked: tuple[Place, list[Stop]]) -> list[Route]:
    """Every page of the program."""
    return [route for route in routes_of(walked[0].town.app.state.routes) if route.page and route.method == "GET"]


def html_of(place: Place, stops: list[Stop]) -> Iterator[tuple[Stop, str]]:
    """Each page as it is now."""
    browsers: dict[str, Browser] = {}
    for stop in stops:
        browser = browsers.setdefault(stop.worker.id, browser_at(place.town, stop.worker, fresh=True))
        page = browser.get(stop.path)
        assert page.status_code == 200, (stop.name, page.status_code)
        yield stop, page.text


def test_what_the_scene_does_not_show_is_walked(walked: tuple[Place, list[Stop]], pages: list[Route]) -> None:
    """Fails as soon as a page is neither seen by the scene's gates nor come to here."""
    shown = {template_of(pages, stop.route_path) for stop in walked[1]}
    print(f"GATE walked unseen={len(HERE - shown)} limit=0 n={len(walked[1])}")
    assert shown >= HERE, HERE - shown


def test_every_sentence_was_collected(walked: tuple[Place, list[Stop]]) -> None:
    place, stops = walked
    with in_brackets(place.town.app):
        found = [f"{stop.name}: {text}" for stop, html in html_of(place, stops) for text in outside(html)]
    print(f"GATE walked-words unsaid={len(found)} limit=0 n={len(stops)}")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_is_written_in_every_language(walked: tuple[Place, list[Stop]], language: str) -> None:
    """The states of a case and a referral themselves are told by codes: the gate of brackets has read them all."""
    place, stops = walked
    everybody_reads(place.town.house, language)
    for stop, html in html_of(place, [stop for stop in stops if not stop.name.startswith(STATES)]):
        assert f'<html lang="{language.replace("_", "-")}"' in html, stop.name
        assert "\ufdd0" not in html and "\ufdd1" not in html, stop.name
        assert html.count("<h1") == 1 and "<title>Work</title>" in html or language != "en", stop.name
        assert weight(html.encode()) <= PAGE_AT_MOST and not hosts_outside(html), stop.name
    everybody_reads(place.town.house, "en")


def test_pages_of_every_state_can_be_used(walked: tuple[Place, list[Stop]], pages: list[Route]) -> None:
    """Those that no other gate looks at; `python -m tests.desk.usable` looks at all, at both widths."""
    place, stops = walked
    chosen = [
        stop for stop in stops if stop.path.startswith(BESIDE) or template_of(pages, stop.route_path) in HERE
    ]  # fmt: skip
    with chromium() as browser:
        place.browser = browser
        found = faults_of(place, chosen, ["phone"])
        place.leave()
        place.browser = None
    print(f"GATE walked-usable faults={len(found)} limit=0 n={len(chosen)}")
    assert not found, "\n".join(found)
