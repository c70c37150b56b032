"""The receipt of a handover, the blank one for paper, and the way from a number on a paper to its receipt."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from app.access.log import looked, refused
from app.access.page_door import Page
from app.kit.errors import NotFound
from app.referrals import desk as referral_desk
from app.referrals import desk_queries, handing, paper, service
from app.referrals.pages_frame import Reader, Reference, show

router = APIRouter()

_PAPER = "referrals/receipt.html"


@router.get("/referrals/{reference}/receipt")
def receipt(page: Reader, reference: Reference) -> Response:
    """The receipt of a handover, to be shown or printed. NotFound before one side has signed."""
    with page.write() as desk:
        referral_id = referral_desk.found(desk, reference)
        meeting = handing.meeting(desk, referral_id)
        if meeting.given_at is None:
            raise NotFound()
        row = service.opened(desk, referral_id)
        looked(desk, "receipt_printed", "referral", referral_id)
        made = paper.receipt(desk, row, meeting, page.reader, referral_desk.names_of(desk, row))
    return show(page, _PAPER, paper=made, square=paper.qr(made.number), short=handing.short_number(made.number),
                back=f"/referrals/{row.reference}/handover", others=(), other="")  # fmt: skip


@router.get("/papers/receipt")
def blank_receipt(
    page: Reader,
    other: Annotated[str, Query(alias="with", max_length=2)] = "",
    referral: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """A receipt to be filled in by hand: for one referral, or for a country chosen from a list."""
    with page.write() as desk:
        here = desk.actor.country
        sender, receiver, reference = here, other, ""
        if referral:
            row = service.opened(desk, referral_desk.found(desk, referral))
            sender, receiver, reference = row.from_country, row.to_country, row.reference
        countries = sorted(set(desk.policies.countries) - {here})
        if receiver not in desk.policies.countries:
            receiver = countries[0]
        made = paper.blank(desk, page.reader, sender, receiver, reference)
    choices = () if referral else tuple(countries)
    return show(page, _PAPER, paper=made, square="", short="", back="/referrals", others=choices, other=receiver)


@router.get("/r")
def number_page(page: Reader, number: Annotated[str, Query(max_length=64)] = "") -> Response:
    """From the number on a paper to its receipt, for whoever may see it."""
    return _to_receipt(page, number)


@router.get("/r/{number}")
def numbered(page: Reader, number: Annotated[str, Path(max_length=64)]) -> Response:
    """The same for an address that was read from a paper."""
    return _to_receipt(page, number)


def _to_receipt(page: Page, number: str) -> Response:
    """Send the browser on to the receipt; the same NotFound for a number nobody has and for one out of sight."""
    with page.write() as desk:
        shared_id = handing.shared_id_of(number)
        row = None if shared_id is None else desk_queries.of_shared(desk, shared_id)
        if row is None:
            refused(desk, "referral", "-", {"answer": 404, "by": "number"})
            raise NotFound()
    return page.to(f"/referrals/{row.reference}/receipt")
