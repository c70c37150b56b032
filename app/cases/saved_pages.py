"""The pages of working lists: keep the filters in use, share a list, rename it, delete it."""

from __future__ import annotations

from typing import Annotated, Any, Final
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Query, Response

from app.access.desk import Desk
from app.access.may import permitted
from app.access.page_door import Page, opens
from app.cases import listing, saved
from app.cases.saved_schemas import SavedIn
from app.kit.errors import AppError

router = APIRouter()

Reader = Annotated[Page, Depends(opens("case:read"))]
LISTS: Final = "/cases/lists"
# What a form says of a list that is not for oneself.
OFFICE: Final = "office"
_TEMPLATE: Final = "cases/lists.html"


@router.get(LISTS)
def lists(page: Reader, keep: Annotated[str, Query(max_length=500)] = "") -> Response:
    """The working lists; ``keep``: the query of a list that is to be kept."""
    with page.write() as desk:
        context = _lists(desk, keep)
    return page.show(_TEMPLATE, **context)


@router.post(LISTS)
def save(page: Reader) -> Response:
    """Keep filters under a name, and go on to the list."""
    typed = page.typed_form()
    said = _said(typed.get("keep", ""))

    def act(desk: Desk) -> str:
        body = SavedIn.model_construct(
            name=typed.get("name", "")[:200], filters=said, shared=typed.get("whose", "") == OFFICE
        )
        saved.save(desk, body)
        return listing.address(said)

    def again(desk: Desk, error: AppError) -> dict[str, Any]:
        return _lists(desk, typed.get("keep", ""))

    return page.act_or_show(act, LISTS, _TEMPLATE, again)


@router.post(LISTS + "/rename")
def rename(page: Reader) -> Response:
    """Give a list another name."""
    typed = page.typed_form()

    def act(desk: Desk) -> None:
        saved.rename(desk, typed.get("list_id", ""), typed.get("name", "")[:200])

    return page.act_or_show(act, LISTS, _TEMPLATE, lambda desk, error: _lists(desk, ""))


@router.post(LISTS + "/share")
def share(page: Reader) -> Response:
    """Let the office share a list, or have it for oneself again."""
    typed = page.typed_form()

    def act(desk: Desk) -> None:
        saved.share(desk, typed.get("list_id", ""), typed.get("whose", "") == OFFICE)

    return page.act_or_show(act, LISTS, _TEMPLATE, lambda desk, error: _lists(desk, ""))


@router.post(LISTS + "/delete")
def remove(page: Reader) -> Response:
    """Delete a list."""
    typed = page.typed_form()

    def act(desk: Desk) -> None:
        saved.remove(desk, typed.get("list_id", ""))

    return page.act(act, then=LISTS)


def _said(query: str) -> dict[str, str]:
    """The words of an address."""
    return {name[:60]: value[:60] for name, value in parse_qsl(query[:500], max_num_fields=10) if name != "cursor"}


def _lists(desk: Desk, keep: str) -> dict[str, Any]:
    return {"here": "cases", "lists": saved.counted(desk), "keep": keep, "may_share": permitted(desk, saved.SHARE)}
