"""The JSON door for files of a case; a file comes as a form sends it and leaves as an attachment."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import ValidationError

from app.access.door import Door, needs
from app.access.uploads import FilesOnly, read_form, sent_file
from app.documents import service
from app.documents.schemas import CONTENT, FORM, DocumentIn, DocumentOut, DocumentsOut, ErrorIn
from app.documents.washing import wash
from app.kit.errors import Conflict, Forbidden, Invalid, NotFound
from app.kit.fields import invalid
from app.kit.problems import documented

router = APIRouter(tags=["documents"])

Writer = Annotated[Door, Depends(needs(service.WRITE))]
Reader = Annotated[Door, Depends(needs(service.READ))]
Fields = tuple[dict[str, Any], bytes | None]


async def _sent(request: Request) -> Fields:
    """The fields of the form and the file among them."""
    form = await read_form(request, most_fields=20)
    told = {name: value for name, value in form.items() if isinstance(value, str) and value.strip()}
    return told, sent_file(form, "file")


Sent = Annotated[Fields, Depends(_sent)]


@router.post(
    "/cases/{case_id}/documents",
    status_code=201,
    response_model=DocumentOut,
    responses=documented(Invalid, Forbidden, NotFound, Conflict, FilesOnly),
    openapi_extra=FORM,
    summary="Add a file to a case",
)
def add_document(case_id: str, door: Writer, sent: Sent) -> Response:
    """Keep a PDF, JPEG or PNG with the case. What it is is told by its content; its name is forgotten.

    It is made anew without what it tells of its maker, place and time, and without anything that acts; then sealed
    under the person's key. The kind says which field group sees it. Files that are locked, carry other files or
    cannot be read are refused.
    """
    told, content = sent
    with door.read() as desk:
        service.may_add(desk, case_id, told.get("kind", ""))
        body = _told(told)
        service.checked(desk, body)
        rules = desk.policies.safeguards.files
    file = wash(content, rules)
    return door.once(lambda desk: service.added(desk, case_id, body, file), status=201)


@router.get(
    "/cases/{case_id}/documents",
    response_model=DocumentsOut,
    responses=documented(NotFound),
    summary="List the files of a case",
)
def list_documents(case_id: str, door: Reader) -> DocumentsOut:
    """The files, newest first, those entered in error among them. What was told of one only where you see its group."""
    with door.write() as desk:
        return service.listed(desk, case_id)


@router.get(
    "/cases/{case_id}/documents/{document_id}",
    response_model=DocumentOut,
    responses=documented(NotFound, Forbidden),
    summary="See what is known of a file",
)
def read_document(case_id: str, document_id: str, door: Reader) -> DocumentOut:
    """Kind, day, language, size and digests of one file; the look is noted."""
    with door.write() as desk:
        return service.read(desk, case_id, document_id)


@router.get(
    "/cases/{case_id}/documents/{document_id}/file",
    response_class=Response,
    responses={**CONTENT, **documented(NotFound, Forbidden, Conflict)},
    summary="Download a file",
)
def download_document(case_id: str, document_id: str, door: Reader) -> Response:
    """The file as an attachment with a neutral name; the download is noted."""
    with door.write() as desk:
        file = service.given(desk, case_id, document_id)
    return Response(file.content, media_type=file.media_type, headers=file.headers)


@router.post(
    "/cases/{case_id}/documents/{document_id}/error",
    response_model=DocumentOut,
    responses=documented(Invalid, Forbidden, NotFound, Conflict),
    summary="Mark a file as entered in error",
)
def mark_document(case_id: str, document_id: str, body: ErrorIn, door: Writer) -> Response:
    """It stays, marked, with the reason. A file about somebody else is given out to nobody from now on."""
    return door.once(lambda desk: service.marked(desk, case_id, document_id, body))


def _told(fields: dict[str, Any]) -> DocumentIn:
    try:
        return DocumentIn.model_validate(fields)
    except ValidationError as error:
        raise invalid(error) from None
