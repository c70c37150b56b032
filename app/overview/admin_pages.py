"""The entry to the administration, and the page of one text with what rests on it: both show several rooms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Response

from app.access.may import permitted
from app.access.page_door import Page, opens
from app.kit.errors import NotFound
from app.kit.words import mark
from app.lifecycle import queries, resting
from app.overview import admin_queries

router = APIRouter()

Myself = Annotated[Page, Depends(opens("account:self"))]
Reader = Annotated[Page, Depends(opens("policy:read"))]


@dataclass(frozen=True, slots=True)
class Card:
    """One page of the administration: who holds ``permission`` gets the card."""

    path: str
    title: str
    says: str
    permission: str


# Title of a group, and its cards in the order shown.
_CARDS: Final = (
    (mark("People"), (
        Card("/admin/users", mark("Users"), mark("Accounts, roles, offices; stop somebody's access."),
             "account:manage"),
        Card("/admin/deputies", mark("Deputies"), mark("Who stands in for whom, and until when."), "deputy:set"),
        Card("/reports/approvals", mark("Waits for a second person"), mark("Acts of power that two have to agree to."),
             "account:self"),
        Card("/admin/roles", mark("Roles"), mark("Who may do what, how far, and which fields they see."),
             "policy:read"),
    )),
    (mark("What is agreed"), (
        Card("/admin/offices", mark("Offices"), mark("Every office with hours and duty phone."), "directory:read"),
        Card("/admin/corridors", mark("Corridors"), mark("Texts, clocks and border points between two countries."),
             "directory:read"),
        Card("/admin/guidelines", mark("Guidelines"), mark("The texts, what rests on them, versions side by side."),
             "policy:read"),
        Card("/admin/codes", mark("Words"), mark("Code lists and what is not translated yet."), "policy:read"),
    )),
    (mark("The machinery"), (
        Card("/admin/links", mark("Links to other countries"), mark("Keys, and what waits to be delivered."),
             "exchange:operate"),
        Card("/admin/retention", mark("Retention"), mark("How long data is kept, and how much is due for deletion."),
             "upkeep:read"),
        Card("/admin/retention/due", mark("Data past their time"), mark("Who may be erased, and who was erased."),
             "data:review"),
        Card("/admin/system", mark("System"), mark("Versions, keys, backups, and what works behind the pages."),
             "upkeep:read"),
    )),
)  # fmt: skip


@router.get("/admin")
def home(page: Myself) -> Response:
    """The pages of the administration that the actor's roles open; NotFound for whom it is no place."""
    with page.read() as desk:
        if not any(place.name == "admin" for place in page.places):
            raise NotFound()
        groups = [
            (title, [card for card in cards if permitted(desk, card.permission)]) for title, cards in _CARDS
        ]
    return page.show("overview/admin.html", here="admin", groups=[each for each in groups if each[1]])


@router.get("/admin/guidelines/{source_id}")
def guideline(source_id: str, page: Reader) -> Response:
    """One text: what it asks, every rule that rests on it, and how many open cases it touches, by stage."""
    with page.read() as desk:
        found = queries.source(desk.policies, source_id)
        counts = None
        starts = resting.starts(source_id)
        if starts and permitted(desk, "upkeep:read"):
            counts = admin_queries.touched(desk, starts)
        smallest = desk.policies.smallest_cell
        rules = resting.rules(desk.policies, source_id)
    return page.show(
        "overview/admin_guideline.html", here="admin", it=found, conditions=resting.conditions(source_id),
        rules=rules, counts=counts, smallest=smallest,
    )  # fmt: skip
