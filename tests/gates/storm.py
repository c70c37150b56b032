"""G28: schemathesis asks every operation of the OpenAPI document thousands of odd things, as every role.

    python -m tests.gates.storm --long [--engine sqlite|postgresql]

Half of the ids in paths are real ones, so that requests come past the first door. The document is read without its
`default` answers: a status counts as documented only where it is named.
"""

from __future__ import annotations

import json
import sys
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from itertools import cycle, islice
from typing import Any, Final
from urllib.parse import unquote, urlencode

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.core import NOT_SET
from schemathesis.core.transport import Response
from schemathesis.openapi.checks import JsonSchemaError, MissingContentType, UndefinedContentType, UndefinedStatusCode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app.main import PREFIX
from tests.gates.filling import SUBJECTS
from tests.gates.ground import engines_asked, ground, told
from tests.gates.knocking import Answer
from tests.gates.scene import Scene, open_scene, quiet

SHORT: Final = 750
LONG: Final = 20_000
# What a stack trace of ours, or of a library's, would show.
TRACES: Final = (b"Traceback", b'File "', b"site-packages", b"sqlalchemy", b"psycopg", b"sqlite3.", b"IntegrityError")
CHECKS: Final = [status_code_conformance, content_type_conformance, response_schema_conformance]
FAULTS: Final = ("errors", "undocumented", "schema", "traces")
BROKEN_PROMISES: Final = (JsonSchemaError, MissingContentType, UndefinedContentType, UndefinedStatusCode)


@dataclass
class Storm:
    """One run: how many requests, and what went wrong by sort. ``only``: the operations of this path."""

    scene: Scene
    requests: int = SHORT
    only: str = ""
    found: dict[str, list[str]] = field(default_factory=lambda: {name: [] for name in FAULTS})
    asked: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)

    def run(self) -> Storm:
        """Ask every operation the same number of things, half of them fitting the description and half not."""
        document = strict(self.scene.app.state.api.openapi())
        self.ids = self._ids()
        everybody = ("", *sorted(self.scene.staff["home"]))
        for operation, cases in drawn(json.dumps(document), self.requests):
            if self.only not in ("", operation.path):
                continue
            # Half of the requests come from everybody in turn, half from the roles that hold the permission.
            holders = operation.definition.raw.get("x-roles") or everybody
            turns = cycle(everybody), cycle(holders)
            for number, case in enumerate(cases):
                self._send(operation, case, next(turns[number % 2]), real=number % 4 > 0)
        return self

    def _send(self, operation: Any, case: Any, role: str, *, real: bool) -> None:
        values = dict(case.path_parameters or {})
        for name in SUBJECTS:
            if name in values and real:
                values[name] = next(self.ids[name])
        path = operation.path
        for name, value in values.items():
            path = path.replace("{" + name + "}", unquote(str(value)))
        headers = {str(name).lower(): str(value) for name, value in dict(case.headers or {}).items()}
        headers.pop("authorization", None)
        if real and "idempotency-key" in headers:
            headers["idempotency-key"] = uuid.uuid4().hex
        body = case.body
        if body is NOT_SET or operation.method.upper() == "GET":
            body = b""
        elif case.media_type == "application/x-www-form-urlencoded":
            text = urlencode(body, doseq=True, errors="replace") if isinstance(body, dict) else str(body)
            body = text.encode("utf-8", "replace")
            headers["content-type"] = case.media_type
        else:
            body = body if isinstance(body, bytes) else json.dumps(body).encode()
            headers["content-type"] = case.media_type or "application/json"
        query = urlencode(case.query or {}, doseq=True, errors="replace")
        token = self.scene.token(f"{role}@home") if role else None
        answer = self.scene.knocker.knock(
            operation.method.upper(), PREFIX + path, query=query, token=token, body=body or None, headers=headers
        )
        if operation.path == "/auth/logout":
            self.scene.tokens.pop(f"{role}@home", None)
        self.asked[f"{operation.method.upper()} {operation.path}"] += 1
        self.statuses[answer.status] += 1
        self._judge(operation, case, answer, role)

    def _judge(self, operation: Any, case: Any, answer: Answer, role: str) -> None:
        where = f"{operation.method.upper()} {operation.path} as {role or 'nobody'}: {answer.status}"
        if answer.status >= 500:
            self.found["errors"].append(f"{where} {case.path_parameters} {case.query} {case.body!r:.200}")
        if any(trace in answer.body for trace in TRACES) and operation.path not in ("/openapi.json", "/docs"):
            self.found["traces"].append(where)
        headers: dict[str, list[str]] = {}
        for name, value in answer.headers:
            headers.setdefault(name.decode(), []).append(value.decode("latin-1"))
        nothing: Any = None
        response = Response(answer.status, headers, answer.body, nothing, 0.0, False, encoding="utf-8")
        for check in CHECKS:
            try:
                check(nothing, response, case)
            except BROKEN_PROMISES as failure:
                sort = "undocumented" if isinstance(failure, UndefinedStatusCode) else "schema"
                self.found[sort].append(f"{where}: {failure.title}: {failure.message[:300]}")

    def _ids(self) -> dict[str, Any]:
        """For each parameter the ids of the scene that are there, over and over."""
        return {
            name: cycle([each.id_of(name) for each in self.scene.subjects.values() if each.id_of(name)])
            for name in SUBJECTS
        }


@cache
def drawn(document: str, requests: int) -> list[tuple[Any, list[Any]]]:
    """Every operation with its cases, half of them fitting the description and half not; the same in every run.

    Drawing takes longer than asking, so both engines are asked the same.
    """
    operations = [each.ok() for each in schemathesis.openapi.from_dict(json.loads(document)).get_all_operations()]
    share = requests // len(operations) + 1
    modes = ((GenerationMode.POSITIVE, share - share // 2), (GenerationMode.NEGATIVE, share // 2))
    return [(each, [case for mode, times in modes for case in _drawn(each, mode, times)]) for each in operations]


def _drawn(operation: Any, mode: GenerationMode, times: int) -> list[Any]:
    found: list[Any] = []

    @seed(28)
    @settings(
        max_examples=times,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def draw(case: Any) -> None:
        found.append(case)

    try:
        draw()
    except Exception:
        # An operation without any input cannot be asked wrongly; every one can be asked well.
        if mode is GenerationMode.POSITIVE:
            raise
    return found


def strict(document: dict[str, Any]) -> dict[str, Any]:
    """The document without its `default` answers, which would document everything."""
    copied: dict[str, Any] = json.loads(json.dumps(document))
    for operations in copied["paths"].values():
        for operation in operations.values():
            operation["responses"].pop("default", None)
    return copied


def report(storm: Storm, engine: str, seconds: float) -> bool:
    """Print the gate's lines and the first examples of each fault; whether all are 0."""
    asked = sum(storm.asked.values())
    for sort, examples in storm.found.items():
        for text in islice(dict.fromkeys(examples), 12):
            print(f"  {sort}: {text}")
    lines = [
        told("g28", sort, len(examples), 0, asked, operations=len(storm.asked), engine=engine)
        for sort, examples in storm.found.items()
    ]
    print(f"  {seconds:.0f} s; {dict(sorted(storm.statuses.items()))}")
    return all(lines)


def main() -> int:
    """The command: 0 if every gate holds."""
    long, engines = engines_asked(__doc__ or "")
    quiet()
    sound = True
    for engine in engines:
        with ground(engine) as (url, folder), open_scene(url, folder) as scene:
            began = time.monotonic()
            sound &= report(Storm(scene, LONG if long else SHORT).run(), engine, time.monotonic() - began)
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
