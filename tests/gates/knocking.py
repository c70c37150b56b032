"""Knocks at the running program in this process: raw ASGI, no client that tidies anything, thousands a minute."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import anyio.to_thread
import pytest
from fastapi import FastAPI

# Answers are compared without it: it is fresh for each request, whatever is asked.
CORRELATION = b"x-correlation-id"


@dataclass(frozen=True)
class Answer:
    """What came back: status, headers without the correlation id, body."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    @property
    def json(self) -> Any:
        """The body read as JSON."""
        return json.loads(self.body)

    def header(self, name: str) -> str:
        """The value of a header; empty without it."""
        return dict(self.headers).get(name.encode(), b"").decode()


class Knocker:
    """One event loop and the program behind it; close it when done."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app
        self.knocks = 0
        self._runner = asyncio.Runner()

    def close(self) -> None:
        """End the loop."""
        self._runner.close()

    def knock(
        self,
        method: str,
        path: str,
        *,
        query: str = "",
        token: str | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request. ``body``: bytes as they are, a dict as JSON. A fresh Idempotency-Key goes with every POST."""
        sent = {"host": "localhost", **({"authorization": f"Bearer {token}"} if token is not None else {})}
        if method != "GET":
            sent["idempotency-key"] = uuid.uuid4().hex
        raw = b""
        if body is not None:
            raw = body if isinstance(body, bytes) else json.dumps(body).encode()
            sent["content-type"] = "application/json"
        sent |= headers or {}
        # Header names and values go out byte for byte, as a hostile client would send them.
        pairs = [(name.encode("latin-1", "replace"), value.encode("utf-8", "replace")) for name, value in sent.items()]
        return self.send(method, path, query.encode(), pairs, raw)

    def send(self, method: str, path: str, query: bytes, headers: list[tuple[bytes, bytes]], body: bytes) -> Answer:
        """One request with exactly these headers and bytes."""
        self.knocks += 1
        with _in_this_thread():
            return self._runner.run(self._send(method, path, query, headers, body))

    async def _send(
        self, method: str, path: str, query: bytes, headers: list[tuple[bytes, bytes]], body: bytes
    ) -> Answer:
        sent: list[Any] = []
        given = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> dict[str, Any]:
            return given.pop() if given else {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
            "path": path, "raw_path": quote(path, safe="/%").encode(), "query_string": query, "root_path": "",
            "headers": headers, "client": ("127.0.0.1", 1), "server": ("localhost", 80),
        }  # fmt: skip
        await self.app(scope, receive, send)
        shown = sorted((name, value) for name, value in sent[0]["headers"] if name != CORRELATION)
        return Answer(sent[0]["status"], tuple(shown), b"".join(each.get("body", b"") for each in sent[1:]))


@contextmanager
def _in_this_thread() -> Iterator[None]:
    """Have the program do its work here, and not in a worker thread that is started and ended for each knock.

    A knocker has one request under way at a time: nobody is kept waiting by it, and whatever is asked, the same code
    answers. Tests of more requests at once go through a client with threads.
    """

    async def run_sync(func: Callable[..., Any], *args: Any, **_: Any) -> Any:
        # As in a worker thread: what the function sets in its context stays there.
        return copy_context().run(func, *args)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(anyio.to_thread, "run_sync", run_sync)
        yield
