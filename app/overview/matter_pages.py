"""What is open on a case beside the case itself: requests for services and the like, their way and next steps."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Response

from app.access.desk import Desk
from app.access.page_door import Page, opens
from app.casework import fieldgroups
from app.casework.choices import openings, own_steps
from app.casework.embassies import reference_of
from app.casework.held import at_matter
from app.casework.phrases import phrase_of
from app.casework.shapes import NextStepOut
from app.casework.told import amount_of
from app.kit.words import mark
from app.overview import case_queries
from app.overview.case_frame import Opened, open_case
from workflows.claims import REMEDY
from workflows.engine import MACHINES, find_step, matter_machines
from workflows.facts import CaseFacts, MatterFacts
from workflows.fund_claim import FundClaim
from workflows.guards.fund import decider_of
from workflows.guards.inquiries import EMBASSY
from workflows.step import MachineSpec

__all__ = ["Group", "Line", "groups_of", "money_of", "router"]

router = APIRouter()

Looker = Annotated[Page, Depends(opens("case:read"))]
Done = Annotated[str, Query(max_length=20)]
ENDED: Final = "ended"
LATE: Final = "late"
OPEN: Final = "open"
FUND: Final = "fund_claim"
GRANTED: Final = frozenset({FundClaim.APPROVED, FundClaim.PAID, FundClaim.CLOSED})


@dataclass(frozen=True, slots=True)
class Line:
    """One matter as pages show it. office: the name of who has to answer; look: ended, late or open.

    money: what a claim is worth, each a marked word and an amount, the most telling one last.
    concerns, days: the day a claim to the fund concerns, and for how many. reference: by what an embassy names the
    question; letter: where its letter is printed, "" where it has ended.
    """

    id: str
    path: str
    machine: str
    about_list: str
    about: str
    state: str
    office: str
    due: date | None
    opened_on: date
    changed_on: date
    look: str
    money: Sequence[tuple[str, str]]
    steps: Sequence[NextStepOut]
    concerns: date | None = None
    days: int | None = None
    reference: str = ""
    letter: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """The matters of one machine that the reader may see, open ones first, and the steps that open another."""

    title: str
    lines: Sequence[Line]
    openings: Sequence[tuple[str, NextStepOut]]


@dataclass(frozen=True, slots=True)
class Passed:
    """One step of a matter's way: its phrase, its coded inputs (list, code), who, when, and the record it brought."""

    phrase: str
    given: Sequence[tuple[str, str]]
    by: str
    at: datetime
    record: str


@router.get("/cases/{reference}/matters/{matter_id}")
def matter_page(reference: str, matter_id: str, page: Looker, done: Done = "") -> Response:
    """One matter: where it stands, what can be done next, and how it came there."""
    with page.write() as desk:
        opened = open_case(desk, reference, look="matters_listed", matter=matter_id)
        held = at_matter(opened.held, matter_id)
        assert held.matter is not None
        spec = MACHINES[held.matter.machine]
        seen = fieldgroups.sees_matters(desk, spec.name)
        context: dict[str, Any] = {
            "case": opened,
            "title": spec.title,
            "line": _line(desk, opened, spec, held.matter) if seen else None,
            "passed": _passed(desk, opened, spec, held.matter) if seen else (),
            "reads": seen and opened.reach("record:read"),
            "done": done,
        }
    return page.show("overview/case_matter.html", here="cases", section="needs", **context)


def groups_of(desk: Desk, opened: Opened) -> list[Group]:
    """The matters of an opened case by machine; a machine with nothing to show and nothing to open is left out."""
    facts = opened.held.facts
    assert isinstance(facts, CaseFacts)
    mine = fieldgroups.matters(desk, facts)
    ways = openings(desk, opened.held, opened.reach)
    found = []
    for spec in matter_machines():
        lines = [_line(desk, opened, spec, each) for each in mine if each.machine == spec.name]
        new = [(f"{opened.path}/steps/{spec.name}/{way.step}", way) for way in ways if way.machine == spec.name]
        if lines or new:
            found.append(Group(spec.title, sorted(lines, key=lambda line: line.look == ENDED), new))
    return found


def _line(desk: Desk, opened: Opened, spec: MachineSpec, matter: MatterFacts) -> Line:
    late = matter.due is not None and matter.due < desk.today
    return Line(
        id=matter.id,
        path=f"{opened.path}/matters/{matter.id}",
        machine=spec.name,
        about_list=spec.about,
        about=matter.about,
        state=matter.state,
        office=_office(desk, matter.office or decider_of(matter)),
        due=matter.due,
        opened_on=matter.opened_on,
        changed_on=matter.changed_on,
        money=money_of(matter),
        look=ENDED if not matter.is_open else LATE if late else OPEN,
        steps=own_steps(desk, at_matter(opened.held, matter.id), opened.reach),
        concerns=matter.concerns,
        days=matter.days,
        reference=reference_of(opened.held.row.country, matter) if matter.machine == EMBASSY else "",
        letter=f"{opened.path}/papers" if matter.machine == EMBASSY and matter.is_open else "",
    )


def money_of(matter: MatterFacts) -> list[tuple[str, str]]:
    """What was claimed, awarded, paid and is still to come; nothing for a matter that is no claim."""
    if matter.currency is None:
        return []
    said: tuple[tuple[str, int | None], ...] = ()
    if matter.machine == FUND:
        said = (
            (mark("Claimed"), matter.claimed),
            (mark("Approved"), matter.amount if matter.state in GRANTED else None),
            (mark("Paid"), matter.paid),
        )
    if matter.machine == REMEDY:
        said = (
            (mark("Claimed"), matter.claimed),
            (mark("Awarded"), matter.amount),
            (mark("Paid so far"), (matter.paid or 0) if matter.amount is not None else matter.paid),
            (mark("Still to be paid"), matter.outstanding),
        )
    return [(word, amount_of(units, matter.currency)) for word, units in said if units is not None]


def _office(desk: Desk, code: str | None) -> str:
    """The name of an office; a code that the policies do not know is shown as itself."""
    if code is None:
        return ""
    try:
        return desk.policies.office(code).name
    except KeyError:
        return code


def _passed(desk: Desk, opened: Opened, spec: MachineSpec, matter: MatterFacts) -> list[Passed]:
    """The way of a matter, the newest step first, from the bytes that were hashed."""
    rows = case_queries.steps_called(desk, opened.id, [step.name for step in spec.steps])
    told = [json.loads(row.canonical) for row in rows]
    mine = [each for each in told if each["details"].get("matter") == matter.id]
    names = case_queries.names_of(desk, (each["actor"]["id"] for each in mine))
    found = []
    for each in mine:
        step = find_step(spec.name, each["step"])[1]
        record = each["details"].get("record") or {}
        found.append(
            Passed(
                phrase=phrase_of("step", each["step"]),
                given=[
                    (step.given[name], value)
                    for name, value in each["details"]["given"].items() if name in step.given
                ],  # fmt: skip
                by=names.get(each["actor"]["id"], ""),
                at=datetime.fromisoformat(each["happened_at"]),
                record=f"{opened.path}/records/{record['id']}" if record else "",
            )
        )
    return found
