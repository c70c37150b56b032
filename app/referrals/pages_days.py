"""The HTML door of the day at a border point: who is expected, the list for paper, one step for several people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Response

from app.access.desk import Desk
from app.access.page_door import Page
from app.casework import posted
from app.casework.inputs import Choice, Input, inputs_of
from app.casework.kinds import KINDS
from app.casework.offers import offered
from app.kit.errors import AppError, Invalid, NotFound
from app.kit.typed import Typed
from app.referrals import day_queries, days, together
from app.referrals.day_schemas import BridgeStep, ChosenIn, DayOut, DayRowOut, SeveralIn
from app.referrals.pages_frame import Reader, shared
from workflows.referral import MACHINE

router = APIRouter()

_SEVERAL: Final = "referrals/several.html"
On = Annotated[date | None, Query()]
Post = Annotated[str | None, Query(max_length=80)]
ActId = Annotated[str, Query(max_length=36)]
StepOf = Annotated[BridgeStep, Query()]
# The steps that a page takes for several at once, and which answers of their form are the same for all. What is
# certified of one person alone (belongings, fitness, the own word) is signed for on the page of that person.
_FOR_ALL: Final[dict[BridgeStep, frozenset[str]]] = {
    BridgeStep.SCHEDULE: frozenset(
        {"border_point", "on", "time", "sender_officer", "transport", "interpreter", "phone", "group"}
    ),
    BridgeStep.CONFIRM: frozenset({"receiver_officer", "phone"}),
    BridgeStep.TAKE: frozenset({"officer"}),
}
_STATES: Final[dict[BridgeStep, tuple[str, ...]]] = {
    BridgeStep.CONFIRM: (days.PLANNED,), BridgeStep.TAKE: (days.GIVEN, days.ONE_SIDED),
}  # fmt: skip


@router.get("/border-day")
def day_page(page: Reader, on: On = None, post: Post = None, act_id: ActId = "") -> Response:
    """Everybody who is expected at a border point that day, both ways, by time."""
    with page.write() as desk:
        found = days.day(desk, on, post)
        report = together.report(desk, act_id) if act_id else None
        plans = bool(day_queries.to_schedule(desk))
    return page.show("referrals/day.html", **_shown(page, found), report=report, plans=plans, today=_today(page))


@router.get("/border-day/list")
def list_page(page: Reader, on: On = None, post: Post = None) -> Response:
    """The same as a list for paper: references, times and officers, nothing else."""
    with page.write() as desk:
        found = days.day(desk, on, post)
    return page.show("referrals/day_list.html", **_shown(page, found))


@router.get("/border-day/several")
def several_page(page: Reader, step: StepOf = BridgeStep.SCHEDULE, on: On = None, post: Post = None) -> Response:
    """One step for several people: who may be ticked, and what is the same for all."""
    with page.write() as desk:
        context = _context(desk, page, step, on, post)
    return page.show(_SEVERAL, **context)


@router.post("/border-day/several")
def several(page: Reader, step: StepOf = BridgeStep.SCHEDULE, on: On = None, post: Post = None) -> Response:
    """Take the step for everybody who was ticked; each by themselves."""
    typed = page.typed_form()

    def act(desk: Desk) -> str:
        _, inputs = _form(desk, step)
        gathered = posted.gathered(inputs, typed)
        gathered.must_be_whole()
        chosen, record = _ticked(typed), dict(gathered.body)
        if step is BridgeStep.SCHEDULE and len(chosen) > 1 and not record.get("group"):
            record["group"] = together.group_code()
        if step is BridgeStep.TAKE:
            # What the tick of the page says of each.
            record |= {"person_present": True, "person_told": True, "person_agrees": True}
        try:
            done = together.take(desk, SeveralIn(step=step, items=chosen, record=record)).id
        except Invalid as error:
            raise posted.at_fields(error) from None
        there = record if step is BridgeStep.SCHEDULE else {"on": on, "border_point": post}
        where = f"on={there.get('on') or ''}&post={there.get('border_point') or ''}"
        return f"/border-day?{where if there.get('on') else ''}&act_id={done}"

    def again(desk: Desk, error: AppError) -> dict[str, Any]:
        return _context(desk, page, step, on, post)

    return page.act_or_show(act, "/border-day", _SEVERAL, again)


def _ticked(typed: Typed) -> list[ChosenIn]:
    """Who was ticked: id and the version that was shown; whom they are not to be parted from is theirs alone."""
    found = []
    for value in typed.all("person"):
        referral_id, version = (*value.split("|"), "", "")[:2]
        if version.isascii() and version.isdigit():
            mate = typed.get(f"mate-{referral_id}", "")
            record = {"travels_with": mate[:40]} if mate else {}
            found.append(
                ChosenIn(referral_id=referral_id[:36], seen_version=max(int(version[:9]), 1), record=record)
            )
    return found


def _context(desk: Desk, page: Page, step: BridgeStep, on: date | None, post: str | None) -> dict[str, Any]:
    kind, inputs = _form(desk, step)
    if step is BridgeStep.SCHEDULE:
        rows: Sequence[Any] = day_queries.to_schedule(desk)
        found: DayOut | None = None
    else:
        found = days.day(desk, on, post)
        rows = [each for each in found.items if not each.leaves and each.state in _STATES[step]]
    return shared(
        page, step=step.value, kind=kind, inputs=inputs, rows=rows, day=found, on=on or desk.today, post=post or ""
    )


def _form(desk: Desk, step: BridgeStep) -> tuple[str, tuple[Input, ...]]:
    """The form of a step, and those of its questions that are answered once for all. NotFound for any other step."""
    row = MACHINE.step(step.value)
    if step not in _FOR_ALL or row is None or row.form is None:
        raise NotFound()
    asked = [each for each in inputs_of(KINDS[row.form].form) if each.field in _FOR_ALL[step]]
    points = tuple(Choice(each.code, " – ".join(each.names.values()), proper=True) for each in days.posts(desk))
    found = [
        replace(each, choices=points, preset=days.own_post(desk)) if each.source == "border_point" else each
        for each in offered(desk.policies, asked)
    ]
    return row.form, tuple(found)


def _shown(page: Page, found: DayOut) -> dict[str, Any]:
    by_group: dict[str, list[DayRowOut]] = {}
    for each in found.items:
        by_group.setdefault(each.group, []).append(each)
    return shared(
        page, day=found, by_group=by_group, counted={each.group: each for each in found.groups},
        place=next((each.names for each in found.posts if each.code == found.post), {}),
        waits={
            step.value: sum(not each.leaves and each.state in states for each in found.items)
            for step, states in _STATES.items()
        },
    )  # fmt: skip


def _today(page: Page) -> date:
    return page.reader.now.astimezone(page.reader.zone).date() if page.reader.now else date.min
