"""The API as one readable page, rendered here from the OpenAPI document: no script, no foreign asset."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

TEMPLATES: Final = Path(__file__).resolve().parent.parent / "templates"
_DEEPEST: Final = 6
_LIMITS: Final = (
    ("minLength", "at least {} characters"),
    ("maxLength", "at most {} characters"),
    ("minimum", "{} or more"),
    ("maximum", "{} or less"),
    ("minItems", "at least {} entries"),
    ("maxItems", "at most {} entries"),
    ("pattern", "matches {}"),
    ("format", "{}"),
    ("default", "default {}"),
)
_TICKED: Final = re.compile(r"`([^`\n]+)`")
_SAMPLES: Final = {
    "date-time": "2026-11-23T09:30:00Z",
    "date": "2026-11-23",
    "uuid": "3f2c9a54-7d0e-4f5e-9d53-0a5d2c1b8e77",
    "password": "several unrelated words",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One line of a table: a parameter or a member of a schema."""

    name: str
    kind: str
    place: str
    required: bool
    text: str


def _marked(text: str) -> Markup:
    """The text, escaped, with what stands between backticks set as code."""
    return Markup(_TICKED.sub(r"<code>\1</code>", str(escape(text))))


class DocsPage:
    """Renders one OpenAPI document; its only style sheet is named by its hash in the page's own policy."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        """``document``: the complete OpenAPI document as plain dicts and lists."""
        self._document = document
        self._schemas: Mapping[str, Any] = document.get("components", {}).get("schemas", {})

    def render(self) -> tuple[str, str]:
        """The page as HTML, and the Content-Security-Policy to send with it."""
        pages = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=select_autoescape(),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        pages.filters["marked"] = _marked
        style = (TEMPLATES / "api_docs.css").read_text(encoding="utf-8")
        html = pages.get_template("api_docs.html").render(
            info=self._document["info"],
            prefix=self._document["servers"][0]["url"],
            rooms=self._rooms(),
            schemas={name: list(self._members(schema)) for name, schema in sorted(self._schemas.items())},
            about={name: schema.get("description", "") for name, schema in self._schemas.items()},
            style=style,
        )
        digest = base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")
        policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
        return html, f"{policy}; frame-ancestors 'none'"

    def _rooms(self) -> dict[str, list[dict[str, Any]]]:
        """The routes by room (the first tag), each ready for the template."""
        rooms: dict[str, list[dict[str, Any]]] = {}
        for path, operations in self._document["paths"].items():
            for method, operation in operations.items():
                room = (operation.get("tags") or ["other"])[0]
                rooms.setdefault(room, []).append(self._route(path, method, operation))
        return rooms

    def _route(self, path: str, method: str, operation: Mapping[str, Any]) -> dict[str, Any]:
        body = operation.get("requestBody", {}).get("content", {})
        return {
            "id": operation.get("operationId", f"{method}{path}"),
            "method": method.upper(),
            "path": path,
            "summary": operation.get("summary", ""),
            "text": operation.get("description", ""),
            "permission": operation.get("x-permission"),
            "open_because": operation.get("x-open-because"),
            "fields": [self._parameter(each) for each in operation.get("parameters", ())],
            "bodies": [self._content(media, content) for media, content in body.items()],
            "answers": [
                {
                    "status": status,
                    "text": answer.get("description", ""),
                    "contents": [self._content(*each) for each in answer.get("content", {}).items()],
                }
                for status, answer in sorted(operation.get("responses", {}).items())
            ],
        }

    def _parameter(self, parameter: Mapping[str, Any]) -> Field:
        schema = parameter.get("schema", {})
        text = " ".join(filter(None, (parameter.get("description", ""), _limits(schema))))
        return Field(parameter["name"], self._kind(schema), parameter["in"], parameter.get("required", False), text)

    def _content(self, media: str, content: Mapping[str, Any]) -> dict[str, Any]:
        schema = content.get("schema", {})
        sample = None
        if media != "application/problem+json" and schema:
            sample = json.dumps(self.sample(schema), indent=2, ensure_ascii=False)
        return {"media": media, "kind": self._kind(schema), "name": _referred(schema), "sample": sample}

    def _members(self, schema: Mapping[str, Any]) -> Iterator[Field]:
        required = schema.get("required", ())
        for name, member in schema.get("properties", {}).items():
            text = " ".join(filter(None, (member.get("description", ""), _limits(member))))
            yield Field(name, self._kind(member), "", name in required, text)

    def _kind(self, schema: Mapping[str, Any]) -> str:
        """A few words for the type of ``schema``."""
        if name := _referred(schema):
            return name
        for word in ("anyOf", "oneOf", "allOf"):
            if word in schema:
                return " or ".join(dict.fromkeys(self._kind(each) for each in schema[word]))
        if "const" in schema:
            return json.dumps(schema["const"])
        if "enum" in schema:
            return "one of " + ", ".join(json.dumps(each) for each in schema["enum"])
        if schema.get("type") == "array":
            return f"list of {self._kind(schema.get('items', {}))}"
        return str(schema.get("type", "anything"))

    def sample(self, schema: Mapping[str, Any], depth: int = 0) -> Any:
        """A value that fits ``schema``: its own example or default where it has one, else an invented one."""
        if schema.get("examples"):
            return schema["examples"][0]
        for word in ("example", "const", "default"):
            if word in schema:
                return schema[word]
        if depth > _DEEPEST:
            return None
        if name := _referred(schema):
            return self.sample(self._schemas.get(name, {}), depth + 1)
        for word in ("anyOf", "oneOf", "allOf"):
            if word in schema:
                return self.sample(schema[word][0], depth + 1)
        if "enum" in schema:
            return schema["enum"][0]
        return self._invented(schema, depth)

    def _invented(self, schema: Mapping[str, Any], depth: int) -> Any:
        match schema.get("type"):
            case "object":
                members = schema.get("properties", {})
                return {name: self.sample(member, depth + 1) for name, member in members.items()}
            case "array":
                return [self.sample(schema.get("items", {}), depth + 1)]
            case "string":
                return _SAMPLES.get(schema.get("format", ""), "text")
            case "integer" | "number":
                return schema.get("minimum", 1)
            case "boolean":
                return True
        return None


def _referred(schema: Mapping[str, Any]) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]


def _limits(schema: Mapping[str, Any]) -> str:
    said = [words.format(schema[word]) for word, words in _LIMITS if schema.get(word) not in (None, "")]
    return f"({'; '.join(said)})" if said else ""
