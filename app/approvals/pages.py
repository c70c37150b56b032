"""The HTML door of the approvals room: what waits for a second person, and saying yes or no to it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from app.access import deciding
from app.access.page_door import Page, opens
from app.access.sheet import PageForm
from app.approvals import queries, service
from app.kit.paging import ask

router = APIRouter()

# Who may see or decide an approval depends on its kind; everybody may ask for the list of their own.
Anybody = Annotated[Page, Depends(opens("account:self"))]
LIST: Final = "/reports/approvals"
PAGE: Final = 25


class RefusalPage(PageForm):
    """Why the second person says no."""

    reason: Annotated[str, Field(min_length=3, max_length=1000)]


class NothingPage(PageForm):
    """A form that only says yes."""


@router.get(LIST)
def approvals(
    page: Anybody,
    done: Annotated[str, Query(max_length=20)] = "",
    cursor: Annotated[str | None, Query(max_length=512)] = None,
) -> Response:
    """What I asked for and what waits for me, newest first."""
    with page.write() as desk:
        found = service.listed(desk, None, ask(PAGE, cursor, (datetime, str)))
        names = queries.names(desk, {each.asked_by for each in found.items})
    return page.show("approvals/list.html", here="reports", found=found, names=names, done=done)


@router.get(LIST + "/{approval_id}")
def approval(approval_id: str, page: Anybody) -> Response:
    """Exactly what will be done, by whom it was asked, in which words."""
    return page.show("approvals/one.html", **_one(page, approval_id))


@router.post(LIST + "/{approval_id}/agree")
def agree(approval_id: str, page: Anybody) -> Response:
    """Agree as the second person; the act is carried out at once."""
    page.again("approvals/one.html", **_one(page, approval_id))
    page.form(NothingPage)
    return page.act(lambda desk: _to(deciding.agree(desk, approval_id).state), then=LIST)


@router.post(LIST + "/{approval_id}/refuse")
def refuse(approval_id: str, page: Anybody) -> Response:
    """Refuse as the second person, with a reason."""
    page.again("approvals/one.html", **_one(page, approval_id))
    form = page.form(RefusalPage)
    return page.act(lambda desk: _to(deciding.refuse(desk, approval_id, form.reason).state), then=LIST)


@router.post(LIST + "/{approval_id}/withdraw")
def withdraw(approval_id: str, page: Anybody) -> Response:
    """Take back what one asked for oneself."""
    page.again("approvals/one.html", **_one(page, approval_id))
    page.form(NothingPage)
    return page.act(lambda desk: _to(deciding.withdraw(desk, approval_id).state), then=LIST)


def _to(state: str) -> str:
    return f"{LIST}?done={state}"


def _one(page: Page, approval_id: str) -> dict[str, Any]:
    with page.write() as desk:
        found = service.read(desk, approval_id)
        return {
            "found": found,
            "names": queries.names(desk, {found.asked_by, *_accounts(found.payload, found.subject_id)}),
            "reference": queries.reference(desk, found.subject_kind, found.subject_id),
            "here": "reports",
        }


def _accounts(payload: dict[str, Any], subject_id: str) -> set[str]:
    """Ids in what will be done that may be accounts; whatever is none has no name."""
    found = {subject_id}
    for value in payload.values():
        found |= {each for each in value if isinstance(each, str)} if isinstance(value, list) else set()
    return found
