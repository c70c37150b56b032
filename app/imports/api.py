"""The JSON door of the imports room: a file comes as a form sends it, and a report leaves as JSON or CSV."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import ValidationError

from app.access.door import Door, needs
from app.access.uploads import FilesOnly, read_form, sent_file
from app.imports import service
from app.imports.rights import RIGHT, may_bring
from app.imports.schemas import (
    FORM,
    MOST_LINES,
    ImportAskedOut,
    ImportIn,
    ImportOut,
    MappingsOut,
    ReportOut,
    Stage,
    StartIn,
)
from app.imports.taking import standard_of, take
from app.kit import csv_text
from app.kit.errors import Conflict, Forbidden, Invalid, NotFound
from app.kit.fields import invalid
from app.kit.problems import documented

router = APIRouter(tags=["imports"])

Importer = Annotated[Door, Depends(needs(RIGHT))]
Fields = tuple[dict[str, Any], bytes | None]
ASKED: Final[dict[int | str, dict[str, Any]]] = {
    202: {"model": ImportAskedOut, "description": "So many rows: a second person has to agree first."}
}
FILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "The report."}
}
Which = Annotated[Stage, Query(description="check: the trial run; bring: the import itself.")]


async def _sent(request: Request) -> Fields:
    """The fields of the form and the file among them."""
    form = await read_form(request, most_fields=10)
    told = {name: value for name, value in form.items() if isinstance(value, str) and value.strip()}
    return told, sent_file(form, "file")


Sent = Annotated[Fields, Depends(_sent)]


@router.get("/imports/mappings", response_model=MappingsOut, summary="List the mappings of the house")
def list_mappings(door: Importer) -> MappingsOut:
    """The mappings that come with the program; you may bring one of your own along."""
    with door.read() as desk:
        return service.mappings(desk.policies)


@router.post(
    "/imports",
    status_code=201,
    response_model=ImportOut,
    responses=documented(Invalid, Forbidden, FilesOnly),
    openapi_extra=FORM,
    summary="Bring a file with cases along",
)
def ask_for_import(door: Importer, sent: Sent) -> Response:
    """Read a table (CSV, XLSX, ODS, a JSON list) by a mapping, and go through it in a trial run that changes nothing.

    Records of HTCDS 2.0 come in by the mapping `htcds`, in any file the standard knows, with its names or its labels.

    The rows are kept sealed for some days. A column that the mapping does not know is named, a code nobody knows is
    kept as it came; what the file says of a consent or of how far a case has come is kept as told and never counts.
    """
    told, content = sent
    try:
        body = ImportIn.model_validate(told)
    except ValidationError as error:
        raise invalid(error) from None
    with door.read() as desk:
        mapping = service.mapping_of(desk.policies, body)
        may_bring(desk, mapping)
        rules, standard = desk.policies.safeguards.imports, standard_of(desk.policies, mapping)
    taken = take(content, mapping, rules, standard=standard)
    return door.once(lambda desk: service.ask(desk, body, mapping, taken), status=201)


@router.get(
    "/imports/{import_id}", response_model=ImportOut, responses=documented(NotFound), summary="Look at an import"
)
def read_import(import_id: str, door: Importer) -> ImportOut:
    """How far the trial run or the import is, and what they have counted."""
    with door.write() as desk:
        return service.read(desk, import_id)


@router.post(
    "/imports/{import_id}/start",
    response_model=ImportOut,
    responses={**ASKED, **documented(Invalid, NotFound, Forbidden, Conflict)},
    summary="Have the cases come in",
)
def start_import(import_id: str, body: StartIn, door: Importer) -> Response:
    """Open the cases, each with everything of its row or not at all. Needs a fresh second factor.

    Many rows need a second person who holds the same permission (202, see /approvals). A record that has come in before
    comes in once; rows that may be about somebody who is known wait until you say in `others` that you have looked.
    """
    return door.once(lambda desk: service.start(desk, import_id, body))


@router.post(
    "/imports/{import_id}/throw-away",
    response_model=ImportOut,
    responses=documented(NotFound, Conflict),
    summary="Keep the rows of the file no longer",
)
def throw_import_away(import_id: str, door: Importer) -> Response:
    """Delete the sealed rows now, and not when their time is over. The report stays, and so do cases that came in."""
    return door.once(lambda desk: service.throw_away(desk, import_id))


@router.get(
    "/imports/{import_id}/report", response_model=ReportOut, responses=documented(NotFound), summary="Read the report"
)
def read_report(
    import_id: str,
    door: Importer,
    stage: Which = "check",
    after: Annotated[int, Query(ge=0, le=MOST_LINES, description="`next` of the page before.")] = 0,
) -> ReportOut:
    """Line by line: what became of it, and each thing found with column, rule and kind of value, never the value."""
    with door.write() as desk:
        return service.report(desk, import_id, stage, after)


@router.get(
    "/imports/{import_id}/report.csv",
    response_class=Response,
    responses={**FILE, **documented(NotFound)},
    summary="Take the report",
)
def take_report(import_id: str, door: Importer, stage: Which = "check") -> Response:
    """The report as CSV."""
    with door.write() as desk:
        content = service.report_file(desk, import_id, stage)
    headers = {"Content-Disposition": f'attachment; filename="import-{import_id[:8]}-{stage}.csv"'}
    return Response(content, headers=headers, media_type=csv_text.MEDIA_TYPE)
