"""The HTML door of providers: services asked of us, those asked of others, and one request with its answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Response

from app.access.desk import Desk
from app.access.page_door import Page, opens
from app.kit.errors import AppError
from app.services import forms, service
from app.services.schemas import ServiceDeclineIn, ServiceDoneIn

router = APIRouter()

Reader = Annotated[Page, Depends(opens(service.READ))]
Answerer = Annotated[Page, Depends(opens(service.ANSWER))]
Done = Annotated[str, Query(max_length=20)]

HERE: Final = "work"
ONE: Final = "services/one.html"
# What a team writes of a provider that says nothing; nobody says it of themselves.
UNSAID: Final = "no_answer"
LISTS: Final = ("service_decline_reason", "service_result", "appointment_time", "appointment_place")


@router.get("/services")
def services(page: Reader) -> Response:
    """What the office is asked to do, and what it has asked of others."""
    with page.write() as desk:
        found, names = service.listed(desk), _names(desk)
    return page.show("services/list.html", here=HERE, found=found, names=names)


@router.get("/services/{service_id}")
def one(service_id: str, page: Reader, done: Done = "") -> Response:
    """One request, and the next answer to it for whoever may give it."""
    with page.write() as desk:
        context = _context(desk, service_id)
    return page.show(ONE, done=done, **context)


@router.post("/services/{service_id}/accept")
def accept(service_id: str, page: Answerer) -> Response:
    """Accept, with an appointment where one is known."""

    def act(desk: Desk) -> None:
        service.accept(desk, service_id, forms.accept_in(page.form(forms.AcceptPage)))

    return _answered(page, service_id, act)


@router.post("/services/{service_id}/decline")
def decline(service_id: str, page: Answerer) -> Response:
    """Decline, with a reason."""

    def act(desk: Desk) -> None:
        reason = forms.chosen("reason", page.form(forms.DeclinePage).reason)
        service.decline(desk, service_id, ServiceDeclineIn(reason=reason))

    return _answered(page, service_id, act)


@router.post("/services/{service_id}/begin")
def begin(service_id: str, page: Answerer) -> Response:
    """The service begins."""
    return _answered(page, service_id, lambda desk: service.begin(desk, service_id))


@router.post("/services/{service_id}/finish")
def finish(service_id: str, page: Answerer) -> Response:
    """The service is done."""

    def act(desk: Desk) -> None:
        outcome = forms.chosen("outcome", page.form(forms.DonePage).outcome)
        service.finish(desk, service_id, ServiceDoneIn(outcome=outcome))

    return _answered(page, service_id, act)


def _answered(page: Page, service_id: str, verb: Callable[[Desk], Any]) -> Response:
    def act(desk: Desk) -> str:
        verb(desk)
        return f"/services/{service_id}?done=said"

    def again(desk: Desk, error: AppError) -> dict[str, Any]:
        return {**_context(desk, service_id), "refusals": error.extra.get("refusals", []), "done": ""}

    return page.act_or_show(act, "/services", ONE, again)


def _context(desk: Desk, service_id: str) -> dict[str, Any]:
    return {
        "here": HERE, "request": service.one(desk, service_id), "names": _names(desk),
        "answers": service.answers(desk, service_id), "refusals": [],
        "codes": {name: [code for code in desk.policies.codes[name].codes if code != UNSAID] for name in LISTS},
    }  # fmt: skip


def _names(desk: Desk) -> dict[str, str]:
    return {office.code: office.name for office in desk.policies.countries[desk.actor.country].offices}
