"""The HTML door of the fund's own office: the claims that wait for it, and one claim with its answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Response

from app.access.desk import Desk
from app.access.page_door import Page, opens
from app.fund import claims as service
from app.fund import claims_forms as forms
from app.fund.claims_schemas import ClaimDeclineIn, ClaimFailIn, ClaimReturnIn
from app.kit.errors import AppError

router = APIRouter()

Reader = Annotated[Page, Depends(opens(service.READ))]
Decider = Annotated[Page, Depends(opens(service.APPROVE))]
Payer = Annotated[Page, Depends(opens(service.PAY))]
Done = Annotated[str, Query(max_length=20)]

HERE: Final = "claims"
ONE: Final = "fund/claim.html"
LISTS: Final = ("fund_return_reason", "fund_decline_reason", "fund_failure_reason")


@router.get("/fund/claims")
def claims(page: Reader) -> Response:
    """What waits for the office of the fund, and what others have claimed."""
    with page.write() as desk:
        found, names = service.listed(desk), _names(desk)
    return page.show("fund/claims.html", here=HERE, found=found, names=names)


@router.get("/fund/claims/{claim_id}")
def one(claim_id: str, page: Reader, done: Done = "") -> Response:
    """One claim, and the next answer to it for whoever may give it."""
    with page.write() as desk:
        context = _context(desk, claim_id)
    return page.show(ONE, done=done, **context)


@router.post("/fund/claims/{claim_id}/return")
def give_back(claim_id: str, page: Decider) -> Response:
    """Return it for information, with a reason."""

    def act(desk: Desk) -> None:
        reason = forms.chosen("return_reason", page.form(forms.ReturnPage).return_reason)
        service.give_back(desk, claim_id, ClaimReturnIn(reason=reason))

    return _answered(page, claim_id, act)


@router.post("/fund/claims/{claim_id}/approve")
def approve(claim_id: str, page: Decider) -> Response:
    """Approve all of it or a part."""

    def act(desk: Desk) -> None:
        service.approve(desk, claim_id, forms.approve_in(page.form(forms.ApprovePage)))

    return _answered(page, claim_id, act)


@router.post("/fund/claims/{claim_id}/decline")
def decline(claim_id: str, page: Decider) -> Response:
    """Decline, with a reason."""

    def act(desk: Desk) -> None:
        reason = forms.chosen("decline_reason", page.form(forms.DeclinePage).decline_reason)
        service.decline(desk, claim_id, ClaimDeclineIn(reason=reason))

    return _answered(page, claim_id, act)


@router.post("/fund/claims/{claim_id}/pay")
def pay(claim_id: str, page: Payer) -> Response:
    """Record a payment."""

    def act(desk: Desk) -> None:
        service.pay(desk, claim_id, forms.pay_in(page.form(forms.PayPage)))

    return _answered(page, claim_id, act)


@router.post("/fund/claims/{claim_id}/fail")
def fail(claim_id: str, page: Payer) -> Response:
    """Record that a payment failed."""

    def act(desk: Desk) -> None:
        reason = forms.chosen("failure_reason", page.form(forms.FailPage).failure_reason)
        service.fail(desk, claim_id, ClaimFailIn(reason=reason))

    return _answered(page, claim_id, act)


def _answered(page: Page, claim_id: str, verb: Callable[[Desk], Any]) -> Response:
    def act(desk: Desk) -> str:
        verb(desk)
        return f"/fund/claims/{claim_id}?done=said"

    def again(desk: Desk, error: AppError) -> dict[str, Any]:
        return {**_context(desk, claim_id), "refusals": error.extra.get("refusals", []), "done": ""}

    return page.act_or_show(act, "/fund/claims", ONE, again)


def _context(desk: Desk, claim_id: str) -> dict[str, Any]:
    return {
        "here": HERE, "claim": service.one(desk, claim_id), "names": _names(desk), "refusals": [],
        "decides": service.decides(desk, claim_id), "pays": service.pays(desk, claim_id),
        "codes": {name: list(desk.policies.codes[name].codes) for name in LISTS},
    }  # fmt: skip


def _names(desk: Desk) -> dict[str, str]:
    return {office.code: office.name for office in desk.policies.countries[desk.actor.country].offices}
