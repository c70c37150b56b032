"""The HTML door of asking another office about ticked cases: the one request for all, and the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Response

from app.access.desk import Desk
from app.access.page_door import Page, opens
from app.caseload import asking, queries, ticks
from app.caseload.schemas import AskIn
from app.casework import posted, several
from app.casework.inputs import Input, inputs_of
from app.casework.kinds import KINDS
from app.casework.offers import offered
from app.casework.stages import stage_of
from app.kit.errors import AppError, Invalid
from app.kit.words import mark
from workflows.transfer import ASK

router = APIRouter()

Asker = Annotated[Page, Depends(opens(ASK))]

PAGE: Final = "/caseload/ask"
REPORT: Final = "/caseload/asked"
_TEMPLATE: Final = "caseload/ask.html"
# The first question of the request: where nothing of it was posted, the cases come from a list.
_FIRST: Final = "record-what"
_OWN_NEEDS: Final = mark("Leave all empty where each person's own plan says it.")


@router.get(PAGE)
def ask_page(page: Asker, case: Annotated[list[str] | None, Query(max_length=200)] = None) -> Response:
    """The cases that were ticked in the list, and the request that goes to the other office for each of them."""
    with page.write() as desk:
        context = _context(desk, case or [])
    return page.show(_TEMPLATE, **context)


@router.post(PAGE)
def ask(page: Asker) -> Response:
    """Ask about the ticked cases; from the list, where nothing is said yet, show the request first."""
    typed = page.typed_form()
    if _FIRST not in typed and "sent" not in typed:
        with page.write() as desk:
            context = _context(desk, ticks.references(typed))
        return page.show(_TEMPLATE, **context)

    def act(desk: Desk) -> str:
        gathered = posted.gathered(_inputs(desk), typed)
        gathered.must_be_whole()
        try:
            body = AskIn.model_construct(cases=ticks.ticked(typed), record=gathered.body)
            return f"{REPORT}?act_id={asking.ask(desk, body).id}"
        except Invalid as error:
            raise posted.at_fields(error) from None

    def again(desk: Desk, error: AppError) -> dict[str, Any]:
        return _context(desk, ticks.references(typed))

    return page.act_or_show(act, REPORT, _TEMPLATE, again)


@router.get(REPORT)
def report(page: Asker, act_id: Annotated[str, Query(max_length=36)] = "") -> Response:
    """What became of each case that another office was asked about."""
    with page.read() as desk:
        found = asking.report(desk, act_id)
        office = desk.policies.office(found.office).name
    return page.show("caseload/asked.html", here="cases", report=found, office=office)


def _context(desk: Desk, references: Sequence[str]) -> dict[str, Any]:
    rows = queries.chosen(desk, ASK, references[: several.most(desk)])
    return {
        "here": "cases", "rows": [(row, stage_of(row.care)) for row in rows], "missing": len(references) - len(rows),
        "inputs": _inputs(desk),
    }  # fmt: skip


def _inputs(desk: Desk) -> tuple[Input, ...]:
    """The questions of the request, to another office of the country; which help is needed, a case may say itself."""
    found = []
    for each in offered(desk.policies, inputs_of(KINDS[asking.FORM].form)):
        if each.field == "needs":
            each = replace(each, required=False, hint=_OWN_NEEDS)
        elif each.field == "to_office":
            there = tuple(
                replace(choice, group="", group_list="") for choice in each.choices
                if choice.group == desk.actor.country and choice.code != desk.actor.office
            )  # fmt: skip
            each = replace(each, choices=there)
        found.append(each)
    return tuple(found)
