"""The HTML door of the directory of contacts: both sides of a corridor, an entry, its check, what was found."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Query, Response

from app.access.desk import Desk
from app.access.may import permitted
from app.access.page_door import Page, opens
from app.directory import contact_forms, contacts
from app.directory.contact_schemas import ContactOut
from app.kit.errors import AppError, NotFound
from workflows.directory import DAYS

router = APIRouter()

Reader = Annotated[Page, Depends(opens(contacts.READ))]
Keeper = Annotated[Page, Depends(opens(contacts.KEEP))]
Code = Annotated[str, Path(pattern="^[A-Z]{2}$")]
Done = Annotated[str, Query(max_length=20)]
LIST: Final = "/admin/corridors"
ONE: Final = "/admin/contacts"
ENTRY: Final = "directory/contact.html"
CHECK: Final = "directory/contact_check.html"
FOUND: Final = "directory/contact_found.html"


@router.get(LIST + "/{a}/{b}/contacts")
def of_corridor(a: Code, b: Code, page: Reader, done: Done = "") -> Response:
    """Who answers on both sides of a corridor."""
    with page.read() as desk:
        found = contacts.corridor_contacts(desk, a, b).items
        keeps, own = permitted(desk, contacts.KEEP), desk.actor.country
        roles = desk.policies.roles
        offices = {each.code: each.name for country in desk.policies.countries.values() for each in country.offices}
    sides = [
        (country, [each for each in found if each.country == country]) for country in sorted({a, b}, key=own.__ne__)
    ]
    return page.show(
        "directory/contacts.html", here="admin", sides=sides, a=a, b=b, keeps=keeps, days=DAYS, done=done,
        roles=roles, offices=offices,
    )


@router.get(ONE + "/new")
def new_page(page: Keeper) -> Response:
    """The form of a new entry."""
    with page.read() as desk:
        context = _choices(desk, None)
    return page.show(ENTRY, **context)


@router.post(ONE + "/new")
def add(page: Keeper) -> Response:
    """Add an entry."""

    def act(desk: Desk) -> str:
        form = page.form(contact_forms.ContactPage)
        made = contacts.add_entry(desk, contact_forms.contact_in(form, desk.today))
        return _back(desk, made, "added")

    return page.act_or_show(act, LIST, ENTRY, lambda desk, error: _choices(desk, None))


@router.get(ONE + "/{contact_id}")
def entry_page(contact_id: str, page: Keeper) -> Response:
    """An entry of the own country, to be changed."""
    with page.read() as desk:
        context = _choices(desk, _own(desk, contact_id))
    return page.show(ENTRY, **context)


@router.post(ONE + "/{contact_id}")
def change(contact_id: str, page: Keeper) -> Response:
    """Change an entry."""

    def act(desk: Desk) -> str:
        body = contact_forms.contact_in(page.form(contact_forms.ContactPage), desk.today)
        return _back(desk, contacts.change(desk, contact_id, body, page.version), "changed")

    def again(desk: Desk, error: AppError) -> dict[str, Any]:
        return _choices(desk, _own(desk, contact_id))

    return page.act_or_show(act, LIST, ENTRY, again)


@router.get(ONE + "/{contact_id}/check")
def check_page(contact_id: str, page: Keeper) -> Response:
    """The question whether an entry of the own country still holds."""
    with page.read() as desk:
        context = _one(desk, _own(desk, contact_id))
    return page.show(CHECK, **context)


@router.post(ONE + "/{contact_id}/check")
def check(contact_id: str, page: Keeper) -> Response:
    """Say that it still holds."""

    def act(desk: Desk) -> str:
        page.form(contact_forms.CheckPage)
        return _back(desk, contacts.check(desk, contact_id, page.version), "checked")

    def again(desk: Desk, error: AppError) -> dict[str, Any]:
        return _one(desk, _own(desk, contact_id))

    return page.act_or_show(act, LIST, CHECK, again)


@router.get(ONE + "/{contact_id}/found")
def found_page(contact_id: str, page: Keeper) -> Response:
    """The question whether another country's contact answers."""
    with page.read() as desk:
        context = _one(desk, _theirs(desk, contact_id))
    return page.show(FOUND, **context)


@router.post(ONE + "/{contact_id}/found")
def found(contact_id: str, page: Keeper) -> Response:
    """Say what was found."""

    def act(desk: Desk) -> str:
        body = contact_forms.found_in(page.form(contact_forms.FoundPage))
        return _back(desk, contacts.answer(desk, contact_id, body, page.version), "found")

    def again(desk: Desk, error: AppError) -> dict[str, Any]:
        return _one(desk, _theirs(desk, contact_id))

    return page.act_or_show(act, LIST, FOUND, again)


def _own(desk: Desk, contact_id: str) -> ContactOut:
    found = contacts.one(desk, contact_id)
    if not found.own:
        raise NotFound()
    return found


def _theirs(desk: Desk, contact_id: str) -> ContactOut:
    found = contacts.one(desk, contact_id)
    if found.own:
        raise NotFound()
    return found


def _back(desk: Desk, of: ContactOut, done: str) -> str:
    """The page of a corridor on which an entry stands: with its owner, or the first of the own country."""
    here = desk.actor.country
    others = [each.other(here) for each in desk.policies.corridors.values() if here in each.countries]
    other = of.country if of.country != here else min(others, default="")
    at = f"{LIST}/{here}/{other}/contacts" if other else LIST
    return f"{at}?done={done}" if done else at


def _one(desk: Desk, found: ContactOut) -> dict[str, Any]:
    return {"here": "admin", "it": found, "back": _back(desk, found, ""), "days": DAYS,
            "results": list(desk.policies.codes["contact_result"].codes)}  # fmt: skip


def _choices(desk: Desk, found: ContactOut | None) -> dict[str, Any]:
    policies, here = desk.policies, desk.actor.country
    return {
        "here": "admin", "it": found, "days": DAYS,
        "offices": [(each.code, each.name) for each in contacts.offices_of(policies, here)],
        "points": list(contacts.points_of(policies, here).items()),
        "roles_known": [(name, role.title) for name, role in sorted(policies.roles.items())],
        "kinds": list(policies.codes["contact_kind"].codes),
        "languages": [code for code in policies.codes["language"].codes if code != "unknown"],
    }  # fmt: skip
