"""The HTML site: its rooms' pages, its assets, and refusals as pages instead of problem documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, cast
from urllib.parse import quote

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from app.access.cookies import Cookies
from app.access.desk import Desk, House
from app.access.door import public
from app.access.languages import read_by
from app.access.page_door import Page
from app.access.page_sessions import Locked
from app.access.provider import Provider
from app.access.sheet import BARE, LOCKED, SIGN_IN, STEP_UP, Banner, Place, Sheet, Site
from app.access.shell import TooLarge
from app.access.steady import Steady
from app.access.typed import PLACE
from app.kit import names, problems
from app.kit.errors import AppError, NotFound, Unauthorised
from app.kit.fields import invalid
from app.kit.html import ASSETS_AT, POLICY, Pages
from app.kit.reader import ENGLISH, Reader
from app.kit.words import Word, say_as
from policies.model import Policies

_FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}
# What a web server says on its own account, in words; anything else is told as "cannot be read".
_OWN_WORDS = {
    405: ("method_not_allowed", "This page cannot be used like that."),
    413: (TooLarge.code, TooLarge.title),
}


def build_site(
    house: House,
    routers: Iterable[APIRouter],
    provider: Provider | None,
    frame: Callable[[Desk, bool], Sequence[Place]],
    banners: Callable[[Desk], Sequence[Banner]],
    *,
    production: bool,
    show_text: bool,
) -> FastAPI:
    """The HTML site as an application to be mounted.

    ``show_text`` as in `problems.install`, ``frame`` and ``banners`` as in `Site`.
    """
    app = FastAPI(
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry={"auto_configure": False, "logs": False},
    )
    pages = Pages()
    app.state.house = house
    pages.know(**_words_of(house.policies))
    app.state.site = Site(pages, production, provider, frame, banners)
    # Tells the inventory that these routes are pages: what changes state must stand behind the page door.
    app.state.waymark_html = True
    for router in routers:
        app.include_router(router)
    app.add_api_route(ASSETS_AT + "{name}", asset, methods=["GET"])

    def told(request: Request, error: AppError) -> Response:
        return _told(pages, request, error)

    async def app_error(request: Request, error: Exception) -> Response:
        return told(request, await _first_refusal(request, cast(AppError, error)))

    async def unreadable(request: Request, error: Exception) -> Response:
        wrong = invalid(cast(RequestValidationError, error).errors())
        return told(request, await _first_refusal(request, wrong))

    async def http_exception(request: Request, error: Exception) -> Response:
        refusal = _of(cast(HTTPException, error))
        # This site is mounted last, so programs that ask for what does not exist end up here as well.
        if isinstance(refusal, NotFound) and "text/html" not in request.headers.get("accept", ""):
            return problems.render(refusal)
        return told(request, refusal)

    app.add_exception_handler(AppError, app_error)
    app.add_exception_handler(RequestValidationError, unreadable)
    app.add_exception_handler(HTTPException, http_exception)

    def unexpected(correlation: str) -> Response:
        return _unexpected(pages, correlation)

    app.add_middleware(problems.Boundary, show_text=show_text, answer=unexpected)
    app.add_middleware(Steady)
    return app


@public("style sheets hold no data")
def asset(name: str, request: Request) -> Response:
    """A style sheet or picture by the name that holds its hash."""
    found = request.app.state.site.pages.assets.get(name)
    if found is None:
        raise NotFound()
    headers = _FOR_EVER | {"Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(found.packed, media_type=found.media_type, headers=headers | {"Content-Encoding": "gzip"})
    return Response(found.content, media_type=found.media_type, headers=headers)


def _words_of(policies: Policies) -> dict[str, Callable[..., str]]:
    """What templates ask the policies for: the words of codes, and what offices are called."""

    def label(code_list: str, code: str) -> str:
        """What people read for a code of a list, in the language of the page; a country and a language by name."""
        if code_list == "country":
            known = policies.countries.get(code)
            return names.country(code, known.name if known else "")
        if code_list == "language" and (word := names.language(code)) != code:
            return word
        english = policies.label(code_list, code)
        return Word.of(say_as(code_list, english), english)

    def office_name(code: str) -> str:
        """What an office is called; its code where the policies do not know it."""
        try:
            return policies.office(code).name
        except KeyError:
            return code

    return {"label": label, "office_name": office_name}


async def _first_refusal(request: Request, error: AppError) -> AppError:
    """Who may not enter learns only that, not that something in the form or the address was wrong as well."""
    sheet = getattr(request.state, "sheet", None)
    if isinstance(sheet, Page) and not sheet.let_in and not isinstance(error, Unauthorised):
        try:
            await run_in_threadpool(sheet.verify)
        except AppError as refusal:
            return refusal
    return error


def _told(pages: Pages, request: Request, error: AppError) -> Response:
    """A refusal as the route wants it shown, as the way to the sign-in, or as a page of its own."""
    sheet: Sheet | None = getattr(request.state, "sheet", None)
    if sheet is not None and (again := sheet.show_again(error)) is not None:
        return again
    if isinstance(error, Unauthorised) or error.code == "step_up_needed":
        door = STEP_UP if error.code == "step_up_needed" else LOCKED if isinstance(error, Locked) else SIGN_IN
        wanted = _back_to(request, sheet, door)
        return RedirectResponse(f"{door}?next={quote(wanted, safe='')}" if wanted else door, 303)
    if isinstance(sheet, Page) and sheet.places:
        # Whoever was let in keeps the way to the rest of their work, and the button that hides the screen.
        return _with_headers(sheet.show("error.html", error.status, problem=error, correlation=""), error)
    if sheet is not None:
        return _error_page(pages, error, who=sheet.reader)
    cookies = Cookies(request, production=request.app.state.site.production)
    return _error_page(pages, error, who=Reader(read_by(request, cookies)))


def _back_to(request: Request, sheet: Sheet | None, door: str) -> str:
    """The page to come back to, "" for none. A query stays behind, lest what somebody looked for stands in addresses.

    The page a form was typed on is told whole: there its draft waits. By custom the page of any other form has the same
    path as the form itself, so a step-up leads back to it.
    """
    path: str = request.scope["path"]
    if request.method in ("GET", "HEAD"):
        return "" if path == "/" else path
    if sheet is not None and sheet.own_field(PLACE):
        return sheet.place
    return path if door == STEP_UP else ""


def _error_page(pages: Pages, error: AppError, correlation: str = "", who: Reader = ENGLISH) -> Response:
    context: dict[str, Any] = {**BARE, "problem": error, "correlation": correlation}
    html = pages.render("error.html", context, who)
    return _with_headers(HTMLResponse(html, error.status, {"Content-Security-Policy": POLICY}), error)


def _with_headers(answer: Response, error: AppError) -> Response:
    for name, value in error.headers.items():
        if name.lower() != "www-authenticate":
            answer.headers[name] = value
    return answer


def _unexpected(pages: Pages, correlation: str) -> Response:
    told = AppError("Nothing may have been saved. Try again. If it stays so, report it with this number.")
    return _error_page(pages, told, correlation)


def _of(error: HTTPException) -> AppError:
    """What the web framework itself refused, in our own words."""
    if error.status_code == NotFound.status:
        return NotFound()
    code, title = _OWN_WORDS.get(error.status_code, ("bad_request", "The request cannot be read as it stands."))
    told = AppError("", code=code, title=title, headers=error.headers)
    told.status = error.status_code
    return told


__all__ = ["build_site"]
