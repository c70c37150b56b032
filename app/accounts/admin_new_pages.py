"""Pages for administrators: the list of accounts, and opening a new one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Response

from app.access.desk import Desk
from app.accounts import power, queries, service
from app.accounts.admin_forms import NewAccountPage
from app.accounts.admin_parts import REFUSALS, USERS, Manager, done_with, role_picks
from app.accounts.schemas import AccountIn
from app.kit.paging import ask
from app.kit.words import mark

router = APIRouter()

PAGE: Final = 25
_NEW: Final = "accounts/user_new.html"
_ACTIVE: Final = {"yes": True, "no": False}
Code = Annotated[str, Query(max_length=64)]


@router.get(USERS)
def users(
    page: Manager,
    office: Code = "",
    role: Code = "",
    active: Annotated[str, Query(pattern="^(yes|no|)$")] = "",
    done: Annotated[str, Query(max_length=20)] = "",
    cursor: Annotated[str | None, Query(max_length=512)] = None,
) -> Response:
    """The accounts within reach, by login name; narrowed to an office, a role, the active or the stopped ones."""
    chosen = {"office": office, "role": role, "active": active}
    with page.write() as desk:
        narrowed = queries.Filter(office, role, _ACTIVE.get(active))
        found = service.listed(desk, ask(PAGE, cursor, (str, str)), narrowed)
        offices = queries.offices(desk, service.MANAGE)
        groups = list(_groups(desk, offices, chosen))
        titles = {name: each.title for name, each in desk.policies.roles.items()}
    following = _with(chosen, cursor=found.next) if found.next else None
    return page.show(
        "accounts/users.html", here="admin", found=found, offices=dict(offices), titles=titles, groups=groups,
        removable=[(word, _with(chosen, **{name: ""})) for name, word in _removable(chosen, dict(offices), titles)],
        next=following, done=done,
    )  # fmt: skip


@router.get(USERS + "/new")
def new_user_page(page: Manager) -> Response:
    """The form for a new account."""
    with page.read() as desk:
        context = _choices(desk)
    return page.show(_NEW, **context)


@router.post(USERS + "/new")
def open_user(page: Manager) -> Response:
    """Open an account; with a role of power it waits for a second person."""
    with page.read() as desk:
        context = _choices(desk)
    page.again(_NEW, REFUSALS, **context)
    form = page.form(NewAccountPage)
    body = AccountIn(**{name: getattr(form, name) for name in NewAccountPage.model_fields})
    fresh = service.hashed(page.house.passwords, form.password.get_secret_value(), form.login, form.display_name)
    return page.act(lambda desk: done_with(power.open_account(desk, body, fresh), "opened"), then=USERS)


def _choices(desk: Desk) -> dict[str, Any]:
    return {"here": "admin", "offices": queries.offices(desk, service.MANAGE), "roles": role_picks(desk)}


def _groups(
    desk: Desk, offices: list[tuple[str, str]], chosen: dict[str, str]
) -> Iterator[tuple[str, list[tuple[str, str, bool]]]]:
    """What the list can be narrowed by: title, and address, word and whether it is chosen, for each value."""
    roles = [(name, title) for name, title, _ in role_picks(desk)]
    states = [("yes", mark("Active")), ("no", mark("Stopped"))]
    for name, title, values in (
        ("active", mark("State"), states), ("role", mark("Role"), roles), ("office", mark("Office"), offices),
    ):  # fmt: skip
        yield title, [(_with(chosen, **{name: code}), word, chosen[name] == code) for code, word in values]


def _removable(chosen: dict[str, str], offices: dict[str, str], titles: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Name and word of each filter that is set."""
    words = {"office": offices, "role": titles, "active": {"yes": mark("Active"), "no": mark("Stopped")}}
    for name, code in chosen.items():
        if code:
            yield name, words[name].get(code, code)


def _with(chosen: dict[str, str], **changed: str) -> str:
    """The address of the list with these filters changed."""
    asked = "&".join(f"{name}={value}" for name, value in {**chosen, **changed}.items() if value)
    return f"{USERS}?{asked}" if asked else USERS
