"""The page of a case that says what the person is entitled to, and what was claimed of it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Response

from app.access.desk import Desk
from app.access.page_door import Page, opens
from app.cases import entitlements
from app.kit.words import mark
from app.overview.case_frame import open_case
from workflows.facts import CaseFacts

router = APIRouter()

Reader = Annotated[Page, Depends(opens(entitlements.READ))]

NO_DAY: Final = mark("This is no day. Today is shown.")
# State of a claim -> how it looks.
LOOKS: Final = {
    "submitted": "wait", "returned": "late", "approved": "good", "paid": "good", "closed": "done", "declined": "bad",
    "withdrawn": "done",
}  # fmt: skip


@router.get("/cases/{reference}/entitlements")
def entitlements_page(reference: str, page: Reader, on: Annotated[str, Query(max_length=10)] = "") -> Response:
    """Each entitlement with amount, limit, source, what was claimed, and the button to claim it."""
    with page.write() as desk:
        opened = open_case(desk, reference, entitlements.READ, look="entitlements_read")
        assert isinstance(opened.held.facts, CaseFacts)
        day = _day(on)
        found = entitlements.shown(desk, opened.held.facts, opened.reach, day or desk.today)
        context: dict[str, Any] = {
            "case": opened,
            "found": found,
            "wrong_day": NO_DAY if on and day is None else "",
            "tabs": _tabs(desk, opened.path, opened.held.facts, found.on),
            "looks": LOOKS,
        }
    return page.show("overview/entitlements.html", here="cases", section="needs", **context)


def _day(text: str) -> date | None:
    """The day of an address; None for what is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _tabs(desk: Desk, path: str, facts: CaseFacts, shown: date) -> list[tuple[str, date | None, bool]]:
    """Today, and every day since the case was opened, or still to come, on which the law of the country changes."""
    country = desk.policies.countries[facts.country]
    days = {amount.from_ for each in country.entitlements for amount in each.amounts}
    others = sorted({day for day in days if day > facts.opened_on} | {shown} - {desk.today})
    return [(f"{path}/entitlements", None, shown == desk.today)] + [
        (f"{path}/entitlements?on={day.isoformat()}", day, day == shown) for day in others
    ]
