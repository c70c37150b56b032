"""The HTML door of the shelter room: the board of a house, its beds, and the answer to a request."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Response

from app.access.desk import Desk
from app.access.may import permitted
from app.access.page_door import Page, opens
from app.kit.errors import AppError, NotFound
from app.shelter import forms, service
from app.shelter.schemas import BedsChangeIn, BedsOut, ConfirmIn, DeclineIn

router = APIRouter()

Reader = Annotated[Page, Depends(opens(service.READ))]
Keeper = Annotated[Page, Depends(opens(service.KEEP))]
Answerer = Annotated[Page, Depends(opens(service.ANSWER))]
Done = Annotated[str, Query(max_length=20)]

HERE: Final = "shelters"
# Where the way to the board stands for those who only look: the navigation has no room for a place of its own.
LOOKING: Final = "reports"
BOARD: Final = "shelter/board.html"
BEDS: Final = "shelter/beds.html"
REQUEST: Final = "shelter/request.html"
LISTS: Final = ("bed_sex", "bed_ages", "bed_need", "bed_closed_reason")


@router.get("/shelters")
def shelters(page: Reader) -> Response:
    """The shelters within reach; whoever has only one is led to it."""
    with page.write() as desk:
        found, here = service.shelters(desk).items, _here(desk)
    if len(found) == 1:
        return page.to(f"/shelters/{found[0].id}")
    return page.show("shelter/list.html", here=here, shelters=found)


@router.get("/shelters/{shelter_id}")
def board(shelter_id: str, page: Reader, done: Done = "") -> Response:
    """One house today."""
    with page.write() as desk:
        found = service.board(desk, shelter_id)
        own = permitted(desk, service.KEEP) and found.shelter.id == desk.office_id
        several, here = len(service.shelters(desk).items) > 1, _here(desk)
    return page.show(BOARD, here=here, board=found, done=done, own=own, several=several)


@router.get("/shelters/{shelter_id}/beds")
def new_beds_page(shelter_id: str, page: Keeper) -> Response:
    """The form of a new group of beds."""
    with page.write() as desk:
        context = _beds(desk, shelter_id, None)
    return page.show(BEDS, **context)


@router.post("/shelters/{shelter_id}/beds")
def add_beds(shelter_id: str, page: Keeper) -> Response:
    """Add a group of beds."""

    def act(desk: Desk) -> None:
        service.add_beds(desk, shelter_id, forms.beds_in(page.form(forms.BedsPage)))

    def again(desk: Desk, error: AppError) -> dict[str, Any]:
        return _beds(desk, shelter_id, None)

    return page.act_or_show(act, f"/shelters/{shelter_id}?done=beds", BEDS, again)


@router.get("/shelters/{shelter_id}/beds/{beds_id}")
def beds_page(shelter_id: str, beds_id: str, page: Keeper) -> Response:
    """A group of beds, to be changed."""
    with page.write() as desk:
        context = _beds(desk, shelter_id, beds_id)
    return page.show(BEDS, **context)


@router.post("/shelters/{shelter_id}/beds/{beds_id}")
def change_beds(shelter_id: str, beds_id: str, page: Keeper) -> Response:
    """Change a group of beds, close or open it."""

    def act(desk: Desk) -> None:
        body = forms.beds_in(page.form(forms.BedsPage), changed=True)
        assert isinstance(body, BedsChangeIn)
        service.change_beds(desk, shelter_id, beds_id, body, page.version)

    def again(desk: Desk, error: AppError) -> dict[str, Any]:
        return _beds(desk, shelter_id, beds_id)

    return page.act_or_show(act, f"/shelters/{shelter_id}?done=beds", BEDS, again)


@router.get("/bed-requests/{bed_request_id}")
def request_page(bed_request_id: str, page: Reader) -> Response:
    """A request, and the answer to it for whoever may give one."""
    with page.write() as desk:
        context = _request(desk, bed_request_id)
    return page.show(REQUEST, **context)


@router.post("/bed-requests/{bed_request_id}/confirm")
def confirm(bed_request_id: str, page: Answerer) -> Response:
    """Hold a bed."""
    return _answer(page, bed_request_id, "held", lambda desk: service.confirm(
        desk, bed_request_id, ConfirmIn(beds_id=page.form(forms.ConfirmPage).beds_id[:36])
    ))


@router.post("/bed-requests/{bed_request_id}/decline")
def decline(bed_request_id: str, page: Answerer) -> Response:
    """Say that there is none."""
    return _answer(page, bed_request_id, "declined", lambda desk: service.decline(
        desk, bed_request_id, DeclineIn(why=page.form(forms.DeclinePage).why[:30] or "-")
    ))


def _answer(page: Page, bed_request_id: str, done: str, verb: Any) -> Response:
    def act(desk: Desk) -> str:
        shelter = service.shelter_id_of(desk, bed_request_id)
        verb(desk)
        return f"/shelters/{shelter}?done={done}"

    def again(desk: Desk, error: AppError) -> dict[str, Any]:
        return {**_request(desk, bed_request_id), "refusals": error.extra.get("refusals", [])}

    return page.act_or_show(act, "/shelters", REQUEST, again)


def _here(desk: Desk) -> str:
    return HERE if permitted(desk, service.KEEP) else LOOKING


def _request(desk: Desk, bed_request_id: str) -> dict[str, Any]:
    found = service.one(desk, bed_request_id)
    answers = found.state == "asked" and service.answers(desk, bed_request_id)
    return {
        "here": _here(desk), "request": found, "shelter_id": service.shelter_id_of(desk, bed_request_id),
        "answers": answers, "fitting": service.fitting(desk, bed_request_id) if answers else [],
        "reasons": list(desk.policies.codes["bed_decline_reason"].codes), "refusals": [],
    }  # fmt: skip


def _beds(desk: Desk, shelter_id: str, beds_id: str | None) -> dict[str, Any]:
    found = service.board(desk, shelter_id)
    if found.shelter.id != desk.office_id:
        raise NotFound()
    group: BedsOut | None = None
    if beds_id is not None:
        group = next((each for each in found.groups if each.id == beds_id), None)
        if group is None:
            raise NotFound()
    codes = {name: list(desk.policies.codes[name].codes) for name in LISTS}
    return {"here": HERE, "shelter": found.shelter, "group": group, "codes": codes}
