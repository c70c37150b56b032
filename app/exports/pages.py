"""The HTML door of the exports room: ask for a list of cases, see whether it may be taken, take the file."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from app.access.desk import Desk
from app.access.page_door import Page, opens
from app.access.sheet import PageForm
from app.access.stepup import must_be_fresh
from app.casework.stages import Stage
from app.exports import queries, service
from app.exports.files import Format
from app.exports.schemas import ExportIn, FiltersIn
from policies.model import FieldGroup

router = APIRouter()

Exporter = Annotated[Page, Depends(opens(service.RIGHT))]
LIST: Final = "/reports/exports"


class AskPage(PageForm):
    """What for, which cases."""

    purpose: Annotated[str, Field(min_length=1, max_length=40)]
    note: Annotated[str, Field(min_length=10, max_length=1000)]
    stage: Stage | Literal[""] = ""
    who: Annotated[str, Field(pattern="^(all|children|adults)$")] = "all"
    mine: Annotated[str, Field(pattern="^yes$")] | None = None
    format: Format = "csv"
    identity: Annotated[str, Field(pattern="^yes$")] | None = None

    def filters(self) -> FiltersIn:
        """The choice as the list of cases knows it."""
        child = {"all": None, "children": True, "adults": False}[self.who]
        return FiltersIn.model_validate({"stage": self.stage or None, "child": child, "mine": self.mine is not None})


@router.get(LIST)
def exports(page: Exporter) -> Response:
    """What I asked for, newest first, and the form to ask again; first comes the proof that it is you."""
    with page.write() as desk:
        must_be_fresh(desk, service.ACT)
        context = _context(desk)
    return page.show("exports/list.html", **context)


@router.post(LIST)
def ask_for_export(page: Exporter) -> Response:
    """Ask for a list: ready for an hour, or waiting for a second person if it is long."""
    with page.write() as desk:
        context = _context(desk)
    page.again("exports/list.html", {"export_too_large": "stage"}, **context)
    form = page.form(AskPage)

    def act(desk: Desk) -> str:
        body = ExportIn(
            purpose=form.purpose, note=form.note, filters=form.filters(), format=form.format,
            identity=form.identity is not None,
        )  # fmt: skip
        return f"{LIST}/{service.ask(desk, body).id}"

    return page.act(act, then=LIST)


@router.get(LIST + "/{export_id}")
def export(export_id: str, page: Exporter) -> Response:
    """Whether the list may be taken, until when and how often."""
    with page.write() as desk:
        found = service.read(desk, export_id)
    return page.show("exports/one.html", here="reports", found=found)


@router.get(LIST + "/{export_id}/file")
def take(export_id: str, page: Exporter) -> Response:
    """The file, made now from what one may export now; each download is counted and noted."""
    with page.write() as desk:
        file = service.take(desk, export_id)
    headers = {"Content-Disposition": f'attachment; filename="{file.name}"'}
    return Response(file.content, headers=headers, media_type=file.media_type)


def _context(desk: Desk) -> dict[str, Any]:
    two = desk.policies.safeguards.two_persons
    return {
        "here": "reports",
        "lists": queries.own(desk),
        "now": desk.now,
        "purposes": tuple(desk.policies.codes["export_purpose"].codes),
        "stages": tuple(stage.value for stage in Stage),
        "names": FieldGroup.IDENTITY in desk.policies.groups_for(desk.actor.roles),
        "alone": two.export_rows_alone,
        "at_most": two.export_rows_at_most,
    }
