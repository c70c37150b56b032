"""The HTML door of the accounts room: signing in and out, and one's own account."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Response
from markupsafe import Markup

from app.access import factors, first_factor, page_sessions
from app.access.desk import Desk
from app.access.door import public
from app.access.page_door import Page, opens, visitor
from app.access.sheet import SIGN_IN, STEP_UP, Sheet, path_within
from app.accounts import (
    admin_new_pages,
    admin_pages,
    draft_pages,
    own,
    provider_pages,
    queries,
    screen_pages,
    training_pages,
    training_service,
)
from app.accounts.entering import CODE, enter, inside
from app.accounts.forms import (
    CodePage,
    ConfirmPage,
    PasswordPage,
    PresentPasswordPage,
    ReadingPage,
    SessionPage,
    SignInPage,
    StepUpPage,
)
from app.kit.errors import Invalid

router = APIRouter()
for part in (provider_pages, screen_pages, draft_pages, admin_new_pages, admin_pages, training_pages):
    router.include_router(part.router)

Visitor = Annotated[Sheet, Depends(visitor())]
Myself = Annotated[Page, Depends(opens("account:self"))]
Next = Annotated[str, Query(max_length=512)]
Done = Annotated[str, Query(max_length=20)]

ME: Final = "/me"
_SIGN_IN_PAGE, _CODE_PAGE = "accounts/sign_in.html", "accounts/code.html"
_ME_PAGE: Final = "accounts/me.html"
_WRONG_CODE: Final = {"code_wrong": "code"}


@router.get(SIGN_IN)
@public("it is how one signs in")
def sign_in_page(visit: Visitor, next: Next = "", done: Done = "") -> Response:
    """The form for name and password."""
    return visit.show(_SIGN_IN_PAGE, next=path_within(next), done=done, provider=visit.site.provider is not None)


@router.post(SIGN_IN)
@public("it is how one signs in")
def sign_in(visit: Visitor) -> Response:
    """Go in with name and password, or on to the second factor."""
    provider = visit.site.provider is not None
    visit.again(_SIGN_IN_PAGE, next=path_within(visit.own_field("next")), done="", provider=provider)
    form = visit.form(SignInPage)
    known = first_factor.show(visit.house, form.username, form.password.get_secret_value(), visit.address)
    return enter(visit, known, form.next, own_device=form.own_device == "yes")


@router.get(CODE)
@public("it is the second half of signing in")
def code_page(visit: Visitor, next: Next = "") -> Response:
    """The form for the second factor."""
    return visit.show(_CODE_PAGE, next=path_within(next))


@router.post(CODE)
@public("it is the second half of signing in")
def show_code(visit: Visitor) -> Response:
    """Go in with the code of the second factor."""
    visit.again(_CODE_PAGE, _WRONG_CODE, next=path_within(visit.own_field("next")))
    form = visit.form(CodePage)
    half = (visit.cookies.visit(visit.house.clock.now()) or "").rpartition(".")[2]
    value = page_sessions.complete(visit.house, half, form.code, visit.address, visit.cookies.session)
    if value is None:
        raise Invalid(
            "This is not the present code, or it was used already. Wait for the next one.",
            code="code_wrong",
            title="This code does not fit.",
        )
    return inside(visit, value, form.next)


@router.get(ME)
def me(page: Myself, done: Done = "") -> Response:
    """Who is signed in, how, and where else."""
    return page.show(_ME_PAGE, **_account_of(page), done=done)


@router.post("/me/reading")
def set_reading(page: Myself) -> Response:
    """Keep how one likes to read: language, calendar, size of text."""
    page.again(_ME_PAGE, **_account_of(page), done="")
    form = page.form(ReadingPage)

    def act(desk: Desk) -> str | None:
        own.set_reading(desk, form.language, form.calendar, large_text=form.large_text is not None)
        return None

    return page.act(act, then=f"{ME}?done=reading")


@router.post("/me/sessions/end")
def end_session(page: Myself) -> Response:
    """End one of the own sign-ins."""
    this_one = own.end_own_session(page, page.form(SessionPage).session_id)
    if this_one:
        page.keep(page.cookies.session_name, None)
        return page.to(SIGN_IN, done="out")
    return page.to(ME, done="session")


@router.get("/me/password")
def password_page(page: Myself) -> Response:
    """The form for another password."""
    page.verify()
    return page.show("accounts/password.html")


@router.post("/me/password")
def change_password(page: Myself) -> Response:
    """Change the own password; all sessions end."""
    fresh = ("password_too_short", "password_too_long", "password_guessable", "password_unreadable")
    page.again(
        "accounts/password.html", {"current_password_wrong": "current_password", **dict.fromkeys(fresh, "password")}
    )
    form = page.form(PasswordPage)
    own.change_password(
        page, page.house, form.current_password.get_secret_value(), form.password.get_secret_value()
    )
    page.keep(page.cookies.session_name, None)
    return page.to(SIGN_IN, done="password")


@router.get("/me/authenticator")
def authenticator_page(page: Myself) -> Response:
    """The beginning of setting up an authenticator."""
    page.verify()
    return page.show("accounts/authenticator.html")


@router.post("/me/authenticator")
def begin_authenticator(page: Myself) -> Response:
    """Show the secret of a new authenticator, this once."""
    page.again("accounts/authenticator.html", {"current_password_wrong": "password"})
    form = page.form(PresentPasswordPage)
    secret, address = own.begin_authenticator(page, page.house, form.password.get_secret_value())
    # Made by the QR library from the address alone; the login in it is percent-encoded.
    picture = Markup(factors.picture(address))
    return page.show("accounts/authenticator_new.html", secret=secret, picture=picture)


@router.get("/me/authenticator/confirm")
def confirm_page(page: Myself) -> Response:
    """The form for the first code, without the secret, which was shown once."""
    page.verify()
    return page.show("accounts/authenticator_new.html", secret="", picture="")


@router.post("/me/authenticator/confirm")
def confirm_authenticator(page: Myself) -> Response:
    """Confirm the new authenticator, and show the recovery codes, this once."""
    page.again("accounts/authenticator_new.html", _WRONG_CODE, secret="", picture="")
    codes = own.confirm_authenticator(page, page.form(ConfirmPage).code, page.rotate)
    return page.show("accounts/recovery_codes.html", codes=codes)


@router.get("/me/authenticator/remove")
def remove_page(page: Myself) -> Response:
    """The question before the authenticator goes."""
    page.verify()
    return page.show("accounts/authenticator_remove.html")


@router.post("/me/authenticator/remove")
def remove_authenticator(page: Myself) -> Response:
    """Take the own authenticator away, after a step-up."""
    page.again("accounts/authenticator_remove.html")
    own.remove_authenticator(page)
    return page.to(ME, done="removed")


@router.get(STEP_UP)
def step_up_page(page: Myself, next: Next = "") -> Response:
    """The form for a fresh proof, before an act of power."""
    with page.read() as desk:
        lacking = own.lacks_factor(desk)
        context = _step_up_context(desk, next)
    return page.to("/me/authenticator") if lacking else page.show("accounts/step_up.html", **context)


@router.post(STEP_UP)
def step_up(page: Myself) -> Response:
    """Note the fresh proof, and go back to what it was for. The session's cookie changes."""
    with page.read() as desk:
        context = _step_up_context(desk, page.own_field("next") or "")
    page.again("accounts/step_up.html", {**_WRONG_CODE, "current_password_wrong": "password"}, **context)
    form = page.form(StepUpPage)
    password = None if form.password is None else form.password.get_secret_value()
    own.step_up(page, page.house, form.code, password, page.rotate)
    wanted = path_within(form.next, ME)
    return page.to(ME, done="stepped-up") if wanted == ME else page.to(wanted)


def _account_of(page: Page) -> dict[str, Any]:
    with page.read() as desk:
        return {
            "me": queries.me(desk),
            "sessions": queries.own_sessions(desk),
            "session_id": desk.session_id,
            "codes_left": factors.recovery_codes_left(desk.session, desk.actor.id),
            "power": own.holds_power(desk),
            "screen_of": queries.own_screen(desk),
            "trainings": training_service.own(desk).items,
        }


def _step_up_context(desk: Desk, wanted: str) -> dict[str, Any]:
    lasts = desk.policies.safeguards.step_up_lasts
    return {
        "next": path_within(wanted, ME),
        "second_factor": factors.enrolled(desk.session, desk.actor.id),
        "minutes": int(lasts.total_seconds() // 60),
    }

