"""G27, the part about answers: whatever a route answers, its headers are safe and nothing comes from elsewhere."""

from __future__ import annotations

import re
import uuid
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest

from app.access import shell
from app.access.shell import LARGEST_BODY
from app.kit.clock import SettableClock
from app.settings import Settings
from tests.factories import cases, programs
from tests.factories.towns import API, Town, open_town

PARAMETER = re.compile(r"\{[^}]+\}")
# An address that a browser would fetch by itself.
ELSEWHERE = re.compile(
    r"(?:src|href|action|srcset|data)\s*=\s*[\"']?\s*(?:https?:)?//|url\(\s*[\"']?(?:https?:)?//", re.IGNORECASE
)
WANTED = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
DEEP = b"[" * 200_000


@pytest.fixture
def town(tmp_path_factory: pytest.TempPathFactory, settings: Settings, clock: SettableClock) -> Iterator[Town]:
    """A town behind the shell of production, so that HSTS is asked for too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shell, "_ALWAYS", {**shell._ALWAYS, **shell._HSTS})
        # A program of its own: others of this process stand behind the usual shell.
        patch.setattr(programs, "_FREE", defaultdict(list))
        with open_town(settings, clock) as opened:
            yield opened


def lacks(answer: Any, *, hsts: bool = True) -> list[str]:
    """What a safe answer has and this one has not."""
    headers = answer.headers
    found = [name for name, value in WANTED.items() if headers.get(name) != value]
    policy = headers.get("content-security-policy", "")
    if "frame-ancestors 'none'" not in policy or "default-src 'none'" not in policy:
        found.append("content-security-policy")
    if "unsafe" in policy or "*" in policy or "http" in policy:
        found.append("content-security-policy allows too much")
    # What the browser may keep holds no data: a style sheet or a picture, named by its content.
    if headers.get("cache-control") != "no-store" and not _is_fixed(answer):
        found.append("cache-control")
    if hsts and "max-age" not in headers.get("strict-transport-security", ""):
        found.append("strict-transport-security")
    if answer.headers.get("content-type", "").startswith("text/html") and ELSEWHERE.search(answer.text):
        found.append("something from elsewhere")
    if "server" in headers or "x-powered-by" in headers:
        found.append("says what it runs on")
    return found


def _is_fixed(answer: Any) -> bool:
    kind = answer.headers.get("content-type", "").partition(";")[0]
    return kind in ("text/css", "image/svg+xml", "image/png", "font/woff2", "text/javascript", "image/x-icon")


def answers(town: Town) -> Iterator[tuple[str, Any]]:
    """Every route in every way it can be knocked at: nobody, the wrong one, the right one, badly, too much."""
    worker, admin = town.th["national_focal_point"], town.th["administrator"]
    case_id = cases.open_case(town.house, town.th["social_worker"])
    for route in town.app.state.routes:
        ids = iter([case_id, "screening", case_id])
        path = PARAMETER.sub(lambda _match: next(ids, "x"), route.path)  # noqa: B023
        for method in sorted(route.methods or {"GET"}):
            name = f"{method} {route.path}"
            yield f"{name} by nobody", town.client.request(method, path)
            if path.endswith("/auth/logout"):
                continue  # it would end the sign-ins that the rest needs
            for who in (worker, admin):
                headers = town.headers(who, Idempotency_Key=uuid.uuid4().hex)
                yield f"{name} signed in", town.client.request(method, path, headers=headers)
            yield f"{name} by a wrong method", town.client.request("PATCH", path, headers=town.headers(worker))
            if method != "GET":
                yield f"{name} unreadable", _send(town, method, path, b'{"half')
                yield f"{name} deep", _send(town, method, path, DEEP)
                yield f"{name} too large", _send(town, method, path, b" " * (LARGEST_BODY + 1))
    for path in ("/", "/nowhere", f"{API}/nowhere", f"{API}/cases/{uuid.uuid4()}", "/static/../settings", "/health"):
        yield f"GET {path}", town.client.get(path, headers=town.headers(worker))
    yield "another host", town.client.get("/health", headers={"host": "evil.example"})


def _send(town: Town, method: str, path: str, content: bytes) -> Any:
    headers = town.headers(town.th["administrator"], Idempotency_Key=uuid.uuid4().hex)
    return town.client.request(method, path, content=content, headers={**headers, "content-type": "application/json"})


FILES = (
    f"POST {API}/cases/{{case_id}}/documents ", "POST /cases/{reference}/documents/new ", f"POST {API}/imports ",
    "POST /reports/imports ",
)  # fmt: skip


@pytest.mark.parametrize("engine_kind", ["sqlite"])
def test_every_answer_of_every_route_is_safe(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = list(answers(town))
    bad = {name: found for name, answer in asked if (found := lacks(answer))}
    broken = {name: answer.status_code for name, answer in asked if answer.status_code >= 500}
    assert bad == {} and broken == {}
    seen = {answer.status_code for _, answer in asked}
    assert {200, 400, 401, 403, 404, 405, 413, 422} <= seen, seen
    for name, answer in asked:
        if name.endswith("too large"):
            # A file may be larger (its own cap: tests/app/documents); this one is no form, or nobody's.
            wanted = (403, 415) if name.startswith(FILES) else (413,)
            assert answer.status_code in wanted, (name, answer.status_code)
        if name.endswith(("deep", "unreadable")):
            # A page takes forms only, and so does the route of files: anything else is of a type not read here (415).
            page = (415,) if API not in name or name.startswith(FILES) else ()
            assert answer.status_code in (400, 401, 403, 404, 409, 422, 428, *page), (name, answer.status_code)
    # The mutant: a shell that sets nothing.
    monkeypatch.setattr(shell, "_DEFAULTS", {})
    mutant = sum(bool(lacks(town.client.get(path))) for path in ("/health", f"{API}/me", f"{API}/nowhere"))
    assert mutant == 3
    print(f"GATE g27-answers unsafe={len(bad)} limit=0 n={len(asked)} mutant={mutant}")


@pytest.mark.parametrize("engine_kind", ["sqlite"])
def test_what_breaks_inside_is_a_safe_answer_too(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("Somchai is in the shelter at Tak")

    monkeypatch.setattr("app.cases.service.listed", broken)
    answer = town.get(town.th["supervisor"], "/cases")
    assert answer.status_code == 500 and lacks(answer) == [] and "Somchai" not in answer.text


@pytest.mark.parametrize("engine_kind", ["sqlite"])
def test_deep_and_large_things_inside_a_form_are_refused_not_stumbled_over(town: Town) -> None:
    worker = town.th["social_worker"]
    case_id = cases.open_case(town.house, worker)

    def nested(depth: int) -> Any:
        inner: Any = "x"
        for _ in range(depth):
            inner = {"a": [inner]}
        return inner

    opening = {"source": "police", "child": False}
    for depth in (40, 100, 240):
        for path, body in (
            ("/cases", {**opening, "identity": nested(depth)}),
            (f"/cases/{case_id}/records", {"kind": "screening", "record": nested(depth), "seen_version": 1}),
            (f"/cases/{case_id}/steps/presume", {"record": nested(depth), "given": nested(depth), "seen_version": 1}),
            (f"/cases/{case_id}/identity", {"identity": nested(depth), "seen_version": 1}),
        ):
            answer = town.post(worker, path, body)
            assert 400 <= answer.status_code < 500, (path, depth, answer.status_code)
            assert lacks(answer) == []


@pytest.mark.parametrize("engine_kind", ["sqlite"])
def test_a_body_in_pieces_without_a_length_is_counted(town: Town) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(LARGEST_BODY // 4096 + 1):
            yield b" " * 4096

    headers = {**town.headers(town.th["administrator"], Idempotency_Key="k"), "content-type": "application/json"}
    for path in (f"{API}/users", f"{API}/exports", f"{API}/cases", f"{API}/keys/rotations"):
        answer = town.client.post(path, content=pieces(), headers=headers)
        assert answer.status_code == 413 and lacks(answer) == [], path
