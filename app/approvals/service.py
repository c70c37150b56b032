"""The verbs of the approvals room: list, open, agree, refuse, withdraw."""

from __future__ import annotations

from app.access import deciding, two_persons
from app.access.desk import Desk
from app.access.log import looked
from app.approvals import queries
from app.approvals.schemas import ApprovalPageOut, ApprovalsOut
from app.kit.paging import Ask


def listed(desk: Desk, state: str | None, ask: Ask) -> ApprovalsOut:
    """One page of what the actor asked for or holds the permission for; the look is noted with its count."""
    page, following = queries.page(desk, state, ask)
    looked(desk, "approvals_listed", "approval", "-", {"count": len(page), **({"state": state} if state else {})})
    return ApprovalsOut(
        items=[
            two_persons.shown(desk, row, could=deciding.may_decide(desk, row, reach=bool(row.within))) for row in page
        ],
        next=following,
    )


def read(desk: Desk, approval_id: str) -> ApprovalPageOut:
    """One approval with what was said about it in words; the look is noted."""
    row, reach = deciding.visible(desk, approval_id)
    looked(desk, "approval_read", "approval", row.id, {"kind": row.kind})
    page = two_persons.shown(
        desk,
        row,
        could=deciding.may_decide(desk, row, reach=reach),
        others=len(two_persons.second_persons(desk, row)),
        words=two_persons.asked_of(desk, row).words,
    )
    return ApprovalPageOut(**page.model_dump(), answer=deciding.answer_of(desk, row))
