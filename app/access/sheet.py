"""One HTML request as a route sees it: the form that was posted, and the page that answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeVar, get_origin
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.datastructures import FormData

from app.access import csrf
from app.access.cookies import Cookies
from app.access.desk import Desk, House
from app.access.languages import read_by
from app.access.page_sessions import Locked
from app.access.provider import Provider
from app.access.typed import OWN_FIELDS, PLACE, Typed, shown_again
from app.access.uploads import sent_file
from app.kit.errors import AppError, Invalid, Unauthorised
from app.kit.fields import invalid
from app.kit.html import POLICY, Pages
from app.kit.reader import Reader

__all__ = [
    "BARE", "LOCKED", "SIGN_IN", "START", "STEP_UP", "Again", "PageForm", "Place", "Sheet", "Site", "Typed",
    "path_within",
]  # fmt: skip

START: Final = "/"
SIGN_IN: Final = "/sign-in"
STEP_UP: Final = "/step-up"
LOCKED: Final = "/locked"
_PATH: Final = re.compile(r"/(?![/\\])[A-Za-z0-9_./?=&%~-]{0,500}")
Form = TypeVar("Form", bound="PageForm")
# What the frame of a page shows beside its content, where nobody says otherwise: nobody is signed in.
BARE: Final[Mapping[str, Any]] = {
    "csrf": "", "signed_in": False, "places": (), "banners": (), "here": "", "problem": None, "errors": {}, "cited": {},
    "typed": Typed(), "draft": None, "draft_place": "", "screen": None,
}  # fmt: skip


class PageForm(BaseModel):
    """What a page posts; each form is a model of its own. Fields it does not name are refused."""

    model_config = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True)
class Site:
    """What every page needs beside the house.

    ``production``: only cookies for https count. ``provider``: where organisations sign their people in, if anywhere.
    ``frame``: what stands around the page of whoever sits at a desk; its second argument says whether to count.
    ``banners``: what stands above every page of theirs until it is over.
    """

    pages: Pages
    production: bool
    provider: Provider | None = None
    frame: Callable[[Desk, bool], Sequence[Place]] = lambda desk, counting: ()
    banners: Callable[[Desk], Sequence[Banner]] = lambda desk: ()


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the main navigation. ``title``: a marked sentence. ``count``: how much waits there; 0 shows none."""

    name: str
    path: str
    title: str
    count: int = 0


@dataclass(frozen=True, slots=True)
class Banner:
    """An emergency access that is open: to which case, and until when."""

    reference: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Again:
    """The page to show once more if a refusal ends the request, and which field a code of refusal belongs to."""

    template: str
    context: Mapping[str, Any]
    fields: Mapping[str, str] = field(default_factory=dict)


class Sheet:
    """What a public page gets; the page of somebody signed in is a `Page`, which can do the same."""

    def __init__(self, request: Request, cookies: Cookies, cookie: str | None, posted: FormData | None) -> None:
        """``cookie``: the value the tokens of this page's forms are bound to. ``posted``: the form, on a POST."""
        self.request = request
        self.house: House = request.app.state.house
        self.site: Site = request.app.state.site
        self.cookies = cookies
        self.again_with: Again | None = None
        self.places: Sequence[Place] = ()
        self.banners: Sequence[Banner] = ()
        self._cookie = cookie
        self._posted = posted
        self._to_set: dict[str, str | None] = {}

    signed_in = False

    @property
    def reader(self) -> Reader:
        """Who reads the page that answers: somebody of whom no more is known than what their browser says."""
        return Reader(read_by(self.request, self.cookies), now=self.house.clock.now())

    @property
    def address(self) -> str:
        """The network address of the caller."""
        return self.request.client.host if self.request.client else "unknown"

    def form(self, model: type[Form]) -> Form:
        """The posted form as ``model``. Invalid (422) with a sentence for each field that breaks a rule."""
        values: dict[str, Any] = {}
        posted = self._posted if self._posted is not None else FormData()
        for name in posted:
            if name not in OWN_FIELDS:
                several = posted.getlist(name)
                known = model.model_fields.get(name)
                is_list = known is not None and get_origin(known.annotation) is list
                values[name] = several if is_list or len(several) > 1 else several[0]
        try:
            return model.model_validate(values)
        except ValidationError as error:
            raise invalid(error) from None

    def own_field(self, name: str) -> str | None:
        """A field every form may carry: `act` (its one-time key) or `version` (the one that was seen)."""
        value = self._posted.get(name) if self._posted is not None else None
        return value if isinstance(value, str) else None

    def sent_file(self, name: str) -> bytes | None:
        """The content of the file in a field of the posted form; None if none was chosen."""
        return sent_file(self._posted, name)

    @property
    def place(self) -> str:
        """The page this is, with its query, where a draft of its form is kept; a form brings it along."""
        asked = self.request.scope
        query = asked["query_string"].decode("ascii", "ignore") if self._posted is None else ""
        return path_within(self.own_field(PLACE), asked["path"] + (f"?{query}" if query else ""))

    @property
    def typed(self) -> list[tuple[str, str]]:
        """Name and value of what was typed into the posted form, without files and what is secret."""
        return shown_again((self._posted or FormData()).multi_items())

    def typed_form(self) -> Typed:
        """What the posted form says, as it is shown again."""
        return Typed(self.typed)

    def again(self, template: str, fields: Mapping[str, str] | None = None, **context: Any) -> None:
        """If a refusal ends this request, show ``template`` once more: what is wrong on top, what was typed kept.

        ``fields``: code of a refusal -> name of the field it is shown at; a refusal of form names its fields itself.
        """
        self.again_with = Again(template, context, fields or {})

    def show(self, template: str, status: int = 200, **context: Any) -> Response:
        """Answer with a page. Every template knows `csrf`, `signed_in`, `problem`, `errors`, `cited` and `typed`."""
        frame = {
            "csrf": csrf.token_for(self._cookie) if self._cookie else "",
            "signed_in": self.signed_in,
            "places": self.places,
            "banners": self.banners,
            "draft_place": self.place,
        }
        html = self.site.pages.render(template, {**BARE, **frame, **context}, self.reader)
        return self._finished(HTMLResponse(html, status, {"Content-Security-Policy": POLICY}))

    def show_again(self, error: AppError) -> Response | None:
        """The page a route asked for with `again`, telling of ``error``; None if it asked for none."""
        again = self.again_with
        if again is None or error.code in (Unauthorised.code, Locked.code, "step_up_needed"):
            return None
        return self.show_refused(error, again.template, again.context, again.fields)

    def show_refused(
        self, error: AppError, template: str, context: Mapping[str, Any], fields: Mapping[str, str] | None = None
    ) -> Response:
        """``template`` as it tells of ``error``, with what was typed; ``fields`` as in `again`.

        The context may say otherwise what was typed: where another page than the posted one is shown.
        """
        status = 422 if error.status == 401 else error.status
        told = {"problem": error, "errors": _by_field(error, fields or {}), "cited": _cited(error)}
        answer = self.show(template, status, **{"typed": self.typed_form(), **context, **told})
        for name, value in error.headers.items():
            if name.lower() != "www-authenticate":
                answer.headers[name] = value
        return answer

    def to(self, path: str, **query: str) -> Response:
        """Answer by sending the browser on to ``path`` of this site, with GET."""
        asked = "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items())
        return self._finished(RedirectResponse(f"{path}?{asked}" if asked else path, 303))

    def away(self, address: str) -> Response:
        """Answer by sending the browser to another site; ``address`` comes from the settings, never from a caller."""
        return self._finished(RedirectResponse(address, 303))

    def file(self, content: bytes, media_type: str, name: str) -> Response:
        """Answer with a file to be shown or printed. ``name``: a neutral one; it may stay on a disk."""
        headers = {"Content-Disposition": f'inline; filename="{name}"'}
        return self._finished(Response(content, media_type=media_type, headers=headers))

    def attachment(self, content: bytes, media_type: str, headers: Mapping[str, str]) -> Response:
        """Answer with a file that is saved and never shown; ``headers`` name it and shut it in."""
        return self._finished(Response(content, media_type=media_type, headers=dict(headers)))

    def keep(self, name: str, value: str | None) -> None:
        """Set a cookie with the answer, or take it away (None)."""
        self._to_set[name] = value

    def bind(self, value: str) -> None:
        """From now on bind the tokens of forms to this value of a cookie."""
        self._cookie = value

    def _finished(self, response: Response) -> Response:
        for name, value in self._to_set.items():
            if value is None:
                self.cookies.drop(response, name)
            else:
                self.cookies.set(response, name, value)
        return response


def path_within(path: str | None, otherwise: str = START) -> str:
    """``path`` if it is one of this site, else ``otherwise``: nobody is sent elsewhere by a link they followed."""
    return path if path and _PATH.fullmatch(path) else otherwise


def _by_field(error: AppError, fields: Mapping[str, str]) -> dict[str, str]:
    """Field -> sentence, for the places where a form shows what is wrong with it."""
    found: dict[str, str] = {}
    rules: Sequence[Mapping[str, str]] = error.extra.get("errors", ()) if isinstance(error, Invalid) else ()
    for rule in rules:
        found.setdefault(rule["field"].partition(".")[0], rule.get("sentence", rule["rule"]))
    if error.code in fields:
        found[fields[error.code]] = error.detail or error.title
    return found


def _cited(error: AppError) -> dict[str, str]:
    """Field -> the id of the source that demands what is told at it, where one does."""
    rules: Sequence[Mapping[str, str]] = error.extra.get("errors", ()) if isinstance(error, Invalid) else ()
    return {rule["field"].partition(".")[0]: rule["source"] for rule in rules if rule.get("source")}
