"""The HTML door of the readiness room: operations, what they need, and what an office was asked to keep ready."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Response

from app.access.desk import Desk
from app.access.may import permitted
from app.access.page_door import Page, opens
from app.casework import posted
from app.casework.forms import Form
from app.casework.inputs import RECORD, Choice, Input, inputs_of
from app.casework.offers import offered
from app.kit.errors import AppError, Invalid
from app.kit.typed import Typed
from app.kit.words import mark
from app.overview import form_page
from app.readiness import reserving, service
from app.readiness.schemas import EndIn, OperationIn, ReserveIn

router = APIRouter()

Reader = Annotated[Page, Depends(opens(service.READ))]
Planner = Annotated[Page, Depends(opens(service.PLAN))]
Releaser = Annotated[Page, Depends(opens(service.RELEASE))]
Answerer = Annotated[Page, Depends(opens(reserving.ANSWER))]
Done = Annotated[str, Query(max_length=20)]

HERE: Final = "cases"
FORM: Final = "readiness/form.html"
OPERATION: Final = "readiness/operation.html"
RESERVE: Final = "readiness/reservation.html"
NEW: Final = "/operations/new"
DONE: Final = {
    "asked": mark("The office was asked."),
    "released": mark("The operation is released."),
    "ended": mark("What was kept ready is free again."),
    "answered": mark("They were told your answer."),
}


@router.get("/operations")
def operations(page: Reader) -> Response:
    """The planned operations within reach."""
    with page.write() as desk:
        found = service.listed(desk).items
        plans = permitted(desk, service.PLAN)
    return page.show("readiness/list.html", here=HERE, operations=found, plans=plans)


@router.get(NEW)
def new_page(page: Planner) -> Response:
    """The form of an operation."""
    with page.read() as desk:
        context = _new(desk)
    return page.show(FORM, **context)


@router.post(NEW)
def new(page: Planner) -> Response:
    """Plan an operation."""
    typed = page.typed_form()
    if form_page.wants_rows(typed):
        with page.read() as desk:
            context = _new(desk, typed)
        return page.show(FORM, typed=typed, **context)

    def act(desk: Desk) -> str:
        return f"/operations/{_told(OperationIn, typed, lambda body: service.planned(desk, body, RECORD)).id}"

    return page.act_or_show(act, "/operations", FORM, lambda desk, error: _new(desk, typed))


@router.get("/operations/{operation_id}")
def operation(operation_id: str, page: Reader, done: Done = "") -> Response:
    """One operation: what it needs, what is confirmed, and what speaks against its release."""
    with page.write() as desk:
        context = _operation(desk, operation_id)
    return page.show(OPERATION, **context, said=DONE.get(done, ""))


@router.get("/operations/{operation_id}/reserve")
def reserve_page(operation_id: str, page: Planner) -> Response:
    """The form that asks an office to keep something ready."""
    with page.write() as desk:
        context = _reserve(desk, operation_id)
    return page.show(FORM, **context)


@router.post("/operations/{operation_id}/reserve")
def reserve(operation_id: str, page: Planner) -> Response:
    """Ask an office to keep something ready."""
    typed = page.typed_form()

    def act(desk: Desk) -> None:
        service.found(desk, service.PLAN, operation_id)
        _told(ReserveIn, typed, lambda body: reserving.ask(desk, operation_id, body, RECORD))

    def again(desk: Desk, error: AppError) -> dict[str, Any]:
        return {**_reserve(desk, operation_id), "refusals": error.extra.get("refusals", [])}

    return page.act_or_show(act, f"/operations/{operation_id}?done=asked", FORM, again)


@router.post("/operations/{operation_id}/release")
def release(operation_id: str, page: Releaser) -> Response:
    """Release an operation."""

    def act(desk: Desk) -> None:
        service.release(desk, operation_id)

    def again(desk: Desk, error: AppError) -> dict[str, Any]:
        return {**_operation(desk, operation_id), "refusals": error.extra.get("refusals", []), "said": ""}

    return page.act_or_show(act, f"/operations/{operation_id}?done=released", OPERATION, again)


@router.get("/operations/{operation_id}/end")
def end_page(operation_id: str, page: Planner) -> Response:
    """The form that ends an operation."""
    with page.write() as desk:
        context = _end(desk, operation_id)
    return page.show(FORM, **context)


@router.post("/operations/{operation_id}/end")
def end(operation_id: str, page: Planner) -> Response:
    """End an operation."""
    typed = page.typed_form()

    def act(desk: Desk) -> None:
        service.found(desk, service.PLAN, operation_id)
        _told(EndIn, typed, lambda body: service.end(desk, operation_id, body, RECORD))

    def again(desk: Desk, error: AppError) -> dict[str, Any]:
        return {**_end(desk, operation_id), "refusals": error.extra.get("refusals", [])}

    return page.act_or_show(act, f"/operations/{operation_id}?done=ended", FORM, again)


@router.get("/reservations")
def reservations(page: Answerer, done: Done = "") -> Response:
    """What the office was asked to keep ready."""
    with page.write() as desk:
        found, names = reserving.waiting(desk).items, _names(desk)
    return page.show("readiness/reservations.html", here=HERE, reserves=found, names=names, said=DONE.get(done, ""))


@router.get("/reservations/{reservation_id}")
def reservation(reservation_id: str, page: Answerer) -> Response:
    """One thing the office was asked for, and the answer to it."""
    with page.write() as desk:
        context = _reservation(desk, reservation_id)
    return page.show(RESERVE, **context)


@router.post("/reservations/{reservation_id}/answer")
def answer(reservation_id: str, page: Answerer) -> Response:
    """Confirm, decline, or give back."""
    typed = page.typed_form()
    body = {"answer": typed.get("answer", "") or None, "beds_id": typed.get("beds_id", "") or None}

    def act(desk: Desk) -> None:
        reserving.one(desk, reservation_id)
        reserving.answer(desk, reservation_id, body, "")

    def again(desk: Desk, error: AppError) -> dict[str, Any]:
        return {**_reservation(desk, reservation_id), "refusals": error.extra.get("refusals", [])}

    return page.act_or_show(act, "/reservations?done=answered", RESERVE, again)


def _told(form: type[Form], typed: Typed, act: Callable[[dict[str, Any]], Any]) -> Any:
    """What ``act`` answers to what was typed; a refusal stands at the fields it is about."""
    got = posted.gathered(inputs_of(form), typed)
    got.must_be_whole()
    try:
        return act(got.body)
    except Invalid as error:
        raise posted.at_fields(error) from None


def _new(desk: Desk, typed: Typed | None = None) -> dict[str, Any]:
    inputs = offered(desk.policies, inputs_of(OperationIn))
    words = (mark("Plan an operation"), mark("Plan it"))
    return _form(words, ("/operations", ""), NEW, inputs, form_page.rows_for(inputs, typed))


def _reserve(desk: Desk, operation_id: str) -> dict[str, Any]:
    row = service.found(desk, service.PLAN, operation_id)
    here = desk.policies.countries[desk.actor.country].offices
    offices = {"office": [Choice(each.code, each.name, proper=True) for each in here]}
    inputs = offered(desk.policies, inputs_of(ReserveIn), here=offices)
    words = (mark("Ask an office to keep something ready"), mark("Ask the office"))
    return _form(words, (f"/operations/{row.id}", row.reference), f"/operations/{row.id}/reserve", inputs)


def _end(desk: Desk, operation_id: str) -> dict[str, Any]:
    row = service.found(desk, service.PLAN, operation_id)
    words = (mark("End the operation"), mark("End it"))
    back = (f"/operations/{row.id}", row.reference)
    return _form(words, back, f"/operations/{row.id}/end", offered(desk.policies, inputs_of(EndIn)))


def _form(
    words: tuple[str, str], back: tuple[str, str], path: str, inputs: Iterable[Input], rows: Any = None
) -> dict[str, Any]:
    title, button = words
    return {
        "here": HERE, "title": title, "button": button, "back": back, "path": path, "inputs": inputs,
        "rows": rows or {}, "refusals": [],
    }  # fmt: skip


def _operation(desk: Desk, operation_id: str) -> dict[str, Any]:
    found = service.read(desk, operation_id)
    return {
        "here": HERE, "operation": found, "plans": permitted(desk, service.PLAN),
        "releases": permitted(desk, service.RELEASE), "refusals": [], "names": _names(desk),
    }  # fmt: skip


def _reservation(desk: Desk, reservation_id: str) -> dict[str, Any]:
    return {
        "here": HERE, "reserve": reserving.one(desk, reservation_id),
        "fitting": reserving.fitting(desk, reservation_id), "counts": reserving.keeps_beds(desk, reservation_id),
        "names": _names(desk), "refusals": [],
    }  # fmt: skip


def _names(desk: Desk) -> dict[str, str]:
    """Code of an office of this country -> its name."""
    return {each.code: each.name for each in desk.policies.countries[desk.actor.country].offices}
