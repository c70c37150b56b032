"""The verbs of the approvals room: list, open, agree, refuse, withdraw."""

from __future__ import annotations

from sqlalchemy import or_, select

from app.access import deciding, two_persons
from app.access.desk import Desk
from app.access.log import looked
from app.access.two_persons import APPROVAL, KINDS
from app.approvals.schemas import ApprovalPageOut, ApprovalsOut
from app.kit.paging import Ask


def listed(desk: Desk, state: str | None, ask: Ask) -> ApprovalsOut:
    """One page of what the actor asked for or holds the permission for; the look is noted with its count."""
    reach = two_persons.within(desk)
    query = select(APPROVAL, reach.label("within")).where(
        APPROVAL.c.country == desk.actor.country,
        APPROVAL.c.kind.in_(sorted(KINDS)),
        or_(APPROVAL.c.asked_by == desk.actor.id, reach),
    )
    if state is not None:
        query = query.where(APPROVAL.c.state == state)
    rows = desk.session.execute(ask.narrow(query, [APPROVAL.c.asked_at, APPROVAL.c.id], newest_first=True)).all()
    page, following = ask.cut(rows, lambda row: (row.asked_at, row.id))
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
