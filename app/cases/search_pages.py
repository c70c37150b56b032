"""The page that finds a case: by its reference, or by a name and with a reason; and asking for what is not seen."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Response

from app.access.desk import Desk
from app.access.page_door import Page, opens
from app.cases import finding
from app.cases.new_forms import NamePage, ReferencePage
from app.casework.lookalikes import may_compare_names

router = APIRouter()

Finder = Annotated[Page, Depends(opens("account:self"))]

SEARCH: Final = "/search"
_TEMPLATE: Final = "cases/search.html"


@router.get(SEARCH)
def search_page(page: Finder) -> Response:
    """The two forms of the search."""
    with page.read() as desk:
        by_name = may_compare_names(desk)
    return page.show(_TEMPLATE, by_name=by_name, found=None)


@router.post(SEARCH)
def search(page: Finder) -> Response:
    """Go to the case of a reference; where there is none to be seen, one page that tells nothing more."""
    with page.read() as desk:
        by_name = may_compare_names(desk)
    page.again(_TEMPLATE, by_name=by_name, found=None)
    reference = finding.tidy(page.form(ReferencePage).reference)
    with page.write() as desk:
        path = finding.path_of(desk, reference)
    if path is not None:
        return page.to(path)
    return page.show("cases/not_here.html", status=404, reference=reference)


@router.post("/search/person")
def search_person(page: Finder) -> Response:
    """The cases of somebody by a name, with a reason that is kept."""
    with page.read() as desk:
        by_name = may_compare_names(desk)
    page.again(_TEMPLATE, by_name=by_name, found=None)
    form = page.form(NamePage)
    with page.write() as desk:
        found = finding.by_name(desk, form.name, form.reason)
    return page.show(_TEMPLATE, by_name=by_name, found=found)


@router.post("/search/ask")
def ask(page: Finder) -> Response:
    """Ask for access to a case that is not seen; the answer is the same whether it exists or not."""
    page.again("cases/not_here.html", reference=page.own_field("reference") or "")
    reference = finding.tidy(page.form(ReferencePage).reference)

    def act(desk: Desk) -> None:
        finding.ask_for_access(desk, reference)

    return page.act(act, then="/search/asked")


@router.get("/search/asked")
def asked(page: Finder) -> Response:
    """Tell that the question was passed on."""
    page.verify()
    return page.show("cases/asked.html")
