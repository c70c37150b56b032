"""Pages around the screen itself: hiding it, the page that tells nothing, unlocking, signing out, what locks it."""

from __future__ import annotations

import re
from calendar import Calendar
from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Response

from app.access import page_sessions, screen
from app.access.door import public
from app.access.languages import ASKED_BY
from app.access.page_door import Page, opens, visitor
from app.access.sheet import LOCKED, SIGN_IN, Sheet, path_within
from app.accounts import own, queries, service
from app.accounts.forms import DevicePage, EmailPage, PinPage, UnlockPage
from app.kit.catalogue import SOURCE
from app.kit.errors import Invalid, Unauthorised
from app.kit.words import mark

router = APIRouter()

Visitor = Annotated[Sheet, Depends(visitor())]
Outside = Annotated[Sheet, Depends(visitor(locked=True))]
Myself = Annotated[Page, Depends(opens("account:self"))]
Next = Annotated[str, Query(max_length=512)]

_LOCKED_PAGE, _PIN_PAGE = "accounts/locked.html", "accounts/pin.html"
_NEUTRAL: Final = "/neutral"
_MONTH: Final = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")
_MONTHS: Final = (
    mark("January"), mark("February"), mark("March"), mark("April"), mark("May"), mark("June"), mark("July"),
    mark("August"), mark("September"), mark("October"), mark("November"), mark("December"),
)  # fmt: skip
_WEEKDAYS: Final = (
    mark("Mon"), mark("Tue"), mark("Wed"), mark("Thu"), mark("Fri"), mark("Sat"), mark("Sun"),
)  # fmt: skip


@router.post("/sign-out")
def sign_out(page: Myself) -> Response:
    """End this session, locked or not; its cookie is worth nothing from the next request on."""
    try:
        with page.write() as desk:
            service.sign_out(desk)
    except Unauthorised:
        screen.end(page.house, page.cookies.session, "signed_out")
    # The page one is sent to speaks the language of the account that leaves.
    language = page.reader.language
    spoken = "" if language == SOURCE else f"&{ASKED_BY}={language}"
    return _emptied(page, f"{SIGN_IN}?done=out{spoken}")


@router.post("/hide")
def hide(page: Myself) -> Response:
    """Hide the screen: lock or end this session, and show a page that tells nothing, whatever state it was in."""
    try:
        with page.write() as desk:
            ended = screen.hide(desk)
    except page_sessions.Locked:
        ended = False
    except Unauthorised:
        ended = True
    if ended:
        return _emptied(page, _NEUTRAL)
    answer = page.to(_NEUTRAL)
    answer.headers["Clear-Site-Data"] = '"storage"'
    return answer


@router.get(_NEUTRAL)
@public("it tells nothing")
def neutral(visit: Visitor, month: Annotated[str, Query(max_length=7)] = "") -> Response:
    """A page that tells nothing: the calendar of a month."""
    today = visit.house.clock.now().date()
    asked = _MONTH.fullmatch(month)
    first = date(int(asked[1]), int(asked[2]), 1) if asked else today.replace(day=1)
    number = first.year * 12 + first.month - 1
    before, after = (f"{at // 12}-{at % 12 + 1:02}" for at in (number - 1, number + 1))
    return visit.show(
        "neutral.html", first=first, today=today, name=_MONTHS[first.month - 1], weekdays=_WEEKDAYS,
        weeks=Calendar().monthdatescalendar(first.year, first.month), before=before, after=after,
    )  # fmt: skip


@router.get(LOCKED)
@public("it is how a locked screen is opened")
def locked_page(visit: Outside, next: Next = "") -> Response:
    """The form for the number that unlocks; a way on where nothing is locked, and to the sign-in where all is over."""
    locked = screen.is_locked(visit.house, visit.cookies.session)
    if locked is None:
        return _to_sign_in(visit, next)
    return visit.show(_LOCKED_PAGE, next=path_within(next), locked=locked)


@router.post(LOCKED)
@public("it is how a locked screen is opened")
def unlock(visit: Outside) -> Response:
    """Open the locked screen with the person's number, and go back to the page that was locked."""
    wanted = visit.own_field("next") or ""
    visit.again(_LOCKED_PAGE, {"pin_wrong": "pin"}, next=path_within(wanted), locked=True)
    form = visit.form(UnlockPage)
    try:
        right = screen.unlock(visit.house, visit.cookies.session, form.pin.get_secret_value())
    except Unauthorised:
        return _to_sign_in(visit, wanted)
    if not right:
        raise Invalid("This is not the number. Try again.", code="pin_wrong", title="Still locked.")
    visit.keep(visit.cookies.visit_name, None)
    return visit.to(path_within(form.next))


@router.post("/awake")
def awake(page: Myself) -> Response:
    """Note that somebody is at the screen, so that it does not lock: what the page's script posts while one reads."""
    with page.write() as desk:
        page_sessions.seen(desk.session, desk.session_id, desk.now)
    return page.to("/me")


@router.get("/me/pin")
def pin_page(page: Myself) -> Response:
    """The form for the number that unlocks."""
    with page.read() as desk:
        context = _pin_context(page, queries.own_screen(desk).pin)
    return page.show(_PIN_PAGE, **context)


@router.post("/me/pin")
def set_pin(page: Myself) -> Response:
    """Set the number that unlocks, after the present password."""
    with page.read() as desk:
        context = _pin_context(page, queries.own_screen(desk).pin)
    wrong = {"current_password_wrong": "password", "pin_length": "pin", "pin_guessable": "pin"}
    page.again(_PIN_PAGE, wrong, **context)
    form = page.form(PinPage)
    own.set_pin(page, page.house, form.pin.get_secret_value(), form.password.get_secret_value())
    return page.to("/me", done="pin")


@router.post("/me/device")
def set_device(page: Myself) -> Response:
    """Say whether nobody else uses this device: the screen locks later there."""
    form = page.form(DevicePage)
    return page.act(lambda desk: service.set_own_device(desk, form.own_device == "yes"), then="/me?done=device")


@router.get("/me/email")
def email_page(page: Myself) -> Response:
    """The form for the address that is told when there is something new."""
    with page.read() as desk:
        email = queries.own_screen(desk).email
    return page.show("accounts/email.html", email=email or "")


@router.post("/me/email")
def set_email(page: Myself) -> Response:
    """Set the address that is told when there is something new, or none."""
    page.again("accounts/email.html", email="")
    form = page.form(EmailPage)
    return page.act(lambda desk: service.set_email(desk, form.email), then="/me?done=email")


def _emptied(page: Page, path: str) -> Response:
    """On to ``path`` without the session's cookie, and with nothing left in the browser's stores."""
    page.keep(page.cookies.session_name, None)
    answer = page.to(path)
    answer.headers["Clear-Site-Data"] = '"cookies", "storage"'
    return answer


def _to_sign_in(visit: Sheet, wanted: str) -> Response:
    return visit.to(SIGN_IN, next=path_within(wanted)) if path_within(wanted) != "/" else visit.to(SIGN_IN)


def _pin_context(page: Page, pin: bool) -> dict[str, Any]:
    rules = page.house.policies.safeguards.screen
    return {"pin": pin, "digits": rules.pin_digits, "tries": rules.pin_tries}
