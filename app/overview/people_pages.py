"""Who works on a case: the team, its manager, joining and leaving; notes; and asking a colleague to go on."""

from __future__ import annotations

from datetime import datetime, time
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from app.access import notices
from app.access.desk import Desk
from app.access.log import looked
from app.access.page_door import Page, opens
from app.access.sheet import PageForm, path_within
from app.cases import notes, service
from app.cases import queries as case_team
from app.cases.schemas import LeaveIn, ManagerIn, TeamIn
from app.casework.audience import AUDIENCES, EVERYBODY, Listener
from app.kit.errors import AppError, Conflict, Invalid
from app.kit.typed import Typed
from app.kit.typed_dates import typed_day
from app.overview import case_queries, form_page, happened
from app.overview.case_frame import open_case
from app.overview.case_pages import DONE, safe_contact

router = APIRouter()

Looker = Annotated[Page, Depends(opens("case:read"))]
Assigner = Annotated[Page, Depends(opens("case:assign"))]
Writer = Annotated[Page, Depends(opens("record:write"))]
Done = Annotated[str, Query(max_length=20)]
Corrected = Annotated[str, Query(max_length=9)]

PEOPLE: Final = "overview/case_people.html"
NOTE: Final = "overview/case_note.html"
Account = Annotated[str, Field(min_length=1, max_length=36)]


class ManagerPage(PageForm):
    """Who shall carry the case."""

    manager: Account


class LeavePage(PageForm):
    """Who leaves the team."""

    user_id: Account


class AskPage(PageForm):
    """Which role is asked, at which step, and where the asker goes on."""

    role: Annotated[str, Field(max_length=40)]
    step: Annotated[str, Field(max_length=40)] = ""
    back: Annotated[str, Field(max_length=300)] = ""


@router.get("/cases/{reference}/people")
def people(reference: str, page: Looker, done: Done = "") -> Response:
    """Who works on the case, and how the person can be reached safely."""
    with page.write() as desk:
        context = _people(desk, reference)
    return page.show(PEOPLE, said=DONE.get(done, ""), **context)


@router.post("/cases/{reference}/people/manager")
def name_manager(reference: str, page: Assigner) -> Response:
    """Name the case manager, who joins the team."""

    def act(desk: Desk) -> None:
        form = page.form(ManagerPage)
        opened = open_case(desk, reference)
        try:
            service.assign(desk, opened.id, ManagerIn(user_id=form.manager), page.version)
        except Invalid as error:
            raise _at("manager", error) from None
        except Conflict as error:
            raise (_at("manager", error) if error.code in ("other_office", "kept_away") else error) from None

    return page.act_or_show(act, f"/cases/{reference}/people?done=team", PEOPLE, _again(reference))


@router.post("/cases/{reference}/people/join")
def join(reference: str, page: Assigner) -> Response:
    """Put a colleague on the team, for a time if one is given."""
    typed = page.typed_form()

    def act(desk: Desk) -> None:
        opened = open_case(desk, reference)
        user_id, _, role = typed.get("colleague", "").partition(":")
        body = TeamIn(user_id=user_id[:36], role=role[:40], until=_end(desk, typed))
        try:
            service.join(desk, opened.id, body, page.version)
        except Invalid as error:
            at_until = any(rule["field"] == "until" for rule in error.extra.get("errors", ()))
            raise _at("until" if at_until else "colleague", error) from None

    return page.act_or_show(act, f"/cases/{reference}/people?done=team", PEOPLE, _again(reference))


@router.post("/cases/{reference}/people/leave")
def leave(reference: str, page: Assigner) -> Response:
    """Take somebody off the team."""

    def act(desk: Desk) -> None:
        form = page.form(LeavePage)
        opened = open_case(desk, reference)
        service.leave(desk, opened.id, LeaveIn(user_id=form.user_id), page.version)

    return page.act_or_show(act, f"/cases/{reference}/people?done=team", PEOPLE, _again(reference))


@router.get("/cases/{reference}/notes/new")
def note_page(reference: str, page: Writer, corrects: Corrected = "") -> Response:
    """The form of a note; ``corrects``: the number of the note that it corrects."""
    with page.write() as desk:
        context = _note(desk, reference, corrects)
    return page.show(NOTE, **context)


@router.post("/cases/{reference}/notes/new")
def write_note(reference: str, page: Writer) -> Response:
    """Keep a note in the history of the case; notes are only added, so nobody is ever in the way of another."""
    typed = page.typed_form()

    def act(desk: Desk) -> None:
        opened = open_case(desk, reference)
        at = happened.happened_at(desk.policies, typed, desk.actor.country)
        audience = typed.get("audience", "") or EVERYBODY
        notes.write(desk, opened.id, happened.note_of(typed) or "", at, audience, _number(typed.get("corrects", "")))

    def again(desk: Desk, error: AppError) -> dict[str, Any]:
        return _note(desk, reference, typed.get("corrects", ""))

    return page.act_or_show(act, f"/cases/{reference}?done=note", NOTE, again)


@router.post("/cases/{reference}/ask")
def ask(reference: str, page: Looker) -> Response:
    """Tell those of the team who hold a role that a step waits for them."""
    form = page.form(AskPage)

    def act(desk: Desk) -> str:
        opened = open_case(desk, reference)
        team = case_queries.team_by_role(desk, opened.id).get(form.role, [])
        asked = [user_id for user_id, _ in team] or [
            row.id for row in case_queries.colleagues(desk, [form.role]) if row.role in desk.policies.roles
        ]
        notices.tell(desk, asked, "asked_for_help", "case", opened.id, {"role": form.role, "step": form.step})
        back = path_within(form.back, opened.path)
        return f"{back}{'&' if '?' in back else '?'}done=asked"

    return page.act(act, then=f"/cases/{reference}")


def _again(reference: str) -> Any:
    def again(desk: Desk, error: AppError) -> dict[str, Any]:
        return {**_people(desk, reference, error), "said": ""}

    return again


def _people(desk: Desk, reference: str, error: AppError | None = None) -> dict[str, Any]:
    opened = open_case(desk, reference, look="case_opened", section="people")
    assigns = opened.reach("case:assign")
    working = [name for name, role in desk.policies.roles.items() if "case:read" in role.permissions]
    colleagues = case_queries.colleagues(desk, working) if assigns else ()
    # Whoever carries the case works where it is (0041), which may be another office than the reader's.
    there = case_queries.colleagues(desk, ["case_manager"], opened.row.office_id) if assigns else ()
    return {
        "here": "cases",
        "section": "people",
        "case": opened,
        "team": case_team.team(desk, opened.id),
        "manager": opened.row.case_manager_id,
        "assigns": assigns,
        "colleagues": [
            (f"{row.id}:{row.role}", row.display_name, desk.policies.roles[row.role].title) for row in colleagues
        ],
        "managers": [(row.id, row.display_name) for row in there],
        "roles": desk.policies.roles,
        "contact": safe_contact(desk, opened),
        "version": opened.held.version,
        "conflict": form_page.conflict(desk, opened.held, error, None, ()),
    }


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def _note(desk: Desk, reference: str, corrects: str) -> dict[str, Any]:
    opened = open_case(desk, reference, "record:write", look="next_steps_read", note=True)
    seq = _number(corrects)
    corrected = notes.earlier(desk, opened.id, seq) if seq is not None else None
    if corrected is not None:
        looked(desk, "note_opened", "case", opened.id, {"note": corrected.seq})
    mine = Listener(desk)
    return {
        "corrected": corrected,
        "audiences": {code: word for code, word in AUDIENCES.items() if mine.hears(opened.id, code, "")},
        "here": "cases",
        "section": "",
        "case": opened,
        "zones": form_page.zones(desk),
        "happened_here": desk.actor.country,
    }


def _end(desk: Desk, typed: Typed) -> datetime | None:
    """The end of a time on the team: the end of the day that was typed, or None for none."""
    parts = [typed.get(f"until_{part}", "").strip() for part in ("day", "month", "year")]
    if not any(parts):
        return None
    try:
        day = typed_day(*parts)
    except ValueError as error:
        raise _at("until", Invalid(str(error))) from None
    return datetime.combine(day, time(23, 59), desk.policies.zone(desk.actor.country))


def _at(field: str, error: AppError) -> Invalid:
    """The same refusal at one field of the page."""
    rule = {"field": field, "rule": error.detail, "sentence": error.detail}
    return Invalid(error.detail, code=error.code, title=error.title, extra={"errors": [rule]})
