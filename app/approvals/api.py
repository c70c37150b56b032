"""The JSON door of the approvals room."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from app.access import deciding
from app.access.approval_shapes import ApprovalOut, State
from app.access.door import Door, needs
from app.approvals import service
from app.approvals.schemas import ApprovalPageOut, ApprovalsOut, RefusalIn
from app.kit.errors import Conflict, Forbidden, Invalid, NotFound
from app.kit.paging import ask
from app.kit.problems import documented

router = APIRouter(tags=["approvals"])

# Who may see or decide an approval depends on its kind; everybody may ask for the list of their own.
Anybody = Annotated[Door, Depends(needs("account:self"))]
DECISIONS = documented(Forbidden, NotFound, Conflict)


@router.get("/approvals", response_model=ApprovalsOut, responses=documented(Invalid), summary="List approvals")
def list_approvals(
    door: Anybody,
    state: Annotated[State | None, Query(description="Only those in this state.")] = None,
    limit: Annotated[int | None, Query(ge=1, le=100, description="Entries per page; 50 if left out.")] = None,
    cursor: Annotated[str | None, Query(max_length=512, description="`next` of the page before.")] = None,
) -> ApprovalsOut:
    """What you asked for, and what you hold the permission for, newest first. `can_decide` marks what waits for you."""
    asked = ask(limit, cursor, (datetime, str))
    with door.write() as desk:
        return service.listed(desk, state, asked)


@router.get(
    "/approvals/{approval_id}",
    response_model=ApprovalPageOut,
    responses=documented(NotFound),
    summary="Open an approval",
)
def read_approval(approval_id: str, door: Anybody) -> ApprovalPageOut:
    """Exactly what will be done, by whom it was asked, in which words, and how many accounts could decide."""
    with door.write() as desk:
        return service.read(desk, approval_id)


@router.post(
    "/approvals/{approval_id}/agree", response_model=ApprovalOut, responses=DECISIONS, summary="Agree to an act"
)
def agree(approval_id: str, door: Anybody) -> Response:
    """Agree as the second person: the act is carried out at once, in both names. Needs a fresh second factor.

    If who asked may no longer do it, or the act no longer fits, the answer is the approval in state refused with the
    reason in `why`, and nothing was done.
    """
    return door.once(lambda desk: deciding.agree(desk, approval_id))


@router.post(
    "/approvals/{approval_id}/refuse", response_model=ApprovalOut, responses=DECISIONS, summary="Refuse an act"
)
def refuse(approval_id: str, body: RefusalIn, door: Anybody) -> Response:
    """Refuse as the second person, with a reason. What was taken at once is undone."""
    return door.once(lambda desk: deciding.refuse(desk, approval_id, body.reason))


@router.post(
    "/approvals/{approval_id}/withdraw", response_model=ApprovalOut, responses=DECISIONS, summary="Withdraw an act"
)
def withdraw(approval_id: str, door: Anybody) -> Response:
    """Take back what you asked for yourself, while nobody has decided. What was taken at once is undone."""
    return door.once(lambda desk: deciding.withdraw(desk, approval_id))
