"""The outermost layer: known hosts, a size limit, one id per request, safe headers, one line in the log."""

from __future__ import annotations

import hashlib
import re
import time
import uuid
from collections.abc import Callable, Iterable
from typing import Any, Final

from fastapi import HTTPException
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.access.health import is_stopping
from app.kit.errors import AppError, BadRequest
from app.kit.log import logger
from app.kit.problems import CORRELATION_HEADER, render

LARGEST_BODY: Final = 1_048_576
# A route's template, the method, the status and the seconds of an answer.
Counts = Callable[[str, str, int, float], None]

# The two routes that take a file, and nothing else: they may carry what the policies allow a file, twice over, so that
# a file that is too large is still told so on its page; a larger one is cut off here.
_WITH_FILE: Final = re.compile(
    r"/api/v1/cases/[^/]{1,64}/documents|/cases/[^/]{1,64}/documents/new|/api/v1/imports|/reports/imports"
)
_BESIDE: Final = 65_536

# A route that knows better (a static file, a page with its own style sheet) sets the header itself.
_DEFAULTS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
}
_ALWAYS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_HSTS: Final = {"Strict-Transport-Security": "max-age=63072000; includeSubDomains"}


_ROOM: Final = "waymark.largest_body"


def roomy(scope: Scope) -> int:
    """How many bytes the body of this request may have."""
    return int(scope.get(_ROOM, LARGEST_BODY))


class TooLarge(AppError):
    """The body is longer than anything this program takes."""

    status = 413
    code = "body_too_large"
    title = "This is too large."
    default_detail = f"A request may carry at most {LARGEST_BODY} bytes, and one with a file what the policies say."


class Shell:
    """Plain ASGI around the whole application; nothing in here reads a body, a query or a name."""

    def __init__(
        self, app: ASGIApp, hosts: Iterable[str], production: bool, largest_file: int = 0,
        counted: Counts | None = None,
    ) -> None:  # fmt: skip
        """``hosts``: the host names served ("*" takes any, refused in production). Production adds HSTS.

        largest_file: how many bytes a file of a case may have; counted: is told of each answer.
        """
        self.app = app
        self.counted = counted
        self.with_file = max(LARGEST_BODY, 2 * largest_file + _BESIDE)
        self.hosts = frozenset(host.lower() for host in hosts)
        if production and ("*" in self.hosts or not self.hosts):
            raise ValueError("production needs the list of host names it is reached by, without '*'")
        self.always = {**_ALWAYS, **(_HSTS if production else {})}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; lifespan and websocket messages pass untouched."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        correlation = scope.setdefault("state", {}).setdefault("correlation", uuid.uuid4().hex)
        takes_file = scope["method"] == "POST" and _WITH_FILE.fullmatch(scope["path"]) is not None
        scope[_ROOM] = self.with_file if takes_file else LARGEST_BODY
        status = 0

        async def send_safely(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers[CORRELATION_HEADER] = correlation
                for name, value in _DEFAULTS.items():
                    headers.setdefault(name, value)
                headers.update(self.always)
                if is_stopping(scope):
                    # The client is not to send the next request on a line that is about to close.
                    headers["Connection"] = "close"
            await send(message)

        try:
            error = self._refusal(Headers(scope=scope), roomy(scope))
            if error is not None:
                await render(error)(scope, receive, send_safely)
            else:
                await self.app(scope, _Gauge(scope, receive), send_safely)
        finally:
            route, seconds = _route_of(scope), time.perf_counter() - began
            logger().info(
                "request",
                correlation=correlation,
                method=scope["method"],
                route=route,
                status=status,
                duration_ms=round(seconds * 1000, 1),
            )
            if self.counted is not None:
                self.counted(route, scope["method"], status, seconds)

    def _refusal(self, headers: Headers, largest: int) -> AppError | None:
        if "*" not in self.hosts and _host(headers.get("host", "")) not in self.hosts:
            return BadRequest("This host name is not served here.", code="unknown_host")
        length = headers.get("content-length")
        if length is not None and (not length.isdecimal() or int(length[:20]) > largest):
            return TooLarge()
        return None


class _Gauge:
    """Counts and hashes the body while it is read, so that a repeated request can be recognised."""

    __slots__ = ("_digest", "_largest", "_receive", "_size")

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self._receive = receive
        self._size = 0
        self._largest = roomy(scope)
        self._digest = hashlib.sha256()
        scope["waymark.body_digest"] = self._digest

    async def __call__(self) -> Message:
        message = await self._receive()
        if body := message.get("body", b""):
            self._size += len(body)
            if self._size > self._largest:
                # FastAPI lets exactly this exception pass while it reads a body.
                raise HTTPException(TooLarge.status, TooLarge.default_detail)
            self._digest.update(body)
        return message


def _host(header: str) -> str:
    """The host name of a Host header without its port, in lower case."""
    name, _, port = header.lower().rpartition(":")
    return name if port.isdecimal() else header.lower()


def _route_of(scope: Scope) -> str:
    """The route's template, never the path itself: a path may hold an id or whatever somebody typed."""
    route: Any = scope.get("fastapi", {}).get("effective_route_context") or scope.get("route")
    template = getattr(route, "path_format", None) or getattr(route, "path", None)
    return "-" if template is None else f"{scope.get('root_path', '')}{template}"
