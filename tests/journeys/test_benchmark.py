"""The benchmark runs and prints its ratios, and its floor does the durable work of the program; nothing is timed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event

from benchmarks import floor, small_house, step_and_timeline
from benchmarks.floor import Driver, Floor
from benchmarks.step_and_timeline import ACTS, Caller
from tests.factories.forms import form
from tests.factories.staff import token_for
from tests.postgres import Cluster

CHANGES = re.compile(r"(INSERT|UPDATE|DELETE)\s+(?:INTO\s+|FROM\s+)?(\w+)")
TINY = ["--seconds", "0.5", "--most", "6", "--cases", "2", "--entries", "12"]
ROOT = Path(__file__).resolve().parents[2]


def test_it_runs_and_prints_ratios(engine_kind: str, tmp_path: Path) -> None:
    written = tmp_path / "figures.json"
    done = _benchmark("--engine", engine_kind, *TINY, "--clients", "1", "2", "--json", str(written))
    assert done.returncode == 0, done.stderr
    figures = json.loads(written.read_text())
    assert {"sqlite": "SQLite", "postgresql": "fsync=on"}[engine_kind] in figures["engine"]
    assert [(line["act"], line["clients"]) for line in figures["lines"]] == [
        (act, clients) for act in ACTS for clients in (1, 2)
    ]
    for line in figures["lines"]:
        assert line["ratio"] > 0 and line["http"]["count"] > 0 and line["driver"]["count"] > 0
        assert f"{line['ratio']:.3f}" in done.stdout


@pytest.mark.parametrize("act", ACTS)
def test_the_floor_writes_what_the_program_writes(act: str, tmp_path: Path) -> None:
    with ExitStack() as stack:
        url, _ = stack.enter_context(small_house.database("sqlite", tmp_path))
        built = small_house.build(url, tmp_path, cases=1, entries=1)
        stack.callback(built.house.db.dispose)
        client = stack.enter_context(TestClient(built.app, base_url="http://localhost"))
        bodies = {kind: form(built.house, kind) for kind in ("placement", "consent_withdrawal")}
        versions = step_and_timeline._versions(built, built.over_http)
        caller = Caller(client, token_for(built.house, built.worker), built.over_http, bodies, versions)
        by_program = _changes_of_program(built, caller.act(act))

        driver = floor.connect(url, threading.Lock())
        stack.callback(driver.connection.close)
        by_driver = _changes_of_driver(
            driver, Floor(driver, built.by_driver, built.worker.id, built.worker.office_id).act(act)
        )
    assert by_program and by_program == by_driver


def test_a_database_that_holds_cases_is_left_alone(postgres: Cluster) -> None:
    with postgres.database() as url:
        # One act of each sort is enough to leave cases behind.
        first = _benchmark(*TINY, "--most", "1", "--cases", "1", "--entries", "1", "--clients", "1", DATABASE_URL=url)
        assert first.returncode == 0, first.stderr
        assert json.loads(first.stdout.splitlines()[-1])["lines"]
        second = _benchmark(*TINY, "--clients", "1", DATABASE_URL=url)
    assert second.returncode == 2
    assert "give it an empty database" in second.stderr


def _benchmark(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run it the way people do."""
    clean = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return subprocess.run(
        [sys.executable, "-m", "benchmarks.step_and_timeline", *arguments],
        cwd=ROOT, env=clean | environment, capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip


def _changes_of_program(built: small_house.World, act: Callable[[], None]) -> list[tuple[str, ...]]:
    seen: list[str] = []

    def watch(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(built.house.db.engine, "before_cursor_execute", watch)
    act()
    event.remove(built.house.db.engine, "before_cursor_execute", watch)
    return _changes(seen)


def _changes_of_driver(driver: Driver, act: Callable[[], None]) -> list[tuple[str, ...]]:
    seen: list[str] = []
    driver.connection.set_trace_callback(seen.append)
    act()
    driver.connection.set_trace_callback(None)
    return _changes(seen)


def _changes(statements: list[str]) -> list[tuple[str, ...]]:
    """Which tables are changed how, sorted."""
    return sorted(found.groups() for statement in statements if (found := CHANGES.match(statement)))
