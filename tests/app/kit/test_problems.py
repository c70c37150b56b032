"""Problem documents: the right shape, and never what somebody typed."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

import pytest
from fastapi import FastAPI, HTTPException, Query, Request
from fastapi.testclient import TestClient
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import PydanticCustomError

from app.kit import errors, log, problems
from app.kit.fields import invalid

CANARY = "Somying-Canary-77"


class Colour(StrEnum):
    """A vocabulary."""

    RED = "red"
    BLUE = "blue"


class Form(BaseModel):
    """What a caller may send."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: str = Field(max_length=5)
    age: int = Field(default=1, ge=0, le=120)
    colour: Colour = Field(default=Colour.RED, strict=False)
    reason: str = "because"
    code: str = "ok"

    @field_validator("reason")
    @classmethod
    def _quotes_its_input(cls, value: str) -> str:
        if value != "because":
            raise ValueError(f"{value} is no reason")
        return value

    @field_validator("code")
    @classmethod
    def _own_sentence(cls, value: str) -> str:
        if value != "ok":
            raise PydanticCustomError("code_unknown", "Take a code from the list.")
        return value


def build() -> FastAPI:
    inner = FastAPI(telemetry={"auto_configure": False, "logs": False})

    @inner.post("/forms")
    def take(form: Form, page: Annotated[int, Query(ge=1)] = 1) -> dict[str, int]:
        return {"page": page}

    @inner.get("/raise/{which}")
    def fail(which: str, request: Request) -> None:
        if which == "unexpected":
            raise RuntimeError(f"{CANARY} broke it")
        if which == "teapot":
            raise HTTPException(418, "short and stout")
        if which == "extra":
            raise errors.Conflict("No.", code="blocked", extra={"refusals": [{"code": "x"}]})
        raise getattr(errors, which)()

    problems.install(inner)
    outer = FastAPI(telemetry={"auto_configure": False, "logs": False})
    outer.mount("/api/v1", inner)
    problems.install(outer)
    return outer


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    log.configure(stream)
    yield stream
    log.configure()


@pytest.fixture
def client(lines: io.StringIO) -> TestClient:
    return TestClient(build())


@pytest.mark.parametrize(
    ("which", "status", "code"),
    [
        ("BadRequest", 400, "bad_request"),
        ("Unauthorised", 401, "unauthorised"),
        ("Forbidden", 403, "forbidden"),
        ("NotFound", 404, "not_found"),
        ("Conflict", 409, "conflict"),
        ("StaleVersion", 409, "stale_version"),
        ("Invalid", 422, "invalid"),
        ("PreconditionMissing", 428, "precondition_missing"),
        ("TooMany", 429, "too_many"),
        ("Busy", 503, "busy"),
    ],
)
def test_every_error_becomes_a_problem_document(client: TestClient, which: str, status: int, code: str) -> None:
    answer = client.get(f"/api/v1/raise/{which}")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["type"] == f"urn:waymark:problem:{code}"
    assert (body["status"], body["code"]) == (status, code)
    assert body["title"].endswith(".")
    assert set(body) == {"type", "title", "status", "code", "detail"}


def test_extra_members_travel_and_reserved_ones_are_refused(client: TestClient) -> None:
    body = client.get("/api/v1/raise/extra").json()
    assert body["code"] == "blocked"
    assert body["refusals"] == [{"code": "x"}]
    with pytest.raises(ValueError, match="status"):
        errors.Conflict("No.", extra={"status": 200})


def test_headers_of_an_error_leave_with_it(client: TestClient) -> None:
    assert client.get("/api/v1/raise/Unauthorised").headers["www-authenticate"] == "Bearer"
    assert client.get("/api/v1/raise/Busy").headers["retry-after"] == "2"
    error = errors.TooMany(headers={"Retry-After": "30"})
    assert problems.render(error).headers["retry-after"] == "30"


def test_unknown_paths_and_hidden_things_are_the_same_bytes(client: TestClient) -> None:
    hidden = client.get("/api/v1/raise/NotFound")
    for path in ("/api/v1/no-such-path", "/nowhere", "/api/v1/forms/1/2"):
        unknown = client.get(path)
        assert (unknown.status_code, unknown.content) == (404, hidden.content)


def test_wrong_method_and_other_http_errors_are_problems_too(client: TestClient) -> None:
    answer = client.put("/api/v1/forms")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert answer.headers["allow"] == "POST"
    assert client.get("/api/v1/raise/teapot").json()["code"] == "im_a_teapot"


def test_unexpected_errors_show_a_number_and_log_no_text(client: TestClient, lines: io.StringIO) -> None:
    answer = client.get("/api/v1/raise/unexpected")
    assert answer.status_code == 500
    body = answer.json()
    assert body["correlation"] == answer.headers["x-correlation-id"]
    assert CANARY not in answer.text
    line = json.loads(lines.getvalue())
    assert line["correlation"] == body["correlation"]
    assert line["kind"] == "builtins.RuntimeError"
    assert any(frame.endswith(" fail") for frame in line["frames"])
    assert CANARY not in lines.getvalue()


def test_the_text_is_logged_only_where_all_data_is_invented(lines: io.StringIO) -> None:
    app = FastAPI(telemetry={"auto_configure": False, "logs": False})

    @app.get("/")
    def fail() -> None:
        raise RuntimeError(CANARY)

    problems.install(app, show_text=True)
    assert CANARY not in TestClient(app).get("/").text
    assert json.loads(lines.getvalue())["text"] == CANARY


def test_the_correlation_id_is_ours_and_new_each_time(client: TestClient) -> None:
    first, second = (
        client.get("/api/v1/raise/NotFound", headers={"X-Correlation-Id": "theirs"}).headers for _ in range(2)
    )
    assert first["x-correlation-id"] != second["x-correlation-id"] != "theirs"
    assert first["x-correlation-id"].isalnum()


@pytest.mark.parametrize(
    ("body", "where", "rule"),
    [
        ({}, "name", "missing"),
        ({"name": CANARY}, "name", "string_too_long"),
        ({"name": 12345678}, "name", "string_type"),
        ({"name": "a", "age": -12345678}, "age", "greater_than_equal"),
        ({"name": "a", "age": True}, "age", "int_type"),
        ({"name": "a", "colour": CANARY}, "colour", "enum"),
        ({"name": "a", "reason": CANARY}, "reason", "value_error"),
        ({"name": "a", "code": CANARY}, "code", "code_unknown"),
        ({"name": "a", "owner": CANARY}, "owner", "extra_forbidden"),
        ({"name": "a", f"{CANARY} ran away": 1}, "(unreadable name)", "extra_forbidden"),
    ],
)
def test_broken_rules_name_field_and_rule_and_never_the_value(
    client: TestClient, body: dict[str, object], where: str, rule: str
) -> None:
    answer = client.post("/api/v1/forms", json=body)
    assert answer.status_code == 422
    (broken,) = answer.json()["errors"]
    assert (broken["in"], broken["field"], broken["rule"]) == ("body", where, rule)
    assert broken["sentence"].endswith(".")
    assert "{" not in broken["sentence"]
    assert CANARY not in answer.text
    assert "12345678" not in answer.text


def test_limits_and_choices_are_told(client: TestClient) -> None:
    sentences = [
        broken["sentence"]
        for broken in client.post(
            "/api/v1/forms?page=0", json={"name": "abcdef", "age": 121, "colour": "green", "code": "x"}
        ).json()["errors"]
    ]
    assert "Use at most 5 characters." in sentences
    assert "Use 120 or less." in sentences
    assert "Choose one of: 'red' or 'blue'." in sentences
    assert "Take a code from the list." in sentences
    assert "Use 1 or more." in sentences


@pytest.mark.parametrize("raw", [b"{", b"\xff\xfe", b"[" * 5000, b'"text"', b"null", b""])
def test_bodies_that_are_no_form_are_422(client: TestClient, raw: bytes) -> None:
    answer = client.post("/api/v1/forms", content=raw, headers={"content-type": "application/json"})
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"


def test_services_turn_a_validation_error_into_the_same_answer() -> None:
    with pytest.raises(ValidationError) as caught:
        Form.model_validate({"name": CANARY})
    error = invalid(caught.value)
    assert (error.status, error.code) == (422, "invalid")
    assert error.extra["errors"][0]["field"] == "name"
    assert CANARY not in str(error.extra)


def test_documented_errors_stand_in_openapi_once_per_status() -> None:
    entries = problems.documented(errors.NotFound, errors.Conflict, errors.StaleVersion)
    assert set(entries) == {404, 409}
    assert "`conflict`" in entries[409]["description"]
    assert "`stale_version`" in entries[409]["description"]
    assert list(entries[404]["content"]) == ["application/problem+json"]


def test_a_broken_off_answer_does_not_carry_its_text_further(lines: io.StringIO) -> None:
    from starlette.responses import StreamingResponse

    app = FastAPI(telemetry={"auto_configure": False, "logs": False})

    def parts() -> Iterator[bytes]:
        yield b"half"
        raise RuntimeError(CANARY)

    @app.get("/")
    def half() -> StreamingResponse:
        return StreamingResponse(parts())

    problems.install(app)
    with pytest.raises(RuntimeError, match="broke off") as caught:
        TestClient(app).get("/")
    assert CANARY not in str(caught.value)
    assert json.loads(lines.getvalue())["event"] == "unexpected_error"


def test_the_log_drops_keys_that_are_not_listed(lines: io.StringIO) -> None:
    log.logger().info("case_opened", count=1, name=CANARY, event_detail="x")
    line = json.loads(lines.getvalue())
    assert line["count"] == 1
    assert line["dropped"] == ["event_detail", "name"]
    assert CANARY not in lines.getvalue()


def test_a_log_line_stays_one_line(lines: io.StringIO) -> None:
    log.logger().info("first\nsecond", text="x" * 900)
    (line,) = lines.getvalue().splitlines()
    assert json.loads(line)["event"] == "first\nsecond"
    assert len(json.loads(line)["text"]) == 500
