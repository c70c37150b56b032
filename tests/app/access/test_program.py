"""The whole program: undeclared routes stop it, its headers, its hosts and sizes, its documentation."""

from __future__ import annotations

import re
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Depends, FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import text

import app.main
from app.access.door import Door, needs, public
from app.access.health import STOPPING
from app.access.routes import UndeclaredRoute, check_routes
from app.access.shell import LARGEST_BODY, Shell
from app.kit import migrate
from app.kit.clock import SettableClock
from app.kit.errors import Busy
from app.settings import Settings
from tests.app.access.world import API, CHEAP, POLICIES, World
from tests.inspect import tampering

SAFE = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
}


def silent() -> dict[str, str]:
    return {}


def both(door: Annotated[Door, Depends(needs("case:read"))]) -> None:
    del door


def unknown(door: Annotated[Door, Depends(needs("case:raed"))]) -> None:
    del door


@pytest.mark.parametrize(
    ("endpoint", "told"),
    [
        (silent, "declares no permission"),
        (public("open")(both), "at the same time"),
        (unknown, "does not know"),
    ],
)
@pytest.mark.parametrize("deep", [False, True])
def test_a_badly_declared_route_stops_the_start(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    clock: SettableClock,
    endpoint: object,
    told: str,
    deep: bool,
) -> None:
    inner, outer = APIRouter(), APIRouter(prefix="/deep")
    inner.add_api_route("/hole", endpoint, methods=["GET"])  # type: ignore[arg-type]
    outer.include_router(inner)
    monkeypatch.setattr(app.main, "load_policies", lambda _folder=None: POLICIES)
    monkeypatch.setattr(app.main, "ROOMS", ("accounts", "hole"))
    monkeypatch.setitem(__import__("sys").modules, "app.hole.api", SimpleNamespace(router=outer if deep else inner))
    settings = Settings(environment="demo", var=tmp_path / "var")
    with pytest.raises(UndeclaredRoute, match=told) as stop:
        app.main.create_app(settings, clock, passwords=CHEAP)
    assert "/hole" in str(stop.value)


def test_a_mounted_program_is_looked_into() -> None:
    outside, inside = FastAPI(openapi_url=None), FastAPI(openapi_url=None)
    inside.add_api_route("/hole", silent)
    outside.mount("/part", inside)
    with pytest.raises(UndeclaredRoute, match="/part/hole"):
        check_routes(outside, POLICIES)
    with pytest.raises(UndeclaredRoute, match="/docs"):
        check_routes(FastAPI(), POLICIES)


def test_every_route_is_in_the_inventory(world: World) -> None:
    routes = {route.path: route for route in world.app.state.routes}
    assert routes[f"{API}/me"].permission == "account:self"
    assert routes[f"{API}/auth/token"].open_because
    assert routes[f"{API}/users/{{user_id}}/roles"].versioned
    assert {path for path, route in routes.items() if route.open_because} == {
        "/health", "/health/live", "/health/ready",
        f"{API}/auth/token", f"{API}/auth/refresh", f"{API}/openapi.json", f"{API}/docs",
        "/sign-in", "/sign-in/code", "/sign-in/organisation", "/sign-in/organisation/back", "/neutral", "/locked",
        "/static/{name}", "/exchange/v1/inbox", "/exchange/v1/receipts", "/exchange/v1/epochs",
        "/exchange/v1/capabilities",
    }  # fmt: skip
    for path in ("/", "/me"):
        assert routes[path].html and routes[path].guarded and routes[path].permission == "account:self"
    assert not any(route.html or route.guarded for route in routes.values() if route.path.startswith(API))


def test_every_answer_carries_safe_headers(world: World) -> None:
    world.headers("worker")
    answers = [
        world.get("worker", "/me"), world.get(None, "/me"), world.get("worker", "/nowhere"),
        world.post("worker", "/trial/broken-commits"), world.client.get("/health"), world.client.get(f"{API}/docs"),
        world.client.get("/health", headers={"host": "evil.example"}), world.client.put(f"{API}/me"),
        world.client.post(f"{API}/trial/notes", content=b"x" * (LARGEST_BODY + 1)),
    ]  # fmt: skip
    assert [answer.status_code for answer in answers] == [200, 401, 404, 500, 200, 200, 400, 405, 413]
    for answer in answers:
        assert {name: answer.headers[name] for name in SAFE} == SAFE
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert re.fullmatch("[0-9a-f]{32}", answer.headers["x-correlation-id"])
        assert "strict-transport-security" not in answer.headers
    assert len({answer.headers["x-correlation-id"] for answer in answers}) == len(answers)


def test_production_adds_hsts_and_wants_host_names() -> None:
    async def inner(_scope: object, _receive: object, send: object) -> None:
        await send({"type": "http.response.start", "status": 204, "headers": []})  # type: ignore[operator]
        await send({"type": "http.response.body", "body": b""})  # type: ignore[operator]

    client = TestClient(Shell(inner, ["way.example"], True), base_url="http://way.example:8443")  # type: ignore[arg-type]
    assert "max-age" in client.get("/").headers["strict-transport-security"]
    for hosts in ([], ["*"], ["way.example", "*"]):
        with pytest.raises(ValueError, match="host names"):
            Shell(inner, hosts, True)  # type: ignore[arg-type]


def test_only_known_hosts_are_served(world: World) -> None:
    for host in ("localhost", "localhost:8000", "LOCALHOST", "127.0.0.1:1", "[::1]:8000", "[::1]"):
        assert world.client.get("/health", headers={"host": host}).status_code == 200, host
    for host in ("evil.example", "localhost.evil.example", "localhost:8000:1", "", "localhost@evil.example"):
        answer = world.client.get("/health", headers={"host": host})
        assert (answer.status_code, answer.json()["code"]) == (400, "unknown_host"), host


def test_a_body_may_not_be_larger_than_a_mebibyte(world: World) -> None:
    headers = world.headers("worker", Idempotency_Key="k") | {"content-type": "application/json"}

    def pieces(size: int) -> object:
        yield b'{"text": "'
        for _ in range(size // 1024):
            yield b"x" * 1024
        yield b'"}'

    for content in (b" " * (LARGEST_BODY + 1), pieces(LARGEST_BODY)):
        answer = world.client.post(f"{API}/trial/notes", content=content, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
        assert answer.headers["content-type"] == "application/problem+json"
    assert world.entries("noted") == []


def test_health_says_whether_the_database_answers(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert world.client.get("/health").json() == {"status": "ok"}

    def gone() -> None:
        raise Busy()

    monkeypatch.setattr(type(world.house.db), "read", lambda _self: gone())
    for path, word in (("/health", "unavailable"), ("/health/ready", "database_away")):
        answer = world.client.get(path)
        assert (answer.status_code, answer.json()) == (503, {"status": word})
    # Nothing is mended by a new start, and nobody is to try it.
    assert world.client.get("/health/live").json() == {"status": "ok"}


def test_a_program_is_ready_with_its_own_tables_and_with_newer_ones(world: World) -> None:
    """While an installation is brought up to date the tables are newer than the programs that still serve."""
    for revision, status, word in (
        (migrate.head(), 200, "ready"), ("999_of_the_next_program", 200, "ready"),
        (migrate.revisions()[-2], 503, "not_migrated"), (f"{migrate.RESTORING}{migrate.head()}", 503, "restoring"),
        (None, 503, "not_migrated"), (migrate.head(), 200, "ready"),
    ):  # fmt: skip
        with tampering(world.house.db) as session:
            session.execute(text("DELETE FROM alembic_version"))
            if revision is not None:
                session.execute(text("INSERT INTO alembic_version VALUES (:at)"), {"at": revision})
        answer = world.client.get("/health/ready")
        assert (answer.status_code, answer.json()) == (status, {"status": word})


def test_a_program_that_stops_says_so_and_closes_its_lines(world: World) -> None:
    told = threading.Event()

    async def served(scope: Any, receive: Any, send: Any) -> None:
        scope.setdefault("state", {})[STOPPING] = told
        await world.app(scope, receive, send)

    client = TestClient(served, base_url="http://localhost")
    before = client.get("/health/ready")
    assert (before.status_code, before.headers.get("connection")) == (200, None)
    told.set()
    after = client.get("/health/ready")
    assert (after.status_code, after.json()) == (503, {"status": "stopping"})
    assert after.headers["connection"] == "close"
    assert client.get("/health/live").status_code == 200


def test_openapi_describes_every_route_completely(world: World) -> None:
    answer = world.client.get(f"{API}/openapi.json")
    document = answer.json()
    assert answer.status_code == 200
    assert document["servers"] == [{"url": API}]
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            name = f"{method} {path}"
            assert operation["summary"], name
            assert "x-permission" in operation or operation["x-open-because"], name
            assert bool(operation["security"]) == ("x-permission" in operation), name
            assert {"422", "500", "default"} <= set(operation["responses"]), name
            assert "HTTPValidationError" not in str(operation), name
            if "x-permission" in operation:
                assert {"401", "403"} <= set(operation["responses"]), name
    notes = document["paths"]["/trial/notes"]["post"]
    assert [parameter["name"] for parameter in notes["parameters"]] == ["Idempotency-Key"]
    assert notes["x-roles"] == ["worker"]
    logout = document["paths"]["/auth/logout"]["post"]
    assert "parameters" not in logout
    roles = document["paths"]["/users/{user_id}/roles"]["post"]
    assert {p["name"] for p in roles["parameters"]} == {"user_id", "Idempotency-Key", "If-Match"}
    assert "428" in roles["responses"] and "404" in roles["responses"]


def test_the_docs_page_needs_nothing_from_elsewhere(world: World) -> None:
    answer = world.client.get(f"{API}/docs")
    page = answer.text
    assert answer.headers["content-type"].startswith("text/html")
    assert "<script" not in page and " on" + "click" not in page
    assert not re.search(r"(src|href)=\"(?!#|/api/v1/openapi\.json)", page)
    assert "http://" not in page and "https://" not in page
    assert "style-src 'sha256-" in answer.headers["content-security-policy"]
    for word in (
        "/users/{user_id}/roles",
        "Idempotency-Key",
        "If-Match",
        "account:manage",
        "GrantOut",
        "expires_in",
    ):
        assert word in page
    assert page.count("<h3>") > 10


def test_a_worker_runs_beside_the_doors(world: World) -> None:
    ran: list[bool] = []
    program = world.app
    program.state.worker = lambda stop: ran.append(stop.wait(10))
    with TestClient(program, base_url="http://localhost") as client:
        assert client.get("/health").status_code == 200
        assert ran == []
    assert ran == [True]


def test_the_program_starts_with_the_policies_of_the_house(tmp_path: Path, clock: SettableClock) -> None:
    """Also: everybody can reach their own account, and who manages accounts reaches no case content."""
    program = app.main.create_app(Settings(environment="demo", var=tmp_path / "var"), clock, passwords=CHEAP)
    policies = program.state.policies
    for name in policies.roles:
        assert policies.scope_for([name], "account:self"), name
        if policies.scope_for([name], "account:manage"):
            for content in ("case:read", "record:read", "identity:reveal"):
                assert not policies.scope_for([name], content), (name, content)
    assert {"/api/v1/me", "/health"} <= {route.path for route in program.state.routes}
