"""Every page of the running program, asked for by whoever may see it; what a page says, apart from what it is about."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final

import pytest
from fastapi import FastAPI
from jinja2 import Environment
from markupsafe import Markup
from sqlalchemy import insert, update

from app.access.desk import House
from app.access.page_sessions import digest, new_value
from app.kit import catalogue
from app.kit.catalogue import Translation
from app.kit.reader import LANGUAGES
from app.kit.words import plain
from app.models.base import new_id
from app.models.session import LoginSession
from app.models.user import User
from tests.gates.filling import Route, path_of, query_of, routes_of
from tests.gates.scene import Scene
from tests.inspect import writing

ROOT: Final = Path(__file__).resolve().parents[2]
# A language that we do not have and Babel knows; here each sentence of it is the English one in brackets. What a page
# puts in from its data gets brackets of its own.
PSEUDO: Final = "eo"
SAID, SAID_END = "⟦", "⟧"
TOLD, TOLD_END = "⟪", "⟫"
# Attributes that are read out or shown.
SPOKEN: Final = frozenset({"aria-label", "alt", "placeholder", "title"})
# Style sheets, what monitors ask, and what sends one to an identity provider.
_NO_PAGES: Final = ("/static/", "/health", "/sign-in/organisation")
# A step of the case that paths are filled with, which is about to return: it shows what blocks it.
_OF_STEPS: Final = {"/cases/{reference}/steps/{machine}/{step}": "/cases/{reference}/steps/care/depart"}
_SILENT: Final = frozenset({"script", "style"})
_VOID: Final = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"})
# Who tries a page, the first that may see it counts: together these roles open every page.
TRYING: Final = (
    "case_manager", "social_worker", "border_focal_point", "supervisor", "administrator", "analyst", "auditor",
    "national_focal_point", "data_protection_officer", "legal_officer", "health_officer", "shelter_manager",
    "first_responder",
)  # fmt: skip


class Bracketed(catalogue.Catalogue):
    """A language in which every sentence that was collected is itself in brackets; what was not has no translation."""

    def __init__(self) -> None:
        super().__init__({})

    def find(self, context: str | None, text: str) -> Translation | None:
        """The sentence in brackets, if the collectors found it."""
        return Translation(f"{SAID}{text}{SAID_END}", True) if catalogue.is_known(text) else None


@dataclass(frozen=True)
class Seen:
    """A page as somebody got it."""

    route: Route
    role: str
    status: int
    html: str


def sign_in(scene: Scene, role: str, place: str = "home") -> str:
    """The cookie of a fresh page session of role@place, with a fresh proof."""
    value, worker, now = new_value(), scene.staff[place][role], scene.clock.now()
    row = {
        "id": new_id(), "user_id": worker.id, "kind": "page", "digest": digest(value), "token_version": 1,
        "started_at": now, "seen_at": now, "stepped_up_at": now, "expires_at": now + timedelta(hours=8),
    }  # fmt: skip
    with writing(scene.house.db) as session:
        session.execute(insert(LoginSession), row)
    return f"demo-waymark={value}"


@contextmanager
def in_brackets(app: FastAPI) -> Iterator[None]:
    """The program with everybody reading the language of brackets; afterwards everybody reads English again."""
    real, brackets = catalogue.of, Bracketed()
    environment: Environment = app.state.html.state.site.pages._environment
    assert environment.cache is not None
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(catalogue, "of", lambda language: brackets if language == PSEUDO else real(language))
        patched.setitem(LANGUAGES, PSEUDO, "Brackets")
        patched.setattr(environment, "finalize", told)
        environment.cache.clear()
        everybody_reads(app.state.house, PSEUDO)
        yield
    environment.cache.clear()
    everybody_reads(app.state.house, "en")


def everybody_reads(house: House, language: str) -> None:
    """Set the language of every account."""
    with writing(house.db) as session:
        session.execute(update(User).values(language=language))


def pages_of(scene: Scene) -> list[Route]:
    """Every page that is looked at with GET, apart from style sheets and what sends one elsewhere."""
    return [
        route for route in routes_of(scene.app.state.routes)
        if route.page and route.method == "GET" and not route.path.startswith(_NO_PAGES)
    ]  # fmt: skip


def seen(scene: Scene, language: str, cookies: dict[str, str]) -> Iterator[Seen]:
    """Every page in ``language``, by the first role that is let in; a page nobody gets is told with its last answer."""
    for route in pages_of(scene):
        path = (
            path_of(route, scene.subjects["home"])
            if route.path not in _OF_STEPS
            else _OF_STEPS[route.path].format(reference=scene.subjects["home"].reference)
        )
        assert path is not None, f"{route.name}: nothing to fill it with"
        last: Seen | None = None
        for role in TRYING if route.permission else ("visitor",):
            headers = {"accept": "text/html"} | ({"cookie": cookies[role]} if route.permission else {})
            query = query_of(route, scene.subjects["home"]) if route.permission else f"lang={language}"
            answer = scene.knocker.knock("GET", path, query=query, headers=headers)
            last = Seen(route, role, answer.status, answer.body.decode("utf-8", "replace"))
            if answer.status == 200 and answer.header("content-type").startswith("text/html"):
                break
            if answer.status in (200, 303):
                last = Seen(route, role, 303, "")
                break
        assert last is not None
        yield last


def told(value: Any) -> Any:
    """What the templates print, when it comes from the data of a page: in brackets of its own.

    A sentence of ours that is printed without having been said gets none, and so is found.
    """
    if isinstance(value, Markup) or not isinstance(value, str) or not any(map(str.isalpha, value)):
        return value
    if SAID in value or plain(value) != value or catalogue.is_known(value) or value in own_sentences():
        return value
    return f"{TOLD}{value}{TOLD_END}"


@cache
def own_sentences() -> frozenset[str]:
    """Texts that stand in the program itself and look like something people read."""
    found = set()
    for top in ("app", "workflows"):
        for path in (ROOT / top).rglob("*.py"):
            if not {"demo", "wording", "kinds"} & set(path.parts):
                for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                    if isinstance(node, ast.Constant) and isinstance(node.value, str):
                        found.add(node.value)
    return frozenset(text for text in found if re.fullmatch(r"[A-Z][a-z]+( .*)?|[a-z]+ [a-z]+.*", text))


class _Texts(HTMLParser):
    """The texts of a page that are shown or read out, those inside translate="no" left out."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._open: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        silent = bool(self._open and self._open[-1]) or tag in _SILENT or given.get("translate") == "no"
        # On a paper for two countries the English stands beside both languages, on purpose and in English.
        silent = silent or (given.get("lang"), given.get("class")) == ("en", "paper-said")
        if not silent:
            self.found += [value for name, value in given.items() if name in SPOKEN and value]
        if tag not in _VOID:
            self._open.append(silent)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID and self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if not (self._open and self._open[-1]):
            self.found.append(data)


def outside(html: str) -> list[str]:
    """The pieces of a page's text that stand in no brackets: neither said by way of the catalogues nor data."""
    reader = _Texts()
    reader.feed(html)
    found = []
    # Brackets may span elements, so they are followed through the whole page.
    depth = 0
    for text in reader.found:
        rest = []
        for letter in text:
            if letter in (SAID, TOLD):
                depth += 1
            elif letter in (SAID_END, TOLD_END):
                depth -= 1
            elif depth == 0:
                rest.append(letter)
        piece = " ".join("".join(rest).split())
        if any(map(str.isalpha, piece)):
            found.append(piece)
    return found
