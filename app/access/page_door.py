"""The door of every HTML route: whose page it is, by which permission, and that its forms are our own.

    Myself = Annotated[Page, Depends(opens("account:self"))]

    @router.post("/me/password")
    def change_password(page: Myself) -> Response:
        page.again("accounts/password.html")          # shown once more, with what is wrong, if anything is refused
        form = page.form(PasswordForm)
        return page.act(lambda desk: service.change(desk, form), then="/me")
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from app.access import csrf, drafts, once, page_sessions, screen
from app.access.actor import SignedIn, authenticate_page
from app.access.cookies import Cookies
from app.access.desk import Desk
from app.access.door import Door
from app.access.languages import chosen
from app.access.sheet import Sheet, Site
from app.access.typed import PLACE
from app.access.uploads import FilesOnly, SentFile, read_form
from app.kit.errors import AppError, Away, InDoubt, Unauthorised
from app.kit.reader import Reader, reading

_LOOKING: Final = frozenset({"GET", "HEAD"})
_MOST_FIELDS: Final = 300
_UNATTENDED: Final = "x-unattended"


class Page(Sheet, Door):
    """What the route of somebody signed in gets: desks to `read`, `write` and `act` at, forms and answers."""

    signed_in = True

    def __init__(self, request: Request, cookies: Cookies, posted: FormData | None, permission: str) -> None:
        """Made by `opens`."""
        Sheet.__init__(self, request, cookies, cookies.session, posted)
        correlation = getattr(request.state, "correlation", "")
        version = self.own_field("version")
        Door.__init__(self, self.house, None, permission, correlation, self.own_field("act"), version)
        self._who_it_is: SignedIn | None = None
        self._draft: drafts.Kept | None = None

    @contextmanager
    def read(self) -> Iterator[Desk]:
        """As `Door.read`, in the words of whoever is signed in; afterwards it is noted that the session is not idle."""
        with self._watched(), Door.read(self) as desk, reading(self.reader):
            self._look_around(desk)
            yield desk
        if self._must_note(desk.now):
            with self.house.db.write() as session:
                page_sessions.seen(session, desk.session_id, desk.now)

    @contextmanager
    def write(self) -> Iterator[Desk]:
        """As `Door.write`, in the words of whoever is signed in; it is noted that the session is not idle."""
        with self._watched(), Door.write(self) as desk, reading(self.reader):
            self._look_around(desk)
            if self._must_note(desk.now):
                page_sessions.seen(desk.session, desk.session_id, desk.now)
            yield desk

    def act(self, act: Callable[[Desk], str | None], then: str) -> Response:
        """Run ``act`` in one transaction, once for each time the form was shown, and send the browser on.

        It goes to the path ``act`` returns, or to ``then``. The form carries a key of its own (`parts.hidden`): sent
        twice, by an impatient finger or over a line that broke, it acts once and answers twice.
        """
        with self.write() as desk:
            key = once.checked_key(self._key)
            answer = once.claim(desk, key, self._form_print())
            if answer is None:
                answer = once.Answer(303, (act(desk) or then).encode(), None)
                once.store(desk, key, answer)
            self.forget_draft(desk)
        return self.to(answer.body.decode())

    def forget_draft(self, desk: Desk) -> None:
        """Forget what was kept of the posted form, since it has acted; `act` does it by itself."""
        if self.own_field(PLACE):
            drafts.forget(desk, self.place)

    def act_or_show(
        self,
        act: Callable[[Desk], str | None],
        then: str,
        template: str,
        context: Callable[[Desk, AppError], Mapping[str, Any]],
    ) -> Response:
        """As `act`; if a refusal ends it, show ``template`` again with what was typed and what is wrong.

        ``context`` is asked in a transaction of its own, after the refusal: it sees things as they are now, such as
        the version somebody else has made meanwhile. What nobody may see, and who is not signed in, is refused as ever.
        """
        try:
            return self.act(act, then)
        except AppError as error:
            if error.status in (401, 404) or error.code == "step_up_needed":
                raise
            try:
                with self.write() as desk:
                    told = context(desk, error)
            except Away:
                # What became of the act is what counts, not that its form cannot be shown.
                raise error from None
            return self.show_refused(error, template, told)

    def show_refused(
        self, error: AppError, template: str, context: Mapping[str, Any], fields: Mapping[str, str] | None = None
    ) -> Response:
        """As `Sheet.show_refused`; a form of which nobody knows whether it has acted keeps its key, and acts once."""
        kept = {"act": self._key} if isinstance(error, InDoubt) and self._key else {}
        return Sheet.show_refused(self, error, template, {**context, **kept}, fields)

    @property
    def reader(self) -> Reader:
        """Who is signed in, as they like to read, in the time of their country."""
        who = self._who_it_is
        if who is None:
            return Sheet.reader.fget(self)  # type: ignore[attr-defined, no-any-return]
        zone = self.house.policies.zone(who.actor.country)
        return Reader(who.language, who.calendar, zone, self.house.clock.now(), who.large_text)

    @property
    def let_in(self) -> bool:
        """Whether it was asked who is signed in, and somebody is."""
        return self._who_it_is is not None

    def rotate(self, desk: Desk) -> None:
        """Give the session and the browser another cookie value, in the desk's transaction."""
        value = page_sessions.rotate(desk.session, desk.session_id)
        self.keep(self.cookies.session_name, value)
        self.bind(value)

    def show(self, template: str, status: int = 200, **context: Any) -> Response:
        """As `Sheet.show`; the template also knows `act`, a fresh key for its form.

        A draft that is kept for this page fills its form, and the page says so. Where there is none, what stands in
        ``preset`` (a Typed) does, if the page names it: what need not be asked again.
        """
        own: dict[str, Any] = {"act": uuid.uuid4().hex, "screen": self._screen()}
        preset = context.pop("preset", None)
        if preset is not None and self._draft is None:
            own["typed"] = preset
        if self._draft is not None and "typed" not in context:
            own |= {"draft": self._draft, "typed": self._draft.fields}
        return Sheet.show(self, template, status, **{**own, **context})

    def _who(self, session: Session, now: datetime) -> SignedIn:
        # The one the browser sent, or the one that has taken its place within this request (`rotate`).
        value = self._cookie
        if value is None:
            raise Unauthorised()
        self._who_it_is = authenticate_page(session, value, now, self.house.policies.safeguards.screen)
        return self._who_it_is

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """If nobody comes in, because the screen is locked or the sign-in over, what was typed is kept for them."""
        try:
            yield
        except Unauthorised:
            if self._who_it_is is None:
                marked = self.own_field(PLACE) is not None
                screen.left(self.house, self.cookies.session, self.place, self.typed if marked else ())
            raise

    def _look_around(self, desk: Desk) -> None:
        """What stands around the page: navigation, open emergencies and, where a page is only looked at, its draft."""
        looking = self.request.method in _LOOKING
        self.places = self.site.frame(desk, looking)
        self.banners = self.site.banners(desk)
        self._draft = drafts.found(desk, self.place) if looking else None

    def _screen(self) -> dict[str, int]:
        """When this screen locks and is covered, in seconds, for the script and for those who read it."""
        rules, who = self.house.policies.safeguards.screen, self._who_it_is
        idle = int(rules.idle(who is not None and who.own_device).total_seconds())
        return {
            "idle": idle, "minutes": idle // 60, "warning": rules.warning_seconds, "cover": rules.cover_seconds,
            "slack": int(page_sessions.SEEN_EVERY.total_seconds()),
        }  # fmt: skip

    def _must_note(self, now: datetime) -> bool:
        # A page that looks again by itself is no sign that somebody sits before it.
        if self.request.headers.get(_UNATTENDED):
            return False
        seen_at = self._who_it_is.seen_at if self._who_it_is else None
        return seen_at is not None and now - seen_at >= page_sessions.SEEN_EVERY

    def _form_print(self) -> str:
        """SHA-256 of what this form asks for: path and fields, without the token, which a step-up changes."""
        items = sorted((name, _printed(value)) for name, value in (self._posted or FormData()).multi_items())
        told = repr((self.request.scope["path"], [item for item in items if item[0] != csrf.FIELD]))
        return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()


def _printed(value: object) -> str:
    """A posted value as it goes into the print of a form: a text itself, of a file what it holds."""
    return value.digest if isinstance(value, SentFile) else str(value)


def opens(permission: str, *, files: bool = False) -> Callable[[Request], Awaitable[Page]]:
    """The dependency of a page for people who are signed in: `page: Annotated[Page, Depends(opens("case:read"))]`.

    ``files``: its form may carry a file, which is read only for whoever is signed in and holds the permission.

    A POST is refused (415, 403) unless it carries a form that one of this session's own pages posted. Who is signed
    in, and the permission, is checked by `Page.read`, `write` and `act` in the same transaction as the act.
    """

    async def at_the_door(request: Request) -> Page:
        cookies = _cookies(request)
        if files and request.method not in _LOOKING:
            csrf.check_source(request.headers, _origins(request))
            if cookies.session is None:
                csrf.check_token(None, ())
            await run_in_threadpool(Page(request, cookies, None, permission).verify)
        posted = await _posted(request, cookies.session, files)
        page = Page(request, cookies, posted, permission)
        request.state.sheet = page
        return page

    at_the_door.waymark_needs = permission  # type: ignore[attr-defined]
    at_the_door.waymark_page = True  # type: ignore[attr-defined]
    return at_the_door


def visitor(*, locked: bool = False) -> Callable[[Request], Awaitable[Sheet]]:
    """The dependency of a page that is open to everybody (mark the route `public` with the reason).

    Its forms are bound to a visitor's cookie, made when the page is first asked for; with ``locked`` to that of the
    session the browser came with, if it has one: the page that unlocks it, and leads out of it.
    """

    async def at_the_door(request: Request) -> Sheet:
        cookies = _cookies(request)
        now: datetime = request.app.state.house.clock.now()
        visit = (cookies.session if locked else None) or cookies.visit(now)
        posted = await _posted(request, visit)
        sheet = Sheet(request, cookies, visit, posted)
        if visit is None:
            fresh = cookies.new_visit(now)
            sheet.bind(fresh)
            sheet.keep(cookies.visit_name, fresh)
        if (language := chosen(request)) is not None:
            sheet.keep(cookies.language_name, language)
        request.state.sheet = sheet
        return sheet

    at_the_door.waymark_page = True  # type: ignore[attr-defined]
    return at_the_door


async def _posted(request: Request, cookie: str | None, files: bool = False) -> FormData | None:
    """The posted form, None on a request that only looks. Refused unless a page of ours, with ``cookie``, sent it."""
    if request.method in _LOOKING:
        return None
    csrf.check_kind(request.headers)
    csrf.check_source(request.headers, _origins(request))
    if files and not request.headers.get("content-type", "").startswith("multipart/"):
        raise FilesOnly()
    form = await (
        read_form(request, _MOST_FIELDS) if files else request.form(max_fields=_MOST_FIELDS, max_files=1)
    )
    csrf.check_token(cookie, form.getlist(csrf.FIELD))
    return form


def _cookies(request: Request) -> Cookies:
    site: Site = request.app.state.site
    return Cookies(request, production=site.production)


def own_origin(request: Request) -> str:
    """The address of this site without a path, for a link that leads back to it from elsewhere."""
    origins = _origins(request)
    return origins[-1] if request.scope["scheme"] == "http" else origins[0]


def _origins(request: Request) -> tuple[str, ...]:
    """How a browser names this site. The shell has compared the host with the list of the settings.

    In production it is https, whatever the line between a proxy and this program is.
    """
    host = request.headers.get("host", "").lower()
    site: Site = request.app.state.site
    return (f"https://{host}",) if site.production else (f"https://{host}", f"http://{host}")
