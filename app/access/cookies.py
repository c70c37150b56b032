"""The cookies of the HTML door: the session's, and those of a visitor who is about to sign in."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from app.access.page_sessions import new_value

# Between opening the sign-in page and coming through it, by way of an identity provider perhaps.
VISIT_LASTS: Final = timedelta(hours=1)
_LOOPBACK: Final = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?")
_VALUE: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_VISIT: Final = re.compile(r"(\d{1,12})\.[A-Za-z0-9_-]{43}")


class Cookies:
    """The cookies as one request may read and set them."""

    def __init__(self, request: Request, *, production: bool) -> None:
        """``production``: only the `__Host-` cookies count, which no browser sends or takes over plain http.

        The demonstration runs over plain http on this machine, where browsers refuse `__Host-` names; only there a
        cookie of another name without Secure is used, so that neither can ever be taken for the other.
        """
        plain = request.scope.get("scheme") == "http" and _LOOPBACK.fullmatch(request.headers.get("host", ""))
        self.secure = production or not plain
        prefix = "__Host-" if self.secure else "demo-"
        self.session_name = f"{prefix}waymark"
        self.visit_name = f"{prefix}waymark-visit"
        self.language_name = f"{prefix}waymark-language"
        self._sent = request.cookies

    @property
    def session(self) -> str | None:
        """The value of the session's cookie, None if there is none that could be one."""
        value = self._sent.get(self.session_name, "")
        return value if _VALUE.fullmatch(value) else None

    def visit(self, now: datetime) -> str | None:
        """The value of the visitor's cookie, None if there is none or it is older than `VISIT_LASTS` at ``now``."""
        value = self._sent.get(self.visit_name, "")
        made = _VISIT.fullmatch(value)
        if made is None:
            return None
        age = now - datetime.fromtimestamp(int(made[1]), UTC) if int(made[1]) < 2**33 else VISIT_LASTS
        return value if timedelta(minutes=-1) <= age < VISIT_LASTS else None

    def language(self, known: Collection[str]) -> str | None:
        """The language a visitor chose earlier, None if none of ``known``."""
        value = self._sent.get(self.language_name, "")
        return value if value in known else None

    def new_visit(self, now: datetime, value: str | None = None) -> str:
        """A fresh value for the visitor's cookie; it says when it was made, which only its own browser could alter."""
        return f"{int(now.timestamp())}.{value or new_value()}"

    def set(self, response: Response, name: str, value: str) -> None:
        """Put a cookie on the answer, for this host only, out of reach of scripts, gone with the browser."""
        response.set_cookie(name, value, path="/", secure=self.secure, httponly=True, samesite="lax")

    def drop(self, response: Response, name: str) -> None:
        """Take a cookie away."""
        response.delete_cookie(name, path="/", secure=self.secure, httponly=True, samesite="lax")
