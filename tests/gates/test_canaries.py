"""G10 in the suite: five hundred canaries on each engine, an error that breaks the program, and two leaky programs."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import Request

from app.access import door
from app.cases import service
from app.casework import fieldgroups
from app.kit import migrate, problems
from app.kit.log import logger
from app.main import PREFIX
from tests.conftest import ENGINE_KINDS
from tests.factories.programs import own_programs
from tests.gates.canaries import Flight, fly, overheard, report
from tests.gates.scene import Scene, open_scene
from tests.postgres import SERVING


@pytest.fixture(scope="module", params=ENGINE_KINDS)
def flown(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flight]:
    """A flight over a scene of its own, whose unexpected errors are logged as production logs them: without text."""
    folder = tmp_path_factory.mktemp("canaries")
    install = problems.install
    patched = pytest.MonkeyPatch()
    patched.setattr(problems, "install", lambda app, show_text=False: install(app, show_text=False))
    try:
        with own_programs():
            if request.param == "postgresql":
                cluster = request.getfixturevalue("postgres")
                template = cluster.template("waymark_template", migrate.upgrade)
                with cluster.database(template, SERVING) as url, open_scene(url, folder) as scene:
                    yield fly(scene, folder)
                return
            path = folder / "canaries.db"
            shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
            with open_scene(f"sqlite:///{path}", folder) as scene:
                yield fly(scene, folder)
    finally:
        patched.undo()


def test_canaries_are_found_where_they_belong_and_nowhere_else(flown: Flight) -> None:
    assert report(flown, flown.scene.house.db.dialect)


def test_an_unexpected_error_says_nothing_of_what_it_was_about(flown: Flight, monkeypatch: pytest.MonkeyPatch) -> None:
    word = next(iter(flown.aviary.birds))

    def broken(*_: Any) -> Any:
        raise RuntimeError(f"cannot handle {word}")

    monkeypatch.setattr(service, "listed", broken)
    scene: Scene = flown.scene
    with overheard() as written:
        answer = scene.knocker.knock("GET", f"{PREFIX}/cases", token=scene.token("case_manager@home"))
    assert answer.status == 500
    assert word.encode() not in answer.body
    assert "unexpected_error" in written.getvalue() and word not in written.getvalue()


def test_a_log_of_bodies_is_noticed(flown: Flight, monkeypatch: pytest.MonkeyPatch) -> None:
    quietly = door._fingerprint

    async def aloud(request: Request) -> str:
        logger().info("request_body", text=(await request.body()).decode("utf-8", "replace"))
        return await quietly(request)

    monkeypatch.setattr(door, "_fingerprint", aloud)
    with overheard() as written:
        flight = Flight(flown.scene, flown.aviary).provoke()
    found = flight.read_logs(written.getvalue()).leaks
    assert found
    print(f"GATE g10 mutant=bodies_logged found={len(found)} expected=some n=1")


def test_a_field_group_that_is_not_cut_is_noticed(flown: Flight, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fieldgroups, "sees_record", lambda desk, kind: True)
    flight = Flight(flown.scene, flown.aviary, only=frozenset({"GET /cases/{case_id}/records"})).crawl()
    assert flight.leaks
    print(f"GATE g10 mutant=group_not_cut found={len(flight.leaks)} expected=some n=1")


def test_the_drill_knows_a_canary_in_every_form(flown: Flight, tmp_path: Path) -> None:
    word = next(iter(flown.aviary.birds))
    for content in (word, word.encode(), f"\\x{word.encode().hex()}", f'{{"a":"{word}"}}'.encode()):
        assert [bird.text for bird in flown.aviary.found_in(content)] == [word]
