"""The JSON door of the exports room, and the one that hands out the file."""

from __future__ import annotations

import base64
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Response

from app.access.door import Door, needs
from app.exports import service
from app.exports.schemas import ExportAskedOut, ExportIn, ExportOut
from app.kit.errors import Conflict, Forbidden, Invalid, NotFound
from app.kit.problems import documented
from app.kit.workbook import MEDIA_TYPE as SHEET_TYPE

router = APIRouter(tags=["exports"])

Exporter = Annotated[Door, Depends(needs(service.RIGHT))]
ASKED: Final[dict[int | str, dict[str, Any]]] = {
    202: {"model": ExportAskedOut, "description": "So many rows: a second person has to agree first."}
}
FILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            SHEET_TYPE: {"schema": {"type": "string", "format": "binary"}},
            "application/json": {"schema": {"type": "object"}},
        },
        "description": "The list, or records of HTCDS 2.0.",
    }
}


@router.post(
    "/exports",
    status_code=201,
    response_model=ExportOut,
    responses={**ASKED, **documented(Invalid, Forbidden, Conflict)},
    summary="Ask for a list of cases outside the program",
)
def ask_for_export(body: ExportIn, door: Exporter) -> Response:
    """Ask for a list of cases as a file: without names, for a purpose, for an hour. Needs a fresh second factor.

    Many rows need a second person who holds the same permission (202, see /approvals); too many are refused. Records of
    HTCDS may say who people are (`identity`), where they agreed to it; then a second person agrees first, always.
    """
    return door.once(lambda desk: service.ask(desk, body), status=201)


@router.get(
    "/exports/{export_id}", response_model=ExportOut, responses=documented(NotFound), summary="Look at an export"
)
def read_export(export_id: str, door: Exporter) -> ExportOut:
    """Whether a list you asked for may be taken, until when and how often."""
    with door.write() as desk:
        return service.read(desk, export_id)


@router.get(
    "/exports/{export_id}/file",
    response_class=Response,
    responses={**FILE, **documented(NotFound, Forbidden, Conflict)},
    summary="Take the file",
)
def take_export(export_id: str, door: Exporter) -> Response:
    """The list as CSV, XLSX or JSON, made now from what you may export now; three times at most. No cell is a formula.

    `Content-Digest` carries its SHA-256, which the book of looks keeps as well.
    """
    with door.write() as desk:
        file = service.take(desk, export_id)
    headers = {
        "Content-Disposition": f'attachment; filename="{file.name}"',
        "Content-Digest": f"sha-256=:{base64.b64encode(file.digest).decode('ascii')}:",
    }
    return Response(file.content, headers=headers, media_type=file.media_type)
