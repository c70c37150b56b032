"""The page of a case that asks shelters for a bed, and takes a request back."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Response

from app.access.desk import Desk
from app.access.page_door import Page, opens
from app.casework import blocking
from app.casework.beds import OPEN
from app.casework.shapes import RefusalOut
from app.kit.errors import AppError
from app.overview.agenda import around
from app.overview.case_frame import Opened, open_case
from app.shelter import asking, forms

router = APIRouter()

Asker = Annotated[Page, Depends(opens(asking.REQUESTS))]
PROTECTED: Final = frozenset({"presumed", "deciding", "identified", "reconsidering"})
TEMPLATE: Final = "overview/case_beds.html"


@router.get("/cases/{reference}/beds")
def beds(reference: str, page: Asker, done: Annotated[str, Query(max_length=20)] = "") -> Response:
    """What was asked for, and which shelters have a bed."""
    with page.write() as desk:
        context = _context(desk, reference)
    return page.show(TEMPLATE, done=done, **context)


@router.post("/cases/{reference}/beds")
def ask(reference: str, page: Asker) -> Response:
    """Ask a shelter; refused, the page says why and keeps what was typed."""

    def act(desk: Desk) -> None:
        opened = open_case(desk, reference, asking.REQUESTS)
        asking.ask(desk, opened.id, forms.ask_in(page.form(forms.AskPage)))

    return page.act_or_show(act, f"/cases/{reference}/beds?done=asked", TEMPLATE, _again(reference))


@router.post("/cases/{reference}/beds/withdraw")
def withdraw(reference: str, page: Asker) -> Response:
    """Take a request back."""

    def act(desk: Desk) -> None:
        opened = open_case(desk, reference, asking.REQUESTS)
        asking.withdraw(desk, opened.id, page.form(forms.WithdrawPage).bed_request_id)

    return page.act_or_show(act, f"/cases/{reference}/beds?done=withdrawn", TEMPLATE, _again(reference))


def _again(reference: str) -> Any:
    return lambda desk, error: {**_context(desk, reference, error), "done": ""}


def _place_step(opened: Opened) -> str:
    """The step that uses a bed from here: a first night before anybody has decided, an admission, or a move."""
    if opened.row.care != "intake":
        return "move_placement"
    return "admit" if opened.row.identification in PROTECTED else "shelter_at_once"


def _context(desk: Desk, reference: str, error: AppError | None = None) -> dict[str, Any]:
    opened = open_case(desk, reference, asking.REQUESTS)
    found = asking.of_case(desk, opened.id)
    told = error.extra.get("refusals", []) if error is not None else []
    known = around(desk, opened, "", f"{opened.path}/beds")
    return {
        "here": "cases",
        "section": "needs",
        "case": opened,
        "found": found,
        "names": {each.shelter: desk.policies.office(each.shelter).name for each in found.requests},
        "waiting": any(each.state in OPEN for each in found.requests),
        "place_step": _place_step(opened),
        "codes": {name: list(desk.policies.codes[name].codes) for name in ("bed_need", "bed_urgency")},
        "reasons": blocking.explained(desk, [RefusalOut(**each) for each in told], known),
        "roles": desk.policies.roles,
    }
