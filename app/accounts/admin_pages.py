"""Pages for administrators about one account: look, then change, then confirm."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query, Response

from app.access import factors, stepup
from app.access.page_door import Page
from app.accounts import own, power, service
from app.accounts.admin_forms import NothingPage, OfficePage, RolesPage, SetPasswordPage, StopPage
from app.accounts.admin_parts import REFUSALS, USERS, Manager, done_with, one

router = APIRouter()

_USER: Final = USERS + "/{user_id}"
_ROLES, _OFFICE, _STOP = "accounts/user_roles.html", "accounts/user_office.html", "accounts/user_stop.html"
_PASSWORD, _ALLOW, _FACTOR = "accounts/user_password.html", "accounts/user_allow.html", "accounts/user_factor.html"


@router.get(_USER)
def user(user_id: str, page: Manager, done: Annotated[str, Query(max_length=20)] = "") -> Response:
    """One account: who, where, which roles, and what can be done about it."""
    return page.show("accounts/user.html", **one(page, user_id), done=done)


@router.get(_USER + "/roles")
def roles_page(user_id: str, page: Manager) -> Response:
    """The roles to tick."""
    return page.show(_ROLES, **one(page, user_id))


@router.post(_USER + "/roles")
def set_roles(user_id: str, page: Manager) -> Response:
    """Give exactly these roles; a right of power it did not have waits for a second person."""
    page.again(_ROLES, REFUSALS, **one(page, user_id))
    wanted = page.form(RolesPage).roles
    return page.act(
        lambda desk: done_with(power.set_roles(desk, user_id, page.version, wanted), "roles"), then=USERS
    )


@router.get(_USER + "/office")
def office_page(user_id: str, page: Manager) -> Response:
    """The office to choose."""
    return page.show(_OFFICE, **one(page, user_id))


@router.post(_USER + "/office")
def set_office(user_id: str, page: Manager) -> Response:
    """Move the account to another office; one that holds a right of power waits for a second person."""
    page.again(_OFFICE, REFUSALS, **one(page, user_id))
    code = page.form(OfficePage).office
    return page.act(
        lambda desk: done_with(power.set_office(desk, user_id, page.version, code), "office"), then=USERS
    )


@router.get(_USER + "/stop")
def stop_page(user_id: str, page: Manager) -> Response:
    """The question before somebody's access ends, and the field for a fresh proof if one is needed."""
    return page.show(_STOP, **one(page, user_id), proof=_proof(page))


@router.post(_USER + "/stop")
def stop(user_id: str, page: Manager) -> Response:
    """End somebody's access now: one form for the proof and the act, since it may have to be quick."""
    proof = _proof(page)
    page.again(_STOP, {"code_wrong": "code", "current_password_wrong": "password"}, **one(page, user_id), proof=proof)
    form = page.form(StopPage)
    if proof:
        password = None if form.password is None else form.password.get_secret_value()
        own.step_up(page, page.house, form.code, password, page.rotate)
    return page.act(lambda desk: done_with(power.disable(desk, user_id, page.version), "stopped"), then=USERS)


@router.get(_USER + "/allow")
def allow_page(user_id: str, page: Manager) -> Response:
    """The question before a stopped account may be used again."""
    return page.show(_ALLOW, **one(page, user_id))


@router.post(_USER + "/allow")
def allow(user_id: str, page: Manager) -> Response:
    """Let a stopped account be used again; one that holds a right of power waits for a second person."""
    page.again(_ALLOW, **one(page, user_id))
    page.form(NothingPage)
    return page.act(lambda desk: done_with(power.enable(desk, user_id, page.version), "allowed"), then=USERS)


@router.get(_USER + "/password")
def password_page(user_id: str, page: Manager) -> Response:
    """The form for somebody's new password."""
    return page.show(_PASSWORD, **one(page, user_id))


@router.post(_USER + "/password")
def set_password(user_id: str, page: Manager) -> Response:
    """Set somebody's password; all their sessions end."""
    known = one(page, user_id)
    page.again(_PASSWORD, REFUSALS, **known)
    typed = page.form(SetPasswordPage).password.get_secret_value()
    fresh = service.hashed(page.house.passwords, typed, known["user"].login, known["user"].display_name)
    return page.act(
        lambda desk: done_with(power.set_password(desk, user_id, page.version, fresh), "password"), then=USERS
    )


@router.get(_USER + "/factor")
def factor_page(user_id: str, page: Manager) -> Response:
    """The question before somebody's authenticator is taken away."""
    return page.show(_FACTOR, **one(page, user_id))


@router.post(_USER + "/factor")
def reset_factor(user_id: str, page: Manager) -> Response:
    """Take somebody's lost authenticator away; they set up another one after their next sign-in."""
    page.again(_FACTOR, **one(page, user_id))
    page.form(NothingPage)
    return page.act(lambda desk: done_with(power.reset_factor(desk, user_id, page.version), "factor"), then=USERS)


def _proof(page: Page) -> str:
    """Which proof the form asks for: code, password, or factor where one has to be set up first; "" if none is due."""
    with page.read() as desk:
        if stepup.is_fresh(desk):
            return ""
        if own.lacks_factor(desk):
            return "factor"
        return "code" if factors.enrolled(desk.session, desk.actor.id) else "password"
