"""Lets our own script send a form without leaving the page: where a redirect would lead is then told in a header.

A browser that navigates loses the page, and what was typed, when the line breaks. The script posts the same form to the
same route under the same rules, keeps the page if no answer comes, and goes where the answer says if one does.
"""

from __future__ import annotations

from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["ASKED", "TO", "Steady"]

# Only a script of this site can send a header of its own to it; the checks of a form are the same with and without.
ASKED: Final = "x-steady"
TO: Final = "x-to"


class Steady:
    """Plain ASGI: a 303 to a request that asked for it becomes a 200 without body that names the place."""

    def __init__(self, app: ASGIApp) -> None:
        """``app``: the HTML site."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or ASKED not in Headers(scope=scope):
            await self.app(scope, receive, send)
            return

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 303:
                headers = MutableHeaders(scope=message)
                message["status"] = 200
                headers[TO] = headers["location"]
                del headers["location"]
            await send(message)

        await self.app(scope, receive, told)
