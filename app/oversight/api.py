"""The JSON door of the oversight room."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from app.access.door import Door, needs
from app.casework import timeline
from app.kit.errors import Invalid, NotFound
from app.kit.paging import ask
from app.kit.problems import documented
from app.oversight import explaining, service
from app.oversight.explaining_schemas import AccessOut
from app.oversight.schemas import AttemptsOut, AuditOut, VerificationOut

router = APIRouter(tags=["oversight"])

Auditor = Annotated[Door, Depends(needs("audit:read"))]
Explainer = Annotated[Door, Depends(needs("access:explain"))]
Watcher = Annotated[Door, Depends(needs("attempt:read"))]
Limit = Annotated[int | None, Query(ge=1, le=100, description="Entries per page; 50 if left out.")]
Cursor = Annotated[str | None, Query(max_length=512, description="`next` of the page before.")]


@router.get(
    "/cases/{case_id}/audit",
    response_model=AuditOut,
    responses=documented(NotFound, Invalid),
    summary="Audit a case",
)
def audit_case(case_id: str, door: Auditor, limit: Limit = None, cursor: Cursor = None) -> AuditOut:
    """Who did, tried and looked at what: attempts, late entries, missed deadlines, corrections, looks by person
    and day, the timeline page by page, and the proof of the whole history ("118 of 118 entries verified")."""
    asked = ask(limit, cursor, timeline.SHAPE)
    with door.write() as desk:
        return service.audit(desk, case_id, asked)


@router.get(
    "/cases/{case_id}/access",
    response_model=AccessOut,
    responses=documented(NotFound, Invalid),
    summary="Explain who could open a case",
)
def explain_access(case_id: str, door: Explainer, limit: Limit = None, cursor: Cursor = None) -> AccessOut:
    """Every account of the country that could open the case or a referral of it now, with all reasons why.

    `kept_out` are those whom only a block or a seal keeps away; `opened_lately` are those who looked at it in the
    last thirty days. The answer comes from the same predicate that guards the case itself.
    """
    asked = ask(limit, cursor, explaining.SHAPE)
    with door.write() as desk:
        return explaining.access(desk, case_id, asked)


@router.get(
    "/audit/attempts", response_model=AttemptsOut, responses=documented(Invalid), summary="List refused attempts"
)
def list_attempts(door: Watcher, limit: Limit = None, cursor: Cursor = None) -> AttemptsOut:
    """What was tried and refused on cases and referrals within your reach, newest first."""
    asked = ask(limit, cursor, (datetime, str, int))
    with door.write() as desk:
        return service.attempts(desk, asked)


@router.get("/audit/verify", response_model=VerificationOut, summary="Prove every history within reach")
def verify_chains(door: Auditor) -> VerificationOut:
    """Recompute the hash chain of every case and referral within your reach; the first fault is named."""
    with door.write() as desk:
        service.verification_begins(desk)
    with door.read() as desk:
        return service.verified(desk)
