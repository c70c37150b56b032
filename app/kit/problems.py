"""How errors leave the JSON door: as problem documents (RFC 9457) that tell no more than they should."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.kit.errors import AppError, NotFound
from app.kit.fields import invalid
from app.kit.log import frames_of, logger

__all__ = ["MEDIA_TYPE", "Boundary", "correlation_of", "documented", "install", "render"]

MEDIA_TYPE = "application/problem+json"
CORRELATION_HEADER = "X-Correlation-Id"
BODILESS = frozenset({204, 205, 304})

SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
    },
}


def install(app: FastAPI, *, show_text: bool = False) -> None:
    """Make `app` answer every error with a problem document. Call it after other middleware is added.

    Args:
        app: the application that holds the JSON routes.
        show_text: also log the text of unexpected exceptions. Only where all data is invented: such a
            text may hold what somebody typed.
    """
    app.add_exception_handler(AppError, _app_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_exception)
    app.add_middleware(Boundary, show_text=show_text)


def render(error: AppError, correlation: str | None = None) -> Response:
    """Return the problem document of an error.

    The correlation id stands in a header, and in the body only for unexpected errors: two answers for
    the same reason stay equal byte for byte, so "forbidden" cannot be told from "does not exist".
    """
    body: dict[str, Any] = {
        "type": f"urn:waymark:problem:{error.code}",
        "title": error.title,
        "status": error.status,
        "code": error.code,
        "detail": error.detail,
        **error.extra,
    }
    if correlation is not None:
        body["correlation"] = correlation
    return JSONResponse(body, error.status, error.headers, media_type=MEDIA_TYPE)


def documented(*errors: type[AppError]) -> dict[int | str, dict[str, Any]]:
    """Return what a route's `responses=` says about the errors it may answer with.

    Classes of the same status share one entry that names all their codes.
    """
    entries: dict[int | str, dict[str, Any]] = {}
    for error in errors:
        text = f"`{error.code}`: {error.title}"
        entry = entries.setdefault(error.status, {"description": "", "content": {MEDIA_TYPE: {"schema": dict(SCHEMA)}}})
        entry["description"] = f"{entry['description']} {text}".strip()
    return entries


def correlation_of(request: Request) -> str:
    """Return the id under which this request can be found in the log."""
    return str(getattr(request.state, "correlation", ""))


class Boundary:
    """The outermost layer: names each request, and lets no unexpected exception out.

    An exception that travels on to the server is printed there with its text; here only its kind and
    the places it came through are logged.
    """

    def __init__(
        self, app: ASGIApp, *, show_text: bool = False, answer: Callable[[str], Response] | None = None
    ) -> None:
        """Wrap `app`; `show_text` as in `install`. `answer` makes the answer from the correlation id."""
        self.app = app
        self.show_text = show_text
        self.answer = answer or _unexpected

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        correlation = scope.setdefault("state", {}).setdefault("correlation", uuid.uuid4().hex)
        started = False

        async def send_named(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                MutableHeaders(scope=message)[CORRELATION_HEADER] = correlation
            await send(message)

        try:
            await self.app(scope, receive, send_named)
        except Exception as error:  # noqa: BLE001 - the last place where it can be kept from the caller
            self._log(error, correlation)
            if started:
                # Half an answer is out already; breaking the connection off is all that is left.
                raise RuntimeError("the answer broke off") from None
            await self.answer(correlation)(scope, receive, send_named)

    def _log(self, error: Exception, correlation: str) -> None:
        frames = frames_of(error)
        shown = {"text": str(error)} if self.show_text else {}
        kind = f"{type(error).__module__}.{type(error).__qualname__}"
        logger().error("unexpected_error", correlation=correlation, kind=kind, frames=frames, **shown)


def _unexpected(correlation: str) -> Response:
    return render(AppError("Report this with the number under correlation."), correlation)


async def _app_error(_request: Request, error: Exception) -> Response:
    return render(cast(AppError, error))


async def _validation_error(_request: Request, error: Exception) -> Response:
    return render(invalid(cast(RequestValidationError, error).errors()))


async def _http_exception(_request: Request, exception: Exception) -> Response:
    error = cast(HTTPException, exception)
    if error.status_code < 200 or error.status_code in BODILESS:
        return Response(status_code=error.status_code, headers=error.headers)
    if error.status_code == NotFound.status:
        return render(NotFound())
    phrase = HTTPStatus(error.status_code).phrase
    problem = AppError(
        error.detail if isinstance(error.detail, str) else "",
        code=phrase.lower().replace(" ", "_").replace("-", "_").replace("'", ""),
        title=f"{phrase}.",
        headers=error.headers,
    )
    problem.status = error.status_code
    return render(problem)
