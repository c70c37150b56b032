"""Completes the OpenAPI document: who may use each route, which headers it takes and how it says no."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from app.access.may import holders_of
from app.access.routes import Declared
from app.kit.problems import MEDIA_TYPE, SCHEMA
from policies.model import Policies

_PROBLEM: Final = {"content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
_KEY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "A fresh random value for each new act, the same one for its retries. The answer is kept"
    " for 24 hours; a retry gets it again without a second effect.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[\\x21-\\x7e]+$"},
    "example": "3f2c9a54-7d0e-4f5e-9d53-0a5d2c1b8e77",
}
_IF_MATCH: Final = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "The version you looked at, as the ETag header or the field `version` gave it.",
    "schema": {"type": "string", "pattern": '^"?[0-9]{1,9}"?$'},
    "example": '"7"',
}
_SIGN_IN: Final[list[dict[str, list[str]]]] = [{"accessToken": []}, {"password": []}]


def complete(api: FastAPI, declared: Iterable[Declared], policies: Policies, prefix: str) -> dict[str, Any]:
    """The OpenAPI document of ``api``, mounted at ``prefix``; ``declared`` is the inventory of its routes."""
    document = get_openapi(
        title=api.title,
        version=api.version,
        summary=api.summary,
        description=api.description,
        routes=api.routes,
        servers=[{"url": prefix}],
    )
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas["Problem"] = {**SCHEMA, "title": "Problem", "description": "A problem document after RFC 9457."}
    components["securitySchemes"] = {
        "accessToken": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
        "password": {
            "type": "oauth2",
            "flows": {
                "password": {
                    "tokenUrl": f"{prefix}/auth/token",
                    "refreshUrl": f"{prefix}/auth/refresh",
                    "scopes": {},
                }
            },
        },
    }
    by_route = {(route.path, method): route for route in declared for method in route.methods}
    for path, operations in document.get("paths", {}).items():
        for method, operation in operations.items():
            route = by_route.get((path, method.upper()))
            if route is not None:
                _complete(operation, method.upper(), route, policies)
    return document


# What these name is told under the key of one person, and once that is destroyed nobody reads it (410).
_SEALED: Final = frozenset({"case_id", "referral_id", "task_id", "emergency_id"})


def _complete(operation: dict[str, Any], method: str, route: Declared, policies: Policies) -> None:
    problems = {"422": "The request breaks a rule of form.", "500": "Something went wrong on our side."}
    if route.permission is None:
        operation["security"] = []
        operation["x-open-because"] = route.open_because
    else:
        holders = holders_of(policies, route.permission)
        operation["security"] = _SIGN_IN
        operation["x-permission"] = route.permission
        operation["x-roles"] = holders
        needed = f"Needs `{route.permission}`, held by: {', '.join(holders) or 'nobody'}."
        operation["description"] = "\n\n".join(filter(None, (operation.get("description"), needed)))
        problems |= {"401": "Not signed in, or no longer.", "403": "No role of yours holds the permission."}
    parameters = operation.setdefault("parameters", [])
    in_path = {parameter["name"] for parameter in parameters if parameter["in"] == "path"}
    if in_path:
        problems["404"] = "There is no such thing, or you may not know that there is."
    if in_path & _SEALED:
        problems["410"] = "What was told about this person has been erased."
    if method != "GET":
        problems |= {
            "400": "The request cannot be read, or its Idempotency-Key is missing.",
            "409": "It does not fit the present state, or somebody changed it meanwhile.",
            "413": "The body is too large.",
            "503": "The database is busy, away or full; nothing was changed, but after `outcome_unknown` nobody knows:"
            " send the same request with the same Idempotency-Key again.",
        }
    if route.once:
        parameters.append(_KEY)
    if route.versioned:
        parameters.append(_IF_MATCH)
        problems["428"] = "The If-Match header is missing."
    if not parameters:
        del operation["parameters"]
    responses = operation.setdefault("responses", {})
    if "HTTPValidationError" in str(responses.get("422", "")):
        del responses["422"]
    for status, description in sorted(problems.items()):
        responses.setdefault(status, {"description": description, **_PROBLEM})
    responses.setdefault("default", {"description": "Any other refusal.", **_PROBLEM})
