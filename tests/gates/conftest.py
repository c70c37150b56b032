"""The scene of the gates: built once for each engine and test process, used by every gate that only asks."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from app.kit import migrate
from tests.conftest import ENGINE_KINDS
from tests.gates.scene import Scene, open_scene
from tests.postgres import SERVING


@pytest.fixture(scope="session", params=ENGINE_KINDS)
def scene(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """The running program with every role in seven offices, on each engine."""
    folder = tmp_path_factory.mktemp("gates")
    if request.param == "postgresql":
        cluster = request.getfixturevalue("postgres")
        template = cluster.template("waymark_template", migrate.upgrade)
        with cluster.database(template, SERVING) as url, open_scene(url, folder) as opened:
            yield opened
        return
    path = folder / "gates.db"
    shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
    with open_scene(f"sqlite:///{path}", folder) as opened:
        yield opened
