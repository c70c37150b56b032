"""A world behind a real port, and a real browser in front of it."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from playwright.sync_api import BrowserContext, sync_playwright

from tests.app.access.world import PASSWORD, World

NAMES = ("chromium", "chromium-browser", "google-chrome")
PHONE = {"width": 360, "height": 740}


@contextmanager
def served(world: World) -> Iterator[str]:
    """The address at which ``world`` answers."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
        config = uvicorn.Config(world.app, log_config=None, lifespan="off", ws="none")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [found]})
        thread.start()
        while not server.started:
            time.sleep(0.02)
        yield f"http://localhost:{port}"
        server.should_exit = True
        thread.join()


def program() -> str:
    """The machine's own Chromium, as Debian and others call it; AssertionError says what to install without."""
    found = next((path for path in map(shutil.which, NAMES) if path), None)
    assert found, "the tests of pages need Chromium: apt-get install chromium (script/test does so where it may)"
    return found


@contextmanager
def browser(*, scripts: bool = True) -> Iterator[BrowserContext]:
    """The machine's own Chromium as a phone; without ``scripts`` it runs none."""
    chromium = program()
    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield started.new_context(viewport=PHONE, java_script_enabled=scripts)
        started.close()


def sign_in(context: BrowserContext, base: str, login: str = "worker") -> None:
    """Sign in as ``login`` in a page of its own."""
    page = context.new_page()
    page.goto(f"{base}/sign-in?next=/me")
    page.fill("#field-username", login)
    page.fill("#field-password", PASSWORD)
    page.click("main form button")
    page.wait_for_url("**/me")
    page.close()
