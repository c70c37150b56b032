"""Every page in a real browser: no fault that axe finds, nothing that sticks out, no low button, no other host."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.app.access.served import served
from tests.desk.eyes import (
    PAGE_AT_MOST,
    SCRIPT_AT_MOST,
    STYLE_AT_MOST,
    axe_faults,
    hosts_outside,
    overflow,
    small_buttons,
    weight,
)
from tests.desk.place import COOKIE, VIEWS, chromium
from tests.gates.filling import path_of, query_of
from tests.gates.reading_pages import TRYING, everybody_reads, seen, sign_in
from tests.gates.scene import Scene

pytestmark = pytest.mark.parametrize("scene", ["sqlite"], indirect=True)
# What everybody gets in a form of their own.
_OF_ROLES = ("/",)

Look = tuple[str, str, str]


@pytest.fixture(scope="module")
def looks(scene: Scene) -> list[Look]:
    """Every page with whoever is the first to see it, and those that differ by role with each role: name, role, path.

    Asked for without a browser, while it weighs nothing.
    """
    everybody_reads(scene.house, "en")
    cookies = {role: sign_in(scene, role) for role in TRYING}
    found = []
    for page in seen(scene, "en", cookies):
        if page.status == 200:
            path, query = path_of(page.route, scene.subjects["home"]), query_of(page.route, scene.subjects["home"])
            roles = TRYING if page.route.path in _OF_ROLES else (page.role,)
            found += [(page.route.path, role, f"{path}?{query}" if query else str(path)) for role in roles]
    return found


@pytest.fixture
def cookies(scene: Scene) -> dict[str, str]:
    """A fresh session for every role: some pages that were looked at end what came before."""
    return {role: sign_in(scene, role) for role in TRYING}


def test_no_page_weighs_too_much_or_asks_another_host(
    scene: Scene, looks: list[Look], cookies: dict[str, str]
) -> None:
    heaviest, faults = ("", 0), []
    for name, role, path in looks:
        at, _, query = path.partition("?")
        headers = {"accept": "text/html"} | ({"cookie": cookies[role]} if role in cookies else {})
        answer = scene.knocker.knock("GET", at, query=query, headers=headers)
        html, heavy = answer.body.decode(), weight(answer.body)
        heaviest = max(heaviest, (name, heavy), key=lambda each: each[1])
        faults += [f"{name}: asks {host}" for host in hosts_outside(html)]
        faults += [f"{name}: {heavy} bytes"] * (heavy > PAGE_AT_MOST)
    print(f"GATE page-bytes {heaviest[0]}={heaviest[1]} limit={PAGE_AT_MOST} n={len(looks)}")
    for asset in scene.app.state.html.state.site.pages.assets.values():
        most = STYLE_AT_MOST if "css" in asset.media_type else SCRIPT_AT_MOST
        print(f"GATE asset-bytes {asset.media_type}={weight(asset.content)} limit={most}")
        faults += [f"{asset.media_type}: {weight(asset.content)} bytes"] * (weight(asset.content) > most)
    assert not faults, "\n".join(faults)


def test_everybody_can_use_every_page(scene: Scene, looks: list[Look], cookies: dict[str, str]) -> None:
    faults = []
    with served(scene) as base, chromium() as browser:
        context = browser.new_context(viewport=VIEWS["phone"], bypass_csp=True)
        page = context.new_page()
        asked: set[str] = set()
        page.on("request", lambda request: asked.add(request.url.partition("/")[2].split("/")[1]))
        for name, role, path in looks:
            context.clear_cookies()
            if role in cookies:
                value = cookies[role].partition("=")[2]
                context.add_cookies([{"name": COOKIE, "value": value, "url": base}])
            page.set_viewport_size(VIEWS["phone"])
            page.goto(base + path)
            found = axe_faults(page) + small_buttons(page) + overflow(page)
            faults += [f"{name} ({role}): {fault}" for fault in found]
        others = asked - {base.partition("//")[2]}
    print(f"GATE usable faults={len(faults)} limit=0 n={len(looks)} hosts={len(others)}")
    assert not faults and not others, "\n".join([*faults, *others])


def test_the_gate_bites_its_mutants(scene: Scene, cookies: dict[str, str]) -> None:
    """A field without a label, a wide table, a low button, and a script from elsewhere."""
    with served(scene) as base, chromium() as browser:
        context = browser.new_context(viewport=VIEWS["phone"], bypass_csp=True)
        page = context.new_page()
        page.goto(base + "/sign-in")
        assert axe_faults(page) == small_buttons(page) == []
        page.evaluate(
            "document.querySelector('main').insertAdjacentHTML('beforeend', '<input name=x>"
            "<p><button style=\"min-height:0;padding:0\">x</button><p style=\"width:40rem\">wide')"
        )
        assert any(fault.startswith("label ") for fault in axe_faults(page))
        assert len(small_buttons(page)) == 1
        assert overflow(page)
    assert hosts_outside('<script src="https://cdn.example/x.js"></script>') == ["https://cdn.example/x.js"]
    assert hosts_outside('<form action="//elsewhere.example/x">') and not hosts_outside('<a href="/me">')


@pytest.fixture(autouse=True)
def _english(scene: Scene) -> Iterator[None]:
    everybody_reads(scene.house, "en")
    yield
