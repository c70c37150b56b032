"""The HTML door of the meetings room: the meetings of the office, a new one, and the agenda with its minutes."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Response

from app.access.desk import Desk
from app.access.page_door import Page, opens
from app.kit.errors import AppError
from app.kit.typed import Typed
from app.kit.typed_dates import typed_day
from app.kit.words import mark
from app.meetings import corridor_pages, queries, service, visit_pages
from app.meetings.schemas import MeetingIn, PresentIn

router = APIRouter()
router.include_router(corridor_pages.router)
router.include_router(visit_pages.router)

Meeter = Annotated[Page, Depends(opens(queries.MEET))]
LIST: Final = "/meetings"
NEW: Final = "/meetings/new"
AGENDA: Final = "/meetings/agenda"
# How many of those who were there the form takes.
SEATS: Final = 8


@router.get(LIST)
def meetings(page: Meeter) -> Response:
    """The meetings of the office."""
    with page.write() as desk:
        found = service.listed(desk)
    return page.show("meetings/list.html", here="cases", found=found)


@router.get(NEW)
def new_page(page: Meeter) -> Response:
    """The form of a meeting."""
    with page.read() as desk:
        context = _choices(desk)
    return page.show("meetings/new.html", **context)


@router.post(NEW)
def put_down(page: Meeter) -> Response:
    """Put down a meeting, and go on to its agenda."""
    typed = page.typed_form()

    def act(desk: Desk) -> str:
        body = MeetingIn.model_construct(kind=typed.get("kind", ""), held_on=_day(typed), present=_present(typed))
        return f"{AGENDA}?meeting_id={service.held(desk, body).id}"

    return page.act_or_show(act, LIST, "meetings/new.html", _again)


@router.get(AGENDA)
def agenda(page: Meeter, meeting_id: Annotated[str, Query(max_length=36)] = "") -> Response:
    """What the meeting has to discuss, each case leading to its minutes."""
    with page.write() as desk:
        found = service.agenda(desk, meeting_id)
        roles = desk.policies.roles
        offices = {each.at: desk.policies.office(each.at).name for each in found.meeting.present}
    return page.show("meetings/agenda.html", here="cases", found=found, roles=roles, offices=offices)


def _again(desk: Desk, error: AppError) -> dict[str, Any]:
    return _choices(desk)


def _choices(desk: Desk) -> dict[str, Any]:
    here = desk.policies.countries[desk.actor.country].offices
    return {
        "here": "cases",
        "kinds": list(desk.policies.codes[service.KINDS].codes),
        "parts_there": [(name, role.title) for name, role in desk.policies.roles.items() if role.field_groups],
        "offices": [(each.code, each.name) for each in here],
        "own": desk.actor.office,
        "seats": list(range(SEATS)),
    }


def _present(typed: Typed) -> list[PresentIn]:
    """Whom the rows name; a row without a part is empty."""
    pairs = ((typed.get(f"part_{seat}", ""), typed.get(f"at_{seat}", "")) for seat in range(SEATS))
    found = [PresentIn(part=part[:40], at=at[:60]) for part, at in pairs if part]
    if not found:
        raise service.unfit("part_0", mark("Say who was there."))
    return found


def _day(typed: Typed) -> date:
    try:
        return typed_day(*(typed.get(f"held_on_{part}", "").strip() for part in ("day", "month", "year")))
    except ValueError as error:
        raise service.unfit("held_on", str(error)) from None
