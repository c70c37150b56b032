"""Which language a visitor reads, before anybody knows who they are: chosen, remembered, or said by the browser."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request

from app.access.cookies import Cookies
from app.kit.catalogue import SOURCE
from app.kit.reader import LANGUAGES

ASKED_BY: Final = "lang"
# How browsers name the languages of this program, by the first part of their tag.
_BY_TAG: Final = {language.partition("_")[0]: language for language in LANGUAGES}
_MOST_TAGS: Final = 20


def chosen(request: Request) -> str | None:
    """The language that a link of this very request asks for, None if none of ours."""
    wanted = request.query_params.get(ASKED_BY, "")
    return wanted if wanted in LANGUAGES else None


def read_by(request: Request, cookies: Cookies) -> str:
    """What to answer a visitor in: the language chosen, else the one remembered, else the browser's first of ours."""
    remembered = chosen(request) or cookies.language(LANGUAGES)
    return remembered or _accepted(request.headers.get("accept-language", ""))


def _accepted(header: str) -> str:
    wanted = []
    for at, part in enumerate(header.split(",")[:_MOST_TAGS]):
        tag, _, weight = part.strip().partition(";")
        language = _BY_TAG.get(tag.strip().partition("-")[0].lower())
        if language is not None:
            wanted.append((-_weight(weight), at, language))
    return min(wanted)[2] if wanted else SOURCE


def _weight(text: str) -> float:
    """How much a browser wants a language: what stands behind q=, 1 if nothing does, 0 for what is no number."""
    name, _, number = text.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(number)
    except ValueError:
        return 0.0
