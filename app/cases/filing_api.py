"""The JSON door for records of cases and the kinds of records."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from app.access.door import Door, needs
from app.cases import filing
from app.cases.filing_schemas import KindDetailOut, KindsOut, RecordFiledOut, RecordIn, RecordOut, RecordsOut
from app.casework.seen import IF_MATCH, seen_version
from app.kit.errors import Conflict, Forbidden, Invalid, NotFound, PreconditionMissing, StaleVersion
from app.kit.paging import ask
from app.kit.problems import documented

router = APIRouter(tags=["records"])

# Which permission filing needs is said by the kind: record:write, consent:record or override:grant.
Filer = Annotated[Door, Depends(needs("account:self"))]
Reader = Annotated[Door, Depends(needs("record:read"))]
Learner = Annotated[Door, Depends(needs("workflow:read"))]


@router.post(
    "/cases/{case_id}/records/{kind}",
    status_code=201,
    response_model=RecordFiledOut,
    responses=documented(Invalid, Forbidden, NotFound, StaleVersion, Conflict, PreconditionMissing),
    openapi_extra=IF_MATCH,
    summary="File a record",
)
def file_record(case_id: str, kind: str, body: RecordIn, door: Filer) -> Response:
    """File a form of a kind, or the correction of one; the corrected record stays.

    Beyond being signed in this needs the permission of the kind on this case, and a role that sees the kind's
    field group.
    """
    return door.once(
        lambda desk: filing.filed(desk, case_id, kind, body, seen_version(door, body.seen_version)), status=201
    )


@router.get(
    "/cases/{case_id}/records",
    response_model=RecordsOut,
    responses=documented(NotFound, Invalid),
    summary="List the records of a case",
)
def list_records(
    case_id: str,
    door: Reader,
    limit: Annotated[int | None, Query(ge=1, le=100, description="Entries per page; 50 if left out.")] = None,
    cursor: Annotated[str | None, Query(max_length=512, description="`next` of the page before.")] = None,
) -> RecordsOut:
    """What was filed, oldest first. A body is there only where your roles see its field group."""
    asked = ask(limit, cursor, (int,))
    with door.write() as desk:
        return filing.listed(desk, case_id, asked)


@router.get(
    "/cases/{case_id}/records/{record_id}",
    response_model=RecordOut,
    responses=documented(NotFound, Forbidden),
    summary="Open a record",
)
def read_record(case_id: str, record_id: str, door: Reader) -> RecordOut:
    """One record, opened; the look is noted."""
    with door.write() as desk:
        return filing.read(desk, case_id, record_id)


@router.get("/record-kinds", response_model=KindsOut, summary="List the kinds of records")
def list_kinds(door: Learner) -> KindsOut:
    """Every kind of record, its field group and the steps that take it as their form."""
    with door.read():
        return filing.kinds()


@router.get(
    "/record-kinds/{kind}",
    response_model=KindDetailOut,
    responses=documented(NotFound),
    summary="See the form of a kind of record",
)
def read_kind(kind: str, door: Learner) -> KindDetailOut:
    """The form of a kind as JSON schema, with a full example."""
    with door.read():
        return filing.kind_detail(kind)
