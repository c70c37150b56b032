"""The door: five cases for a route, what a refusal says, and that an answer leaves only after the commit."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator

import pytest
from sqlalchemy import delete, event, select

from app.kit import log
from app.models.idempotency import IdempotencyKey
from app.models.user import UserRole
from tests.app.access.world import API, World
from tests.inspect import reading, writing

NOTE = {"text": "a"}


def test_anonymous_forbidden_invalid_and_valid(world: World) -> None:
    assert world.post(None, "/trial/notes", NOTE).status_code == 401
    assert world.post("visitor", "/trial/notes", NOTE).status_code == 403
    assert world.post("worker", "/trial/notes", {"text": 1}).status_code == 422
    answer = world.post("worker", "/trial/notes", NOTE)
    assert answer.status_code == 201
    assert answer.json() == {"text": "a", "version": 7}
    assert answer.headers["etag"] == '"7"'
    assert "idempotency-replayed" not in answer.headers


def test_who_may_not_enter_is_not_told_that_the_body_is_wrong(world: World) -> None:
    for body in ("{", '{"text": 1}', "[]", '"\\ud800"', "\xff"):
        sent = {"content": body.encode("latin-1"), "headers": {"content-type": "application/json"}}
        assert world.client.post(f"{API}/trial/notes", **sent).status_code == 401
        sent["headers"] |= world.headers("visitor")
        assert world.client.post(f"{API}/trial/notes", **sent).json()["code"] == "permission_missing"
        sent["headers"] |= world.headers("worker")
        assert world.client.post(f"{API}/trial/notes", **sent).status_code in (400, 422)
    assert world.get(None, "/users?limit=0").status_code == 401
    assert world.get("visitor", "/users?limit=0").status_code == 403
    assert world.get("administrator", "/users?limit=0").status_code == 422


def test_a_refusal_names_the_permission_who_holds_it_and_why(world: World) -> None:
    answer = world.post("visitor", "/trial/notes", NOTE)
    told = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert told["code"] == "permission_missing"
    assert told["permission"] == "case:create"
    assert told["roles"] == ["worker"]
    assert "visitor" in told["why"]
    assert "Lets somebody do case:create" in told["detail"]
    refused = world.entries("refused")
    assert [(row.subject_kind, row.subject_id, row.actor_id) for row in refused] == [
        ("permission", "case:create", world.users["visitor"])
    ]


def test_rights_are_read_on_every_request(world: World) -> None:
    assert world.post("worker", "/trial/notes", NOTE).status_code == 201
    with writing(world.house.db) as session:
        session.execute(delete(UserRole).where(UserRole.role == "worker"))
    assert world.post("worker", "/trial/notes", NOTE).status_code == 403


@pytest.mark.parametrize("path", ["/trial/refusals", "/trial/conflicts"])
def test_a_refusal_inside_undoes_the_effect_and_keeps_the_refusal(world: World, path: str) -> None:
    answer = world.post("worker", path)
    assert answer.status_code == (403 if path == "/trial/refusals" else 409)
    assert world.entries("effect") == []
    assert len(world.entries("refused")) == (1 if path == "/trial/refusals" else 0)
    with reading(world.house.db) as session:
        assert session.execute(select(IdempotencyKey.key)).all() == []


def test_a_commit_that_fails_is_a_500_and_leaves_nothing(world: World) -> None:
    key = "same-key"
    first = world.post("worker", "/trial/broken-commits", key=key)
    assert first.status_code == 500
    told = first.json()
    assert told["correlation"] == first.headers["x-correlation-id"]
    assert "Somchai" not in first.text
    assert first.headers["cache-control"] == "no-store"
    assert world.entries("effect") == []
    with reading(world.house.db) as session:
        assert session.execute(select(IdempotencyKey.key)).all() == []
    assert world.post("worker", "/trial/broken-commits", key=key).status_code == 500


def test_a_look_on_a_reading_desk_fails_loudly(world: World) -> None:
    assert world.get("worker", "/trial/unlogged").status_code == 500
    assert world.entries("effect") == []


def test_authentication_is_one_statement(world: World) -> None:
    world.headers("worker")
    said: list[str] = []
    event.listen(
        world.house.db.engine,
        "before_cursor_execute",
        lambda _c, _cu, text, *_: said.append(text),
        named=False,
    )
    assert world.get("worker", "/trial/cases").json() == []
    asked = [text for text in said if text.lstrip().upper().startswith("SELECT")]
    told = [text for text in asked if "set_config" in text]
    assert len(told) == (1 if world.house.db.dialect == "postgresql" else 0), "row security is told once who asks"
    assert len(asked) - len(told) == 2


def test_problem_documents_for_unknown_paths_and_methods(world: World) -> None:
    for path in ("/nowhere", f"{API}/nowhere", f"{API}/me/", f"{API}//me", "/api/v2/me"):
        answer = world.client.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    for path, form in (("/nowhere", "text/html; charset=utf-8"), (f"{API}/nowhere", "application/problem+json")):
        answer = world.client.get(path, headers={"Accept": "text/html,*/*"})
        assert (answer.status_code, answer.headers["content-type"]) == (404, form)
    answer = world.client.put(f"{API}/me")
    assert answer.status_code == 405
    assert answer.headers["content-type"] == "application/problem+json"
    assert "allow" in answer.headers


def test_a_422_names_field_and_rule_and_never_the_value(world: World) -> None:
    answer = world.post("worker", "/trial/notes", {"text": "ok", "Somchai Jaidee": "her story"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["rule"] == "extra_forbidden"
    assert "Somchai" not in answer.text and "story" not in answer.text


def test_no_log_no_answer(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    case_id = world.add_case("th-a")
    assert world.get("worker", f"/trial/cases/{case_id}").status_code == 200
    assert [row.subject_id for row in world.entries("case_opened")] == [case_id]

    def full(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("app.access.log.noted", full)
    answer = world.get("worker", f"/trial/cases/{case_id}")
    assert answer.status_code == 500
    assert case_id not in json.dumps(answer.json())
    assert len(world.entries("case_opened")) == 1


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What the log says from here on."""
    stream = io.StringIO()
    log.configure(stream)
    yield stream
    log.configure()


def test_the_log_holds_no_path_no_query_and_no_body(world: World, written: io.StringIO) -> None:
    world.get("worker", "/trial/cases/Somchai?permission=case:read&name=Jaidee")
    world.post("worker", "/trial/notes", {"text": "her story"})
    world.client.get("/Somchai/Jaidee")
    lines = written.getvalue()
    assert '"route": "/api/v1/trial/cases/{case_id}"' in lines
    for word in ("Somchai", "Jaidee", "story", "Bearer"):
        assert word not in lines


def test_two_countries_one_house(world: World) -> None:
    world.add_user("mm.worker", "mm-a", "worker")
    case_id = world.add_case("mm-a")
    assert world.get("mm.worker", "/trial/cases").json() == [case_id]
    assert world.get("worker", "/trial/cases").json() == []
