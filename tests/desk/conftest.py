"""The served world of the desk's tests: built once, with one browser for every file that asks for one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desk.place import Place, chromium, open_place


@pytest.fixture(scope="session")
def world_place(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Two countries in one installation on SQLite, answering at a port; nobody looks at it yet."""
    folder = tmp_path_factory.mktemp("desk")
    shutil.copyfile(sqlite_template, folder / "desk.db")
    with open_place(f"sqlite:///{folder / 'desk.db'}", folder) as place:
        yield place


@pytest.fixture(scope="module")
def browsing(world_place: Place) -> Iterator[Place]:
    """The same place with a browser before it.

    The browser lives no longer than a file: while it does, no other event loop can run in this thread.
    """
    with chromium() as browser:
        world_place.browser = browser
        yield world_place
        world_place.browser = None


@pytest.fixture
def place(browsing: Place) -> Iterator[Place]:
    """The place for one test; windows that it opened are closed behind it."""
    yield browsing
    browsing.leave()
