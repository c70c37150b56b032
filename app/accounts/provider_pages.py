"""The HTML door for people who sign in through their organisation's identity provider."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Response

from app.access import attempts, first_factor
from app.access.door import public
from app.access.page_door import own_origin, visitor
from app.access.provider import NotProven, Provider
from app.access.provider_attempt import Attempt
from app.access.sheet import START, Sheet
from app.accounts.entering import enter
from app.kit.errors import NotFound, Unauthorised
from app.kit.log import logger

router = APIRouter(prefix="/sign-in/organisation")

Visitor = Annotated[Sheet, Depends(visitor())]
Text = Annotated[str, Query(max_length=4096)]
_BACK: Final = "/sign-in/organisation/back"


@router.get("")
@public("it is how one signs in")
def go(visit: Visitor) -> Response:
    """Send the browser to the identity provider, with a visitor's cookie of its own for this attempt."""
    provider, now = _counted(visit)
    fresh = visit.cookies.new_visit(now)
    visit.keep(visit.cookies.visit_name, fresh)
    return visit.away(provider.address(_attempt(visit, fresh), now))


@router.get("/back")
@public("what the identity provider says in the address is what it checks")
def come_back(visit: Visitor, code: Text = "", state: Text = "", iss: Text = "") -> Response:
    """Let the browser in that comes back from the provider, if it is the one that went, and its account exists.

    By the protocol this GET signs somebody in; what a form's token is elsewhere, the state is here. Whatever is
    wrong is one answer.
    """
    provider, now = _counted(visit)
    cookie = visit.cookies.visit(now)
    # One cookie serves one attempt: coming back a second time starts from nothing.
    visit.keep(visit.cookies.visit_name, None)
    attempt = _attempt(visit, cookie or "")
    if cookie is None or not code or not attempt.is_answered_by(state) or not provider.is_named(iss):
        raise _not_known()
    try:
        login = provider.login(attempt, code, now)
    except NotProven as error:
        logger().warning("provider_answer_refused", kind=str(error))
        raise _not_known() from None
    with visit.house.db.read() as session:
        account = first_factor.find(session, first_factor.login_name(login))
    if account is None or not account.active:
        raise _not_known()
    return enter(visit, first_factor.known(account, visit.address), START)


def _counted(visit: Sheet) -> tuple[Provider, datetime]:
    """The provider and the moment; TooMany if this address has sent too many this way, NotFound if there is none."""
    provider = visit.site.provider
    if provider is None:
        raise NotFound()
    visit.again("accounts/sign_in.html", next=START, done="", provider=True)
    now = visit.house.clock.now()
    with visit.house.db.write() as session:
        attempts.count_address(session, visit.address, now)
    return provider, now


def _attempt(visit: Sheet, cookie: str) -> Attempt:
    return Attempt.of(cookie, own_origin(visit.request) + _BACK)


def _not_known() -> Unauthorised:
    return Unauthorised(
        "This sign-in does not open an account here.", code="sign_in_failed", title="Not signed in."
    )

