"""Whether a form that changes something was posted by one of our own pages: a token in it, and where it came from."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from typing import Final

from starlette.datastructures import Headers

from app.kit.errors import AppError, Forbidden

FIELD: Final = "csrf"
_FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")


class NotAForm(AppError):
    """The body is something a page of ours never posts."""

    status = 415
    code = "not_a_form"
    title = "This page takes forms only."


def token_for(cookie: str) -> str:
    """The token that stands in the forms of a page, for the value of the cookie it was asked with.

    Only who can read the cookie can make it, and no page and no script can: the cookie is HttpOnly, and its
    `__Host-` name keeps neighbouring hosts from planting one of their own.
    """
    return hashlib.sha256(b"waymark form token|" + cookie.encode("utf-8", "surrogatepass")).hexdigest()


def check_kind(headers: Headers) -> None:
    """NotAForm (415) for a body that a foreign page could post without asking (text/plain), or any but a form."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _FORMS:
        raise NotAForm()


def check_source(headers: Headers, origins: Sequence[str]) -> None:
    """Forbidden (403) unless the browser says that one of ``origins``, which are our own, posted this.

    Browsers before 2023 do not all send Sec-Fetch-Site, but all send Origin with a post. A page under the policy
    no-referrer would send Origin: null, therefore ours say same-origin in a meta element (templates/base.html).
    """
    site, origin = headers.getlist("sec-fetch-site"), headers.getlist("origin")
    from_here = not site or site == ["same-origin"]
    ours = len(origin) == 1 and (origin[0] in origins or (origin[0] == "null" and site == ["same-origin"]))
    if not (from_here and ours):
        raise _refused()


def check_token(cookie: str | None, sent: Sequence[object]) -> None:
    """Forbidden (403) unless exactly one token was ``sent`` and it belongs to the value of the ``cookie``."""
    token = sent[0] if len(sent) == 1 else None
    if cookie is None or not isinstance(token, str):
        raise _refused()
    if not hmac.compare_digest(token.encode("utf-8", "surrogatepass"), token_for(cookie).encode("ascii")):
        raise _refused()


def _refused() -> Forbidden:
    return Forbidden(
        "Nothing was changed. Open the page again and send the form from there.",
        code="form_not_ours",
        title="This form does not come from this sign-in.",
    )
