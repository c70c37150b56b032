"""The description of the case rooms: every route says what it does, takes and gives, how it refuses, by example."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.factories.towns import API, Town

TAGS = {
    "caseload", "cases", "meetings", "records", "people", "worklist", "oversight", "walls", "deputies", "emergency",
    "approvals", "keys", "shelter", "incidents", "fund", "transfers", "services", "tips", "readiness", "keeping",
}  # fmt: skip


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if TAGS & set(operation.get("tags", ())):
                yield path, method, operation


def resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in schema:
        return schema
    found: dict[str, Any] = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return found


def shown(document: dict[str, Any], schema: dict[str, Any], depth: int = 0) -> bool:
    """Whether a reader finds an example in this schema or in a part of it."""
    whole = resolved(document, schema)
    if {"example", "examples"} & set(whole) or depth > 4:
        return True
    parts = [*whole.get("properties", {}).values(), *whole.get("anyOf", ()), whole.get("items", {})]
    return any(part and shown(document, part, depth + 1) for part in parts)


def test_every_route_is_described_with_examples_and_refusals(town: Town) -> None:
    document = town.client.get(f"{API}/openapi.json").json()
    seen = 0
    for path, method, operation in operations(document):
        name, seen = f"{method} {path}", seen + 1
        assert operation["summary"] and operation["description"] and operation["x-permission"], name
        good = [status for status in operation["responses"] if status.startswith("2")]
        assert len(good) == 1, name
        schema = operation["responses"][good[0]]["content"]["application/json"]["schema"]
        assert "$ref" in schema and shown(document, schema), name
        assert {"401", "403", "422"} <= set(operation["responses"]), name
        headers = {each["name"] for each in operation.get("parameters", ()) if each["in"] == "header"}
        assert ("Idempotency-Key" in headers) == (method == "post"), name
        # An act that is all in its path (agree, end) has no body.
        if "requestBody" in operation:
            body = operation["requestBody"]["content"]["application/json"]["schema"]
            assert shown(document, body), name
            takes = resolved(document, body)["properties"]
            assert ("seen_version" in takes) == ("If-Match" in headers) == ("428" in operation["responses"]), name
    assert seen == 151
