"""The HTML door of visits of case workers abroad: what is due, a request, and one visit with its acts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Response

from app.access.desk import Desk
from app.access.may import permitted
from app.access.page_door import Page, opens
from app.casework.visiting import ASK, READ
from app.kit.errors import AppError, Invalid
from app.kit.typed import Typed
from app.kit.typed_dates import typed_day
from app.kit.words import mark
from app.meetings import visit_service as service
from app.meetings.corridor_cadence import partners
from app.meetings.corridor_service import unfit
from app.meetings.visit_schemas import AskIn, EnteredIn, MetIn, VisitActIn, VisitorIn

router = APIRouter()

Reader = Annotated[Page, Depends(opens(READ))]
Asker = Annotated[Page, Depends(opens(ASK))]
Done = Annotated[str, Query(max_length=20)]

HERE: Final = "cases"
LIST: Final = "/shelter-visits"
NEW: Final = "/shelter-visits/new"
_NEW, _ONE = "meetings/visit_new.html", "meetings/visit_one.html"
# How many people, days and visitors the form of a request takes; more go through the JSON door.
PEOPLE, DAYS, VISITORS = 5, 2, 3
# How many the form of a log takes at most: everybody who was to come, and one more.
ENTERED: Final = 7
DONE: Final = {
    "asked": mark("The other country was asked for the visit."),
    "acted": mark("Saved. The other country is told."),
}
_LISTS: Final = (
    service.PURPOSE, service.PLACE, service.CONDITION, service.SAID, service.REMARK, service.REFUSAL, service.OFF,
)  # fmt: skip


@router.get(LIST)
def visits(page: Reader) -> Response:
    """When the next visits are due, and the visits from and to the country."""
    with page.write() as desk:
        found = service.listed(desk)
        asks = permitted(desk, ASK)
        here = desk.actor.country
    return page.show("meetings/visit_list.html", here=HERE, found=found, asks=asks, us=here)


@router.get(NEW)
def new_page(page: Asker, country: Annotated[str, Query(max_length=2)] = "") -> Response:
    """The form of a request."""
    with page.read() as desk:
        context = {**_choices(desk), "country": country}
    return page.show(_NEW, **context)


@router.post(NEW)
def ask(page: Asker) -> Response:
    """Ask for a visit, and go on to it."""
    typed = page.typed_form()

    def act(desk: Desk) -> str:
        days = [_day(typed, f"day_{row}") for row in range(DAYS) if row == 0 or _is_typed(typed, f"day_{row}")]
        come = [row for row in range(VISITORS) if row == 0 or typed.get(f"part_{row}", "")]
        visitors = [
            VisitorIn.model_construct(
                part=typed.get(f"part_{row}", "")[:40], office=typed.get(f"office_{row}", "")[:64]
            )
            for row in come
        ]
        about = [typed.get(f"about_{row}", "").strip()[:40] for row in range(PEOPLE)]
        body = AskIn.model_construct(
            host=typed.get("host", "")[:2], purpose=typed.get("purpose", "")[:40],
            language=typed.get("language", "")[:40], days=days, visitors=visitors,
            about=[each for each in about if each],
        )  # fmt: skip
        if not body.about:
            raise unfit("about_0", mark("Write at least one number."))
        names = {"days": "day_0", "about": "about_0"}
        for number, row in enumerate(come):
            names |= {f"visitors.{number}.part": f"part_{row}", f"visitors.{number}.office": f"office_{row}"}
        with _at(names):
            return f"{LIST}/{service.asked(desk, body).id}?done=asked"

    def again(desk: Desk, error: AppError) -> dict[str, Any]:
        return {**_choices(desk), "country": "", "refusals": error.extra.get("refusals", [])}

    return page.act_or_show(act, LIST, _NEW, again)


@router.get("/shelter-visits/{shelter_visit_id}")
def visit(shelter_visit_id: str, page: Reader, done: Done = "") -> Response:
    """One visit: where it stands, who is met, the permission, the log, and what is the next step."""
    with page.write() as desk:
        context = _one(desk, shelter_visit_id)
    return page.show(_ONE, said=DONE.get(done, ""), **context)


@router.post("/shelter-visits/{shelter_visit_id}/act")
def act_on(shelter_visit_id: str, page: Reader) -> Response:
    """Take one of the acts."""
    typed = page.typed_form()

    def act(desk: Desk) -> None:
        service.found(desk, shelter_visit_id)
        name = typed.get("name", "")[:20]
        body = _body(typed, name)
        with _at(_names(typed, name)):
            service.acted(desk, shelter_visit_id, name, body)

    def again(desk: Desk, error: AppError) -> dict[str, Any]:
        return {**_one(desk, shelter_visit_id), "refusals": error.extra.get("refusals", []), "said": ""}

    return page.act_or_show(act, f"{LIST}/{shelter_visit_id}?done=acted", _ONE, again)


def _one(desk: Desk, visit_id: str) -> dict[str, Any]:
    found = service.read(desk, visit_id)
    here, roles = desk.actor.country, desk.policies.roles
    return {
        "here": HERE, "visit": found, "us": here, "refusals": [], "acts": {each.name: each for each in found.acts},
        "codes": {name: list(desk.policies.codes[name].codes) for name in _LISTS}, "today": desk.today,
        "offices": [
            (each.code, each.name) for each in desk.policies.countries[here].offices if each.kind != "shelter"
        ],
        "focal_office": desk.policies.corridor(here, found.country).focal_office(here) or "",
        "role_titles": {name: role.title for name, role in roles.items()},
        "office_names": {
            each.code: each.name for one in (here, found.country) for each in desk.policies.countries[one].offices
        },
        "rows": list(range(min(len(found.visitors) + 1, ENTERED))),
    }  # fmt: skip


def _choices(desk: Desk) -> dict[str, Any]:
    here = desk.actor.country
    return {
        "here": HERE, "countries": list(partners(desk)), "refusals": [],
        "purposes": list(desk.policies.codes[service.PURPOSE].codes),
        "languages": list(desk.policies.codes["language"].codes),
        "mine": list(desk.policies.countries[here].languages)[:1],
        "role_titles": {name: role.title for name, role in desk.policies.roles.items()},
        "offices": [(each.code, each.name) for each in desk.policies.countries[here].offices],
        "people": list(range(PEOPLE)), "days": list(range(DAYS)), "rows": list(range(VISITORS)),
    }  # fmt: skip


def _body(typed: Typed, name: str) -> VisitActIn:
    """What an act needs of what was typed; each act has fields of its own names on the page."""
    logs, grants = name == "write_log", name == "grant"
    reason = typed.get("refuse_reason" if name == "refuse" else "off_reason", "")[:40]
    day = _iso(typed.get("day", "")) if grants else _day(typed, "new_day") if name == "propose_day" else None
    return VisitActIn.model_construct(
        day=day, begins=typed.get("begins", "").strip()[:5], ends=typed.get("ends", "").strip()[:5],
        place=typed.get("place", "")[:40] or "office",
        office=typed.get("office", "")[:64] if typed.get("place", "office") == "office" else "",
        address=typed.get("address", "")[:200], conditions=[each[:40] for each in typed.all("conditions")[:10]],
        meets=[each[:40] for each in typed.all("meets")[:20]], reason=reason or None,
        held_on=_day(typed, "held_on") if logs else None, entered=_entered(typed) if logs else [],
        met=[
            MetIn.model_construct(reference=each[:40], wish=typed.get(f"wish_{each[:40]}", "")[:40])
            for each in typed.all("met")[:20]
        ],
        remark=typed.get("remark", "")[:40] or None,
        words=(typed.get("remarks", "")[:600] if name == "add_remarks" else typed.get("words", "")[:600]),
    )  # fmt: skip


@contextmanager
def _at(names: Mapping[str, str]) -> Iterator[None]:
    """Tell what is wrong at the field of the page that asked for it, whatever the JSON door calls it."""
    try:
        yield
    except Invalid as error:
        for rule in error.extra.get("errors", ()):
            rule["field"] = names.get(rule["field"], rule["field"])
        raise


def _names(typed: Typed, name: str) -> dict[str, str]:
    """What the JSON door calls a field of an act -> what the page calls it."""
    if name == "write_log":
        came = [row for row in range(ENTERED) if typed.get(f"part_{row}", "")]
        names = {"entered": f"in_{came[0] if came else 0}"}
        for number, row in enumerate(came):
            names |= {f"entered.{number}.part": f"part_{row}", f"entered.{number}.office": f"came_from_{row}"}
        return names | {f"met.{number}.wish": f"wish_{each[:40]}" for number, each in enumerate(typed.all("met"))}
    found: dict[str, dict[str, str]] = {
        "propose_day": {"day": "new_day"}, "take_day": {"day": "take_day"},
        "refuse": {"reason": "refuse_reason"}, "call_off": {"reason": "off_reason"},
    }
    return found.get(name, {})


def _entered(typed: Typed) -> list[EnteredIn]:
    found = []
    for row in range(ENTERED):
        if typed.get(f"part_{row}", ""):
            found.append(
                EnteredIn.model_construct(
                    part=typed.get(f"part_{row}", "")[:40], office=typed.get(f"came_from_{row}", "")[:64],
                    begins=typed.get(f"in_{row}", "").strip()[:5], ends=typed.get(f"out_{row}", "").strip()[:5],
                )
            )  # fmt: skip
    return found


def _is_typed(typed: Typed, name: str) -> bool:
    return any(typed.get(f"{name}_{part}", "").strip() for part in ("day", "month", "year"))


def _iso(said: str) -> date | None:
    try:
        return date.fromisoformat(said[:10])
    except ValueError:
        return None


def _day(typed: Typed, name: str) -> date:
    try:
        return typed_day(*(typed.get(f"{name}_{part}", "").strip() for part in ("day", "month", "year")))
    except ValueError as error:
        raise unfit(name, str(error)) from None
