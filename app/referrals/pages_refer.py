"""Refer a person to another country: the receiver, what would be shared, the draft."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response

from app.access.desk import Desk
from app.access.may import case_by_reference
from app.access.page_door import Page, opens
from app.kit.errors import AppError
from app.referrals import referring, service
from app.referrals.forms import ReferPage
from app.referrals.pages_frame import shared
from app.referrals.schemas import ReferralIn

router = APIRouter()

CaseReader = Annotated[Page, Depends(opens("case:read"))]
CaseReference = Annotated[str, Path(max_length=40)]
To = Annotated[str, Query(max_length=2)]
Office = Annotated[str, Query(max_length=64)]
_CHECK = "referrals/refer_check.html"


@router.get("/cases/{reference}/refer")
def receiver_page(page: CaseReader, reference: CaseReference) -> Response:
    """Who could receive the referral."""
    with page.write() as desk:
        case = case_by_reference(desk, "referral:draft", reference)
        receivers = referring.receivers(desk, case.id)
    return page.show("referrals/refer.html", **shared(page, reference=reference, receivers=receivers))


@router.get("/cases/{reference}/refer/check")
def check_page(page: CaseReader, reference: CaseReference, to: To = "", office: Office = "") -> Response:
    """What would be shared and what not, and the button that writes the draft."""
    with page.write() as desk:
        context = _context(desk, page, reference, to, office)
    return page.show(_CHECK, **context)


@router.post("/cases/{reference}/refer/check")
def write(page: CaseReader, reference: CaseReference) -> Response:
    """Write the draft; a supervisor is asked to approve it."""
    form = page.form(ReferPage)

    def act(desk: Desk) -> str:
        case = case_by_reference(desk, "referral:draft", reference)
        body = ReferralIn(
            to_country=form.to,
            receiver_office=form.office or None,
            border_point=form.point or None,
            note=form.note.strip() or None,
        )
        return f"/referrals/{service.draft(desk, case.id, body).reference}?done=drafted"

    def again(desk: Desk, error: AppError) -> dict[str, Any]:
        return _context(desk, page, reference, form.to, form.office)

    return page.act_or_show(act, f"/cases/{reference}", _CHECK, again)


def _context(desk: Desk, page: Page, reference: str, to: str, office: str) -> dict[str, Any]:
    case = case_by_reference(desk, "referral:draft", reference)
    found = referring.preview(desk, case.id, reference, to, office)
    return shared(page, reference=reference, preview=found, when=referring.WHEN, roles=desk.policies.roles)
