"""The HTML door of the deputies room: who stands in for whom, naming somebody, ending it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from app.access.desk import Desk
from app.access.page_door import Page, opens
from app.access.sheet import PageForm
from app.deputies import queries, service
from app.deputies.schemas import DeputyIn
from app.kit.errors import Invalid
from app.kit.paging import ask
from app.kit.typed_dates import typed_day
from app.kit.words import mark

router = APIRouter()

Setter = Annotated[Page, Depends(opens(queries.SET))]
LIST: Final = "/admin/deputies"
PAGE: Final = 25
# As many colleagues as a list to choose from can hold and still be read.
MOST_COLLEAGUES: Final = 300
_NEW: Final = "deputies/new.html"
Id = Annotated[str, Field(max_length=36)]
Digits = Annotated[str, Field(max_length=20)]


class NothingPage(PageForm):
    """A form that only says yes."""


class DeputyPage(PageForm):
    """Who is absent, who stands in, and the first and last day; no first day means from now on."""

    user_id: Id = ""
    deputy_id: Id = ""
    since_day: Digits = ""
    since_month: Digits = ""
    since_year: Digits = ""
    until_day: Digits = ""
    until_month: Digits = ""
    until_year: Digits = ""

    @model_validator(mode="after")
    def _somebody_is_chosen(self) -> DeputyPage:
        if not self.user_id or not self.deputy_id:
            raise PydanticCustomError("chosen", "Choose both: who is away, and who stands in.")
        return self


@router.get(LIST)
def deputies(
    page: Setter,
    done: Annotated[str, Query(max_length=20)] = "",
    cursor: Annotated[str | None, Query(max_length=512)] = None,
) -> Response:
    """Who stands in for whom, the latest end first."""
    with page.write() as desk:
        found = service.listed(desk, ask(PAGE, cursor, (datetime, str)))
        names = queries.names(desk, (one for each in found.items for one in (each.user_id, each.deputy_id)))
        now = desk.now
    return page.show("deputies/list.html", here="admin", found=found, names=names, now=now, done=done)


@router.get(LIST + "/new")
def new_page(page: Setter) -> Response:
    """The form that names a deputy."""
    with page.read() as desk:
        context = _choices(desk)
    return page.show(_NEW, **context)


@router.post(LIST + "/new")
def name_deputy(page: Setter) -> Response:
    """Have somebody stand in for a colleague."""
    with page.read() as desk:
        context = _choices(desk)
        zone = desk.policies.zone(desk.actor.country)
    page.again(_NEW, **context)
    form = page.form(DeputyPage)
    since = _day(form, "since")
    until = _day(form, "until")
    if until is None:
        raise _wrong_day("until")

    def act(desk: Desk) -> None:
        begins = None if since is None or since <= desk.today else datetime.combine(since, time(), zone)
        # The last day counts whole.
        ends = datetime.combine(until + timedelta(days=1), time(), zone)
        service.name(desk, DeputyIn(user_id=form.user_id, deputy_id=form.deputy_id, since=begins, until=ends))

    return page.act(act, then=f"{LIST}?done=named")


@router.get(LIST + "/{deputy_row}/end")
def end_page(deputy_row: str, page: Setter) -> Response:
    """The question before a time of standing in ends."""
    return page.show("deputies/end.html", **_one(page, deputy_row))


@router.post(LIST + "/{deputy_row}/end")
def end(deputy_row: str, page: Setter) -> Response:
    """End a time of standing in now."""
    page.again("deputies/end.html", **_one(page, deputy_row))
    page.form(NothingPage)

    def act(desk: Desk) -> None:
        service.end(desk, deputy_row)

    return page.act(act, then=f"{LIST}?done=ended")


def _one(page: Page, deputy_row: str) -> dict[str, Any]:
    with page.read() as desk:
        found = service.one(desk, deputy_row)
        names = queries.names(desk, (found.user_id, found.deputy_id))
        return {"here": "admin", "found": found, "names": names}


def _choices(desk: Desk) -> dict[str, Any]:
    rows = queries.choosable(desk, MOST_COLLEAGUES)
    return {"here": "admin", "colleagues": [(row.id, f"{row.display_name} ({row.office})") for row in rows]}


def _day(form: DeputyPage, name: str) -> date | None:
    """The day three fields tell, None if all are empty; Invalid (422) for no day at all."""
    day, month, year = (str(getattr(form, f"{name}_{part}")).strip() for part in ("day", "month", "year"))
    if not (day or month or year):
        return None
    try:
        return typed_day(day, month, year)
    except ValueError:
        raise _wrong_day(name) from None


def _wrong_day(name: str) -> Invalid:
    sentence = mark("Give a day, a month and a year, such as 5 12 2026.")
    return Invalid("This is no day.", extra={"errors": [{"field": name, "rule": "date_parsing", "sentence": sentence}]})
