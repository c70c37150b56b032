"""The page of a case: who it is about without saying who, what is next, where the referral stands, what happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Response

from app.access.desk import Desk
from app.access.log import looked
from app.access.page_door import Page, opens
from app.casework import fieldgroups, records, timeline
from app.casework.conflict import what_of
from app.casework.phrases import phrase_of
from app.kit.paging import Ask
from app.kit.words import mark
from app.overview import case_queries
from app.overview.agenda import agenda_of
from app.overview.case_frame import Opened, open_case
from app.overview.flags import raised
from app.overview.section_pages import consents_of
from app.overview.strip import strip_of
from policies.model import FieldGroup

router = APIRouter()

Looker = Annotated[Page, Depends(opens("case:read"))]
Done = Annotated[str, Query(max_length=20)]

LAST: Final = 5
# What was done just now -> what the next page says about it.
DONE: Final = {
    "step": mark("Saved. The step is taken."),
    "record": mark("Saved."),
    "consent": mark("Saved. You can go on with the step that was waiting."),
    "note": mark("The note is saved."),
    "team": mark("Saved. The team has changed."),
    "task": mark("Saved."),
    "asked": mark("They were told that you are waiting."),
}


@dataclass(frozen=True, slots=True)
class Happening:
    """One entry of the timeline as the first page shows it. phrase: marked; may hold %(what)s."""

    phrase: str
    what: str
    what_list: str
    at: datetime
    by: str
    office: str
    country: str
    soft: bool


@router.get("/cases/{reference}")
def case(reference: str, page: Looker, done: Done = "") -> Response:
    """Everything about a case that its team needs at a glance."""
    with page.write() as desk:
        opened = open_case(desk, reference, look="case_opened")
        context: dict[str, Any] = {
            "case": opened,
            "agenda": agenda_of(desk, opened),
            "strip": strip_of(desk, opened),
            "happened": _happened(desk, opened) if opened.reach("timeline:read") else None,
            "contact": safe_contact(desk, opened),
            "team": case_queries.team_by_role(desk, opened.id),
            "roles": desk.policies.roles,
            "dates": _dates(opened),
            "consents": consents_of(desk, opened),
            "manager": _manager(desk, opened),
            "may_refer": opened.reach("referral:draft"),
            "flags": raised(desk, opened),
            "may_flag": opened.reach("case:flag"),
            "may_task": opened.reach("case:task"),
            "may_note": opened.reach("record:write"),
        }
    return page.show("overview/case.html", here="cases", section="overview", said=DONE.get(done, ""), **context)


def _place(desk: Desk, actor: Mapping[str, Any]) -> tuple[str, str]:
    """The name of the office somebody acted for, and the country, if it was the other one."""
    office, country = str(actor.get("office") or ""), str(actor.get("country") or "")
    if country != desk.actor.country and country in desk.policies.countries:
        return "", country
    try:
        return desk.policies.office(office).name, ""
    except KeyError:
        return office, ""


def _dates(opened: Opened) -> dict[str, date | None]:
    """The days the key facts tell; None for what has not happened, and for what the reader does not see."""
    facts = opened.facts
    said = {
        "presumed": facts.get("presumed_on"),
        "rights": (facts.get("rights") or {}).get("on"),
        "wish": (facts.get("wish") or {}).get("on"),
    }
    return {name: date.fromisoformat(day) if day else None for name, day in said.items()}


def _manager(desk: Desk, opened: Opened) -> str:
    carried_by = opened.row.case_manager_id
    return "" if carried_by is None else case_queries.names_of(desk, [carried_by]).get(carried_by, "")


@dataclass(frozen=True, slots=True)
class SafeContact:
    """How the person may be reached: their own words, ways and ways never (safe_contact_way), and who may be told."""

    words: str
    times: str = ""
    ways: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    may_be_told: str = ""


def safe_contact(desk: Desk, opened: Opened) -> SafeContact | None:
    """What the newest rules of contact say, else the rights notice; read by those who see contact, on no list."""
    if opened.held.erased or not fieldgroups.sees(desk, FieldGroup.CONTACT):
        return None
    if not opened.reach("record:read"):
        return None
    for row in case_queries.records_of_kinds(desk, opened.id, ["contact_rules", "rights_notice"]):
        said = records.opened(desk, row, opened.held.key(desk))
        found = _contact_of(row.kind, said)
        if found is not None:
            looked(desk, "record_opened", "case", opened.id, {"record": row.id, "kind": row.kind})
            return found
    return None


def _contact_of(kind: str, said: Mapping[str, Any]) -> SafeContact | None:
    if kind == "rights_notice":
        return SafeContact(str(said["safe_contact"])) if said.get("safe_contact") else None
    return SafeContact(
        str(said.get("how") or ""), str(said.get("times") or ""), tuple(said.get("ways") or ()),
        tuple(said.get("never") or ()), str(said.get("may_be_told") or ""),
    )


def _happened(desk: Desk, opened: Opened) -> list[Happening]:
    subjects = timeline.subjects_of_case(desk, opened.id)
    items, _ = timeline.line(desk, subjects, Ask(LAST, None), newest_first=True)
    names = case_queries.names_of(desk, (str(each.actor["id"]) for each in items))
    return [
        Happening(
            phrase_of(each.kind, each.step), *what_of(each.kind, each.step), each.happened_at,
            names.get(str(each.actor["id"]), ""), *_place(desk, each.actor),
            each.kind in ("reveal", "attempt"),
        )
        for each in items
    ]  # fmt: skip
