"""The HTML door of meetings between countries: what is due, a proposal, one meeting with its acts, and the minutes."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Response

from app.access.desk import Desk
from app.access.may import permitted
from app.access.page_door import Page, opens
from app.casework.conferring import HOLD, READ
from app.kit.errors import AppError
from app.kit.reader import LANGUAGES
from app.kit.typed import Typed
from app.kit.typed_dates import typed_day
from app.kit.words import mark
from app.meetings import corridor_cadence
from app.meetings import corridor_service as service
from app.meetings.corridor_schemas import ActIn, DecisionIn, MinutesIn, ProposalIn

router = APIRouter()

Reader = Annotated[Page, Depends(opens(READ))]
Holder = Annotated[Page, Depends(opens(HOLD))]
Done = Annotated[str, Query(max_length=20)]

HERE: Final = "cases"
LIST: Final = "/corridor-meetings"
NEW: Final = "/corridor-meetings/new"
_NEW, _ONE, _MINUTES = "meetings/corridor_new.html", "meetings/corridor_one.html", "meetings/corridor_minutes.html"
# How many referrals the form takes that a focal point puts down.
ROWS: Final = 5
DONE: Final = {
    "proposed": mark("The day was proposed to the other country."),
    "acted": mark("Saved. The other country is told."),
    "minutes": mark("The minutes were sent to the other country."),
}


@router.get(LIST)
def meetings(page: Reader) -> Response:
    """The standing meetings with each country, and those that were proposed."""
    with page.write() as desk:
        found = service.listed(desk)
        holds = permitted(desk, HOLD)
    return page.show("meetings/corridor_list.html", here=HERE, found=found, holds=holds)


@router.get(NEW)
def new_page(
    page: Holder, country: Annotated[str, Query(max_length=2)] = "", kind: Annotated[str, Query(max_length=40)] = ""
) -> Response:
    """The form of a proposal."""
    with page.read() as desk:
        context = {**_choices(desk), "country": country, "kind": kind}
    return page.show(_NEW, **context)


@router.post(NEW)
def propose(page: Holder) -> Response:
    """Propose a meeting, and go on to it."""
    typed = page.typed_form()

    def act(desk: Desk) -> str:
        body = ProposalIn.model_construct(
            to_country=typed.get("to_country", "")[:2], kind=typed.get("kind", "")[:40], day=_day(typed, "day"),
            way=typed.get("way", "")[:40], host=typed.get("host", "")[:2],
        )  # fmt: skip
        return f"{LIST}/{service.convened(desk, body).id}?done=proposed"

    def again(desk: Desk, error: AppError) -> dict[str, Any]:
        return {**_choices(desk), "country": "", "kind": "", "refusals": error.extra.get("refusals", [])}

    return page.act_or_show(act, LIST, _NEW, again)


@router.get("/corridor-meetings/{corridor_meeting_id}")
def meeting(corridor_meeting_id: str, page: Reader, done: Done = "") -> Response:
    """One meeting: where it stands, what is discussed, what was decided, and what is the next step."""
    with page.write() as desk:
        context = _one(desk, corridor_meeting_id)
    return page.show(_ONE, said=DONE.get(done, ""), **context)


@router.post("/corridor-meetings/{corridor_meeting_id}/act")
def act_on(corridor_meeting_id: str, page: Holder) -> Response:
    """Take one of the acts."""
    typed = page.typed_form()

    def act(desk: Desk) -> None:
        service.found(desk, corridor_meeting_id)
        name = typed.get("name", "")[:20]
        service.acted(desk, corridor_meeting_id, name, _body(typed, name))

    def again(desk: Desk, error: AppError) -> dict[str, Any]:
        return {**_one(desk, corridor_meeting_id), "refusals": error.extra.get("refusals", []), "said": ""}

    return page.act_or_show(act, f"{LIST}/{corridor_meeting_id}?done=acted", _ONE, again)


@router.get("/corridor-meetings/{corridor_meeting_id}/minutes")
def minutes_page(corridor_meeting_id: str, page: Holder) -> Response:
    """The form of the minutes: for each entry of the agenda one decision, or none."""
    with page.write() as desk:
        context = _one(desk, corridor_meeting_id)
    return page.show(_MINUTES, **context)


@router.post("/corridor-meetings/{corridor_meeting_id}/minutes")
def minutes(corridor_meeting_id: str, page: Holder) -> Response:
    """Propose the minutes."""
    typed = page.typed_form()

    def act(desk: Desk) -> None:
        service.found(desk, corridor_meeting_id)
        body = MinutesIn.model_construct(held_on=_day(typed, "held_on"), decisions=_decisions(typed))
        service.proposed(desk, corridor_meeting_id, body)

    def again(desk: Desk, error: AppError) -> dict[str, Any]:
        return {**_one(desk, corridor_meeting_id), "refusals": error.extra.get("refusals", [])}

    return page.act_or_show(act, f"{LIST}/{corridor_meeting_id}?done=minutes", _MINUTES, again)


def _one(desk: Desk, meeting_id: str) -> dict[str, Any]:
    found = service.read(desk, meeting_id)
    here, roles = desk.actor.country, desk.policies.roles
    codes = {
        name: list(desk.policies.codes[name].codes)
        for name in (service.WAY, service.WHY, service.REMARK, service.WHAT)
    }
    languages = [each for each in (*_spoken(desk, here), *_spoken(desk, found.country)) if each in LANGUAGES]
    return {
        "here": HERE, "meeting": found, "holds": permitted(desk, HOLD), "codes": codes, "us": here, "refusals": [],
        "acts": {each.name: each for each in found.acts}, "rows": list(range(ROWS)), "today": desk.today,
        "parts_there": [(name, roles[name].title) for name in found.parts],
        "role_titles": {name: role.title for name, role in roles.items()},
        "languages": list(dict.fromkeys((*languages, "en"))),
    }  # fmt: skip


def _spoken(desk: Desk, country: str) -> tuple[str, ...]:
    return tuple(desk.policies.countries[country].languages)


def _choices(desk: Desk) -> dict[str, Any]:
    others = corridor_cadence.partners(desk)
    kinds = dict.fromkeys(rule.kind for each in others for rule in corridor_cadence.kinds_with(desk, each))
    return {
        "here": HERE, "countries": list(others), "kinds": list(kinds), "us": desk.actor.country,
        "ways": list(desk.policies.codes[service.WAY].codes), "refusals": [],
    }  # fmt: skip


def _body(typed: Typed, name: str) -> ActIn:
    """What an act needs of what was typed."""
    moves = name in ("other_day", "move_day")
    number = typed.get("number", "").strip()
    return ActIn.model_construct(
        day=_day(typed, "day") if moves else None,
        way=typed.get("way", "")[:40] or None,
        reason=typed.get("reason", "")[:40] or None,
        referrals=[typed.get(f"referral_{row}", "")[:40] for row in range(ROWS)] if name == "send_items" else None,
        remark=typed.get("remark", "")[:40] or None,
        number=int(number) if number.isascii() and number.isdigit() and 0 < int(number[:4]) <= 200 else None,
        words=typed.get("words", "")[:300],
    )


def _decisions(typed: Typed) -> list[DecisionIn]:
    """The decisions of the rows in which something is chosen."""
    found = []
    for row, reference in enumerate(typed.all("referral")[:200]):
        what = typed.get(f"what_{row}", "")[:40]
        if what:
            found.append(
                DecisionIn.model_construct(
                    referral=reference[:40], what=what, by_country=typed.get(f"by_{row}", "")[:2],
                    part=typed.get(f"part_{row}", "")[:40], until=_day(typed, f"until_{row}"),
                    words=typed.get(f"words_{row}", "")[:300],
                )
            )  # fmt: skip
    return found


def _day(typed: Typed, name: str) -> date:
    try:
        return typed_day(*(typed.get(f"{name}_{part}", "").strip() for part in ("day", "month", "year")))
    except ValueError as error:
        raise service.unfit(name, str(error)) from None
