"""Metrics: each figure is there, at an address of its own, and no label ever comes from what somebody sent."""

from __future__ import annotations

import socket
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi.testclient import TestClient
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import ValidationError
from sqlalchemy import insert

import app.main
from app.kit.bundle import DATA, name_of
from app.kit.clock import SettableClock
from app.kit.db import Database
from app.metrics.counted import METHODS, OTHER, Counted
from app.metrics.installation import Installation
from app.metrics.listener import listening_for_one
from app.models.outbox import OutboxRow
from app.settings import Settings
from app.worker import Worker
from tests.conftest import START
from tests.factories.houses import CHEAP
from tests.inspect import writing

CANARIES = ("Zenobia", "zenobia", "KANARIE", "0812345678", "canary.example")
STATUSES = {"2xx", "3xx", "4xx", "5xx", OTHER}


def labels_of(text: str) -> Iterator[tuple[str, str, str]]:
    """Every (metric, label, value) of an exposition."""
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            for name, value in sample.labels.items():
                yield sample.name, name, value


def of_nowhere(text: str) -> list[tuple[str, str, str]]:
    return [each for each in labels_of(text) if any(canary in each[2] for canary in CANARIES)]


@pytest.fixture
def program(database_url: str, tmp_path: Path, clock: SettableClock) -> Iterator[Any]:
    settings = Settings(
        environment="demo", var=tmp_path / "var", database_url=database_url, metrics_listen="127.0.0.1:0"
    )
    made = app.main.create_app(settings, clock, passwords=CHEAP)
    yield made
    made.state.house.db.dispose()


def knocked(program: Any) -> None:
    """Requests that carry canaries wherever a request can carry anything."""
    client = TestClient(program, base_url="http://localhost", raise_server_exceptions=False)
    for method in ("GET", "POST", "PUT", "KANARIE", "DELETE", "OPTIONS"):
        for path in (
            "/health", "/health/live", "/Zenobia", "/cases/zenobia", "/api/v1/cases/0812345678/steps/zenobia?q=Zenobia",
            "/api/v1/Zenobia", "/static/zenobia.css", "/exchange/v1/zenobia", "/api/v1/auth/token?name=Zenobia",
        ):  # fmt: skip
            # A client may refuse to send something; nothing is counted then.
            with suppress(ValueError):
                client.request(
                    method, path, content=b"username=Zenobia&password=0812345678",
                    headers={"Content-Type": "application/x-www-form-urlencoded", "X-Forwarded-For": "0812345678",
                             "User-Agent": "Zenobia", "Cookie": "demo-waymark=KANARIE", "Referer": "canary.example"},
                )  # fmt: skip
    client.get("/health", headers={"Host": "canary.example"})


def test_no_label_comes_from_what_somebody_sent(program: Any) -> None:
    knocked(program)
    text = generate_latest(program.state.counted.registry).decode()
    routes = {route.path for route in program.state.routes}
    found = list(labels_of(text))
    assert of_nowhere(text) == [] and not any(canary in text for canary in CANARIES)
    closed = {"route": routes | {OTHER}, "method": METHODS | {OTHER}, "status": STATUSES}
    for metric, name, value in found:
        assert name == "le" or value in closed[name], (metric, name, value)
    seen = {value for _, name, value in found if name == "route"}
    assert {"/health", "/health/live", OTHER, "/api/v1/auth/token"} <= seen
    print(f"GATE metrics labels_from_input=0 limit=0 n={len(found)}")

    # The mutant: a count that takes a path as it came.
    careless = Counted()
    careless.know(["/Zenobia"])
    careless.request("/Zenobia", "GET", 200, 0.1)
    assert of_nowhere(generate_latest(careless.registry).decode())


def test_connections_and_waits_are_counted(program: Any) -> None:
    house = program.state.house
    held = program.state.counted.registry.get_sample_value
    with house.db.read() as session:
        session.connection()
        assert held("waymark_database_connections_in_use") == 1
    assert held("waymark_database_connections_in_use") == 0
    assert held("waymark_database_connection_wait_seconds_count") >= 1


def test_effects_and_rounds_are_counted_by_words_of_the_code(program: Any) -> None:
    house = program.state.house
    counted = program.state.counted
    country = sorted(house.policies.countries)[0]
    _put(house.db, effect="deliver", to_country=country, payload="{}")
    _put(house.db, effect="Zenobia", to_country="ZZ", payload="{}")
    worker = Worker(house, counted=counted)
    assert worker.drain(2) == 2
    worker.ring()
    held = counted.registry.get_sample_value
    assert held("waymark_messages_total", {"partner": country, "outcome": "postponed"}) == 1
    assert held("waymark_messages_total", {"partner": OTHER, "outcome": "postponed"}) == 1
    assert held("waymark_effects_total", {"effect": OTHER, "outcome": "postponed"}) == 1
    assert held("waymark_worker_rounds_total", {"round": "wake", "outcome": "made"}) == 1
    assert of_nowhere(generate_latest(counted.registry).decode()) == []


def test_the_installation_is_asked_when_somebody_reads(program: Any, tmp_path: Path, clock: SettableClock) -> None:
    house = program.state.house
    country = sorted(house.policies.countries)[0]
    _put(house.db, effect="deliver", to_country=country, created_at=START - timedelta(hours=2))
    _put(house.db, effect="follow", to_country=None, attempts=3)
    _put(house.db, effect="deliver", to_country="ZZ")
    (tmp_path / name_of(clock.now() - timedelta(hours=30), DATA)).touch()
    asked = Installation(house.db, clock, tmp_path, house.policies.countries)
    values = {
        (sample.name, *sample.labels.values()): sample.value for family in asked.collect() for sample in family.samples
    }
    assert values["waymark_database_answers",] == 1
    assert values["waymark_outbox_waiting", country] == 1
    assert values["waymark_outbox_waiting", "home"] == 1
    assert values["waymark_outbox_waiting", OTHER] == 1
    assert values["waymark_outbox_failing",] == 1
    assert values["waymark_outbox_oldest_seconds",] == 7200
    assert values["waymark_deadlines_late",] == 0
    assert values["waymark_jobs", "waiting"] == 0
    assert values["waymark_backup_age_seconds", DATA] == 30 * 3600


def test_it_says_that_the_database_is_away_and_no_more(tmp_path: Path, clock: SettableClock) -> None:
    database = Database(f"sqlite:///{tmp_path / 'empty.db'}")
    asked = Installation(database, clock, None, ())
    assert {sample.name: sample.value for family in asked.collect() for sample in family.samples} == {
        "waymark_database_answers": 0
    }
    database.dispose()


def test_it_listens_where_the_settings_say_and_nowhere_else(program: Any, clock: SettableClock) -> None:
    house = program.state.house
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = program.state.html.state.settings.model_copy(update={"metrics_listen": f"127.0.0.1:{port}"})
    with listening_for_one(settings, program.state.counted, house.db, clock):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
            text = answer.read().decode()
        assert "waymark_outbox_waiting" in text and "waymark_database_connections_in_use" in text
        with pytest.raises(ValueError, match="cannot be listened on"), listening_for_one(
            settings, Counted(), house.db, clock
        ):
            raise AssertionError
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics")
    # The public door knows no such page, whatever the settings say.
    client = TestClient(program, base_url="http://localhost")
    assert client.get("/metrics").status_code == 404


def test_without_the_setting_nothing_is_counted(tmp_path: Path) -> None:
    settings = Settings(environment="demo", var=tmp_path)
    assert app.main.counted_of(settings, SimpleNamespace()) is None  # type: ignore[arg-type]
    with listening_for_one(settings, None, SimpleNamespace(), SettableClock(START)):  # type: ignore[arg-type]
        pass


@pytest.mark.parametrize("value", ["9400", "127.0.0.1", "127.0.0.1:x", "127.0.0.1:65536", ":9400"])
def test_an_address_that_is_none_is_refused(value: str, tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="WAYMARK_METRICS_LISTEN"):
        Settings(environment="demo", var=tmp_path, metrics_listen=value)


def _put(database: Database, created_at: datetime = START, **values: Any) -> None:
    row = {
        "country": "TH", "line": f"line-{values['effect']}-{values['to_country']}", "seq": 1, "payload": "{}",
        "created_at": created_at, "next_at": START, "attempts": 0, **values,
    }  # fmt: skip
    with writing(database) as session:
        session.execute(insert(OutboxRow), row)
