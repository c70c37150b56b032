"""The HTML door of the imports room: bring a file along, see its trial run, have the cases come in, read the report."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field, ValidationError

from app.access.desk import Desk
from app.access.may import permitted
from app.access.page_door import Page, opens
from app.access.sheet import PageForm, Typed
from app.casework import jobs
from app.imports import service
from app.imports.findings import CLASSES, COUNTED, NOT_CARRIED, OUTCOMES
from app.imports.rights import RIGHT, may_bring
from app.imports.schemas import MOST_LINES, ImportIn, StartIn
from app.imports.taking import standard_of, take
from app.kit import csv_text
from app.kit.errors import AppError, Invalid
from app.kit.fields import invalid
from app.kit.words import mark
from policies.model import Policies

router = APIRouter()

Importer = Annotated[Page, Depends(opens(RIGHT))]
Bringer = Annotated[Page, Depends(opens(RIGHT, files=True))]
Which = Annotated[Literal["check", "bring"], Query()]
LIST: Final = "/reports/imports"
FORM: Final = "imports/list.html"
ONE: Final = "imports/one.html"
ACCEPTED: Final = ".csv,.tsv,.txt,.xlsx,.ods,.json"
STATES: Final = {
    "checking": mark("Being tried out"), "checked": mark("Tried out: the cases can come in"),
    "waiting": mark("Waits for a second person"), "coming_in": mark("The cases are coming in"),
    "done": mark("The cases are in"), "none": mark("No case came in: a row could not"),
    "gone": mark("The rows of the file are not kept any more"),
    "refused": mark("Not agreed to"),
}  # fmt: skip
_LINES: Final = mark("Write the numbers of the lines, with commas between them.")


class StartPage(PageForm):
    """What it is, and which lines are about somebody else."""

    why: Annotated[str, Field(min_length=10, max_length=1000)]
    others: Annotated[str, Field(max_length=2000)] = ""

    def lines(self) -> list[int]:
        """The numbers of lines as typed; Invalid (422) at the field for anything else."""
        typed = [each.strip() for each in self.others.replace(";", ",").split(",") if each.strip()]
        if not all(each.isdecimal() and len(each) < 8 for each in typed):
            raise Invalid(extra={"errors": [{"field": "others", "rule": "numbers of lines", "sentence": _LINES}]})
        return [int(each) for each in typed]


@router.get(LIST)
def imports_page(page: Importer) -> Response:
    """What I brought along, newest first, and the form to bring a file."""
    with page.write() as desk:
        context = _list(desk)
    return page.show(FORM, **context)


@router.post(LIST)
def bring_file(page: Bringer) -> Response:
    """Read the file by its mapping and try it out; whatever is wrong with it is told, and what was typed stays."""
    with page.write() as desk:
        context = _list(desk)
        policies = desk.policies
    page.again(FORM, **context)
    typed = page.typed_form()
    try:
        body = _told(typed)
        mapping = service.mapping_of(policies, body)
        with page.write() as desk:
            may_bring(desk, mapping)
        standard = standard_of(policies, mapping)
        taken = take(page.sent_file("file"), mapping, policies.safeguards.imports, standard=standard)
    except Invalid as error:
        return page.show_refused(error, FORM, {**context, "wrong": error.extra["errors"]})
    return page.act(lambda desk: f"{LIST}/{service.ask(desk, body, mapping, taken).id}", then=LIST)


@router.get(LIST + "/{import_id}")
def import_page(import_id: str, page: Importer) -> Response:
    """How far the trial run or the import is, what they counted, and the form to have the cases come in."""
    with page.write() as desk:
        context = _one(desk, import_id)
    return page.show(ONE, **context)


@router.post(LIST + "/{import_id}/start")
def start_page(import_id: str, page: Importer) -> Response:
    """Have the cases come in, or ask a second person if they are many."""

    def act(desk: Desk) -> None:
        form = page.form(StartPage)
        service.start(desk, import_id, StartIn(why=form.why, others=form.lines()))

    def again(desk: Desk, error: AppError) -> dict[str, Any]:
        return _one(desk, import_id)

    return page.act_or_show(act, f"{LIST}/{import_id}", ONE, again)


@router.post(LIST + "/{import_id}/throw-away")
def throw_away_page(import_id: str, page: Importer) -> Response:
    """Keep the rows of the file no longer."""

    def act(desk: Desk) -> None:
        service.throw_away(desk, import_id)

    def again(desk: Desk, error: AppError) -> dict[str, Any]:
        return _one(desk, import_id)

    return page.act_or_show(act, f"{LIST}/{import_id}", ONE, again)


@router.get(LIST + "/{import_id}/report")
def report_page(
    import_id: str, page: Importer, stage: Which = "check", after: int = Query(0, ge=0, le=MOST_LINES)
) -> Response:
    """Line by line what was found."""
    with page.write() as desk:
        found = service.report(desk, import_id, stage, after)
    return page.show(
        "imports/report.html", here="cases", found=found, import_id=import_id, outcomes=OUTCOMES, classes=CLASSES,
        not_carried=NOT_CARRIED,
    )


@router.get(LIST + "/{import_id}/report.csv")
def report_file(import_id: str, page: Importer, stage: Which = "check") -> Response:
    """The report as a file, to be sent to whoever keeps the register."""
    with page.write() as desk:
        content = service.report_file(desk, import_id, stage)
    headers = {"Content-Disposition": f'attachment; filename="import-{import_id[:8]}-{stage}.csv"'}
    return Response(content, headers=headers, media_type=csv_text.MEDIA_TYPE)


def _told(typed: Typed) -> ImportIn:
    """What was typed beside the file; Invalid (422) for what is too long."""
    told = {name: typed.get(name, "") for name in ("mapping", "mapping_text")}
    try:
        return ImportIn(**told, all_or_nothing=typed.get("all_or_nothing", "") == "yes")
    except ValidationError as error:
        raise invalid(error) from None


def _list(desk: Desk) -> dict[str, Any]:
    rules = desk.policies.safeguards.imports
    return {
        "here": "cases", "imports": service.own(desk), "states": STATES, "accepted": ACCEPTED,
        "mappings": _named(desk.policies), "megabytes": rules.kilobytes // 1024, "alone": rules.rows_alone,
        "kept_hours": rules.kept_hours, "wrong": (), "may_open": permitted(desk, "case:create"),
    }  # fmt: skip


def _named(policies: Policies) -> list[tuple[str, str]]:
    return [(each.name, each.title) for each in service.mappings(policies).items]


def _one(desk: Desk, import_id: str) -> dict[str, Any]:
    found = service.read(desk, import_id)
    return {
        "here": "cases", "found": found, "states": STATES, "counted": {**OUTCOMES, **COUNTED},
        "job_states": jobs.STATES, "comes_in": found.bring is not None and found.bring.state in jobs.OPEN,
        "alone": desk.policies.safeguards.imports.rows_alone,
    }  # fmt: skip
