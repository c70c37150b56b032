"""The HTML door of the caseload room: give ticked cases, hand over a caseload, and the report of either."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Response

from app.access.desk import Desk
from app.access.may import permitted
from app.access.page_door import Page, opens
from app.caseload import asking_pages, queries, service
from app.caseload.schemas import AssignIn, HandoverIn
from app.caseload.ticks import ticked
from app.casework import several
from app.casework.stages import stage_of
from app.kit.errors import AppError
from workflows.transfer import ASK

router = APIRouter()
router.include_router(asking_pages.router)

Assigner = Annotated[Page, Depends(opens(queries.ASSIGN))]
Hander = Annotated[Page, Depends(opens(queries.HAND_OVER))]
Id = Annotated[str, Query(max_length=36)]

ASSIGN: Final = "/caseload/assign"
HAND_OVER: Final = "/caseload/hand-over"
REPORT: Final = "/caseload/report"
# Who writes plans for people carries their cases.
CARRYING: Final = "care:plan"


@router.get(ASSIGN)
def assign_page(page: Assigner, case: Annotated[list[str] | None, Query(max_length=200)] = None) -> Response:
    """The cases that were ticked in the list, and the question who shall carry them."""
    with page.write() as desk:
        context = _chosen(desk, case or [])
    return page.show("caseload/assign.html", **context)


@router.post(ASSIGN)
def assign(page: Assigner) -> Response:
    """Give the ticked cases to one colleague; from the list, where nobody is named yet, ask to whom."""
    typed = page.typed_form()
    if "user_id" not in typed:
        with page.write() as desk:
            context = _chosen(desk, typed.all("case"))
        return page.show("caseload/assign.html", **context)

    def act(desk: Desk) -> str:
        body = AssignIn.model_construct(
            cases=ticked(typed), user_id=typed.get("user_id", ""), why=typed.get("why", "")
        )
        return f"{REPORT}?act_id={service.assign(desk, body).id}"

    def again(desk: Desk, error: AppError) -> dict[str, Any]:
        return _chosen(desk, [value.split("|")[0] for value in typed.all("case")])

    return page.act_or_show(act, REPORT, "caseload/assign.html", again)


@router.get(HAND_OVER)
def hand_over_page(page: Hander, user_id: Id = "") -> Response:
    """Who carries how much, and what one of them would hand over."""
    with page.write() as desk:
        context = _carried(desk, user_id)
    return page.show("caseload/hand_over.html", **context)


@router.post(HAND_OVER)
def hand_over(page: Hander) -> Response:
    """Hand over the ticked cases of one colleague to another."""
    typed = page.typed_form()

    def act(desk: Desk) -> str:
        body = HandoverIn.model_construct(
            from_user=typed.get("from_user", ""), user_id=typed.get("user_id", ""), why=typed.get("why", ""),
            cases=ticked(typed),
        )  # fmt: skip
        return f"{REPORT}?act_id={service.hand_over(desk, body).id}"

    def again(desk: Desk, error: AppError) -> dict[str, Any]:
        return _carried(desk, typed.get("from_user", ""))

    return page.act_or_show(act, REPORT, "caseload/hand_over.html", again)


@router.get(REPORT)
def report(page: Assigner, act_id: Id = "") -> Response:
    """What became of each case of an act of one's own."""
    with page.read() as desk:
        found = service.report(desk, act_id)
        row = several.kept(desk, act_id, *service.ACTS)
        assert row is not None
        to, giver = queries.name_of(desk, row.to_user), row.from_user or ""
    return page.show("caseload/report.html", here="cases", report=found, to=to, giver=giver)


def _chosen(desk: Desk, references: Sequence[str]) -> dict[str, Any]:
    rows = queries.chosen(desk, queries.ASSIGN, references[: several.most(desk)])
    return {"rows": [(row, stage_of(row.care)) for row in rows], **_around(desk, len(references) - len(rows))}


def _carried(desk: Desk, user_id: str) -> dict[str, Any]:
    found = service.caseload(desk, user_id) if user_id else None
    name = queries.name_of(desk, user_id) if found is not None and found.items else ""
    return {
        "carriers": queries.carriers(desk), "found": found, "giver": user_id, "name": name,
        "may_ask": permitted(desk, ASK), **_around(desk),
    }  # fmt: skip


def _around(desk: Desk, missing: int = 0) -> dict[str, Any]:
    roles = [name for name, role in desk.policies.roles.items() if CARRYING in role.permissions]
    return {
        "here": "cases",
        "missing": missing,
        "most": several.most(desk),
        "colleagues": [(row.id, f"{row.display_name} ({row.office})") for row in queries.choosable(desk, roles)],
        "reasons": list(desk.policies.codes[service.REASONS].codes),
    }
