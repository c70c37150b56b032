"""The HTML door to joining two records as one person's, and taking them apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Response

from app.access.desk import Desk
from app.access.may import case_by_reference
from app.access.page_door import Page, opens
from app.access.sheet import PageForm
from app.casework.lookalikes import REASONS
from app.kit.errors import AppError
from app.people import joining
from app.people.schemas import ApartIn, JoinIn

router = APIRouter()

Joiner = Annotated[Page, Depends(opens(joining.MERGE))]
TEMPLATE: Final = "people/same.html"


class SamePersonPage(PageForm):
    """The other case, and why."""

    reference: str = ""
    reason: str = ""


@router.get("/cases/{reference}/same-person")
def same_person(reference: str, page: Joiner) -> Response:
    """Cases that may be the same person's with the reasons, those that were joined, and the form that joins."""
    with page.write() as desk:
        context = _context(desk, reference)
    return page.show(TEMPLATE, **context)


@router.post("/cases/{reference}/same-person")
def join(reference: str, page: Joiner) -> Response:
    """Join the person of another case with this one's."""
    return _act(reference, page, lambda desk, case_id, form: joining.join(desk, case_id, JoinIn(**form)))


@router.post("/cases/{reference}/same-person/apart")
def take_apart(reference: str, page: Joiner) -> Response:
    """Take two that were joined apart again."""
    return _act(reference, page, lambda desk, case_id, form: joining.take_apart(desk, case_id, ApartIn(**form)))


def _act(reference: str, page: Page, do: Callable[[Desk, str, dict[str, str]], object]) -> Response:
    def act(desk: Desk) -> None:
        form = page.form(SamePersonPage)
        case = case_by_reference(desk, joining.MERGE, reference)
        do(desk, case.id, {"reference": form.reference[:40], "reason": form.reason[:1000]})

    def again(desk: Desk, error: AppError) -> dict[str, Any]:
        return _context(desk, reference)

    return page.act_or_show(act, f"/cases/{reference}/same-person", TEMPLATE, again)


def _context(desk: Desk, reference: str) -> dict[str, Any]:
    case = case_by_reference(desk, joining.MERGE, reference)
    found = joining.similar(desk, case.id)
    return {"here": "cases", "case_reference": reference, "found": found, "reasons": REASONS}
