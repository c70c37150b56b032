"""The HTML door of the tips room: the list, a new tip, a tip with what may become of it, and the forms of that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Response

from app.access.desk import Desk
from app.access.may import permitted
from app.access.page_door import Page, opens
from app.casework import posted
from app.casework.forms import Form
from app.casework.inputs import RECORD, SILENCES, Choice, inputs_of
from app.casework.offers import offered
from app.kit.errors import AppError, Invalid
from app.kit.typed import Typed
from app.kit.words import mark
from app.tips import service
from app.tips.schemas import CaseFromTipIn, CloseIn, JoinTipIn, PassIn, TipIn

router = APIRouter()

Writer = Annotated[Page, Depends(opens(service.RECORD))]
Triager = Annotated[Page, Depends(opens(service.TRIAGE))]
Done = Annotated[str, Query(max_length=20)]

LIST: Final = "/tips"
NEW: Final = "/tips/new"
FORM: Final = "tips/form.html"
DONE: Final = {
    "written": mark("The tip is written down."),
    "close": mark("The tip is closed."),
    "pass": mark("The tip was passed on. They were told."),
    "case": mark("The case is open."),
    "join": mark("The tip is tied to the case."),
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """One form of a tip: its fields, title, button, and what it does."""

    name: str
    form: type[Form]
    title: str
    button: str
    act: Callable[[Desk, str, dict[str, Any], str], Any]


CLOSE: Final = Sheet("close", CloseIn, mark("Close the tip"), mark("Close the tip"), service.close)
PASS: Final = Sheet("pass", PassIn, mark("Pass the tip on"), mark("Pass it on"), service.pass_on)
CASE: Final = Sheet("case", CaseFromTipIn, mark("Open a case from this tip"), mark("Open the case"), service.into_case)
JOIN: Final = Sheet("join", JoinTipIn, mark("Tie the tip to a known case"), mark("Tie it"), service.join)


@router.get(LIST)
def tips(page: Writer, done: Done = "") -> Response:
    """The tips of the office, without what was told."""
    with page.write() as desk:
        found = service.listed(desk).items
        reads = permitted(desk, service.TRIAGE)
    return page.show("tips/list.html", here="cases", tips=found, reads=reads, said=DONE.get(done, ""))


@router.get(NEW)
def new_page(page: Writer) -> Response:
    """The form of a tip."""
    with page.read() as desk:
        context = _new(desk)
    return page.show(FORM, **context)


@router.post(NEW)
def new(page: Writer) -> Response:
    """Write down a tip."""
    typed = page.typed_form()

    def act(desk: Desk) -> None:
        body = _body(TipIn, typed)
        try:
            service.written(desk, body, RECORD)
        except Invalid as error:
            raise posted.at_fields(error) from None

    return page.act_or_show(act, f"{LIST}?done=written", FORM, lambda desk, error: _new(desk))


@router.get("/tips/{tip_id}")
def tip(tip_id: str, page: Triager, done: Done = "") -> Response:
    """A tip in full, and what may become of it."""
    with page.write() as desk:
        found = service.read(desk, tip_id)
        opens_cases = permitted(desk, "case:create")
        to = desk.policies.office(found.passed_to).name if found.passed_to else ""
    return page.show(
        "tips/tip.html", here="cases", tip=found, opens=opens_cases, passed_to=to, said=DONE.get(done, "")
    )


@router.get("/tips/{tip_id}/close")
def close_page(tip_id: str, page: Triager) -> Response:
    """The form that closes a tip."""
    return _asked(page, tip_id, CLOSE)


@router.post("/tips/{tip_id}/close")
def close(tip_id: str, page: Triager) -> Response:
    """Close a tip."""
    return _done(page, tip_id, CLOSE)


@router.get("/tips/{tip_id}/pass")
def pass_page(tip_id: str, page: Triager) -> Response:
    """The form that passes a tip on."""
    return _asked(page, tip_id, PASS)


@router.post("/tips/{tip_id}/pass")
def pass_on(tip_id: str, page: Triager) -> Response:
    """Pass a tip on."""
    return _done(page, tip_id, PASS)


@router.get("/tips/{tip_id}/case")
def case_page(tip_id: str, page: Triager) -> Response:
    """The form that opens a case from a tip."""
    return _asked(page, tip_id, CASE)


@router.post("/tips/{tip_id}/case")
def into_case(tip_id: str, page: Triager) -> Response:
    """Open a case from a tip."""
    return _done(page, tip_id, CASE)


@router.get("/tips/{tip_id}/join")
def join_page(tip_id: str, page: Triager) -> Response:
    """The form that names a known case."""
    return _asked(page, tip_id, JOIN)


@router.post("/tips/{tip_id}/join")
def join(tip_id: str, page: Triager) -> Response:
    """Tie a tip to a known case."""
    return _done(page, tip_id, JOIN)


def _asked(page: Page, tip_id: str, sheet: Sheet) -> Response:
    with page.write() as desk:
        context = _context(desk, tip_id, sheet)
    return page.show(FORM, **context)


def _done(page: Page, tip_id: str, sheet: Sheet) -> Response:
    typed = page.typed_form()

    def act(desk: Desk) -> None:
        # Whoever may not know of the tip is told so, whatever they have typed.
        service.read(desk, tip_id)
        body = _body(sheet.form, typed)
        try:
            sheet.act(desk, tip_id, body, RECORD)
        except Invalid as error:
            raise posted.at_fields(error) from None

    def again(desk: Desk, error: AppError) -> dict[str, Any]:
        return {**_context(desk, tip_id, sheet), "refusals": error.extra.get("refusals", [])}

    # Whoever passes on what was passed to them may see it no more.
    then = LIST if sheet is PASS else f"/tips/{tip_id}"
    return page.act_or_show(act, f"{then}?done={sheet.name}", FORM, again)


def _body(form: type[Form], typed: Typed) -> dict[str, Any]:
    got = posted.gathered(inputs_of(form), typed)
    got.must_be_whole()
    return got.body


def _context(desk: Desk, tip_id: str, sheet: Sheet) -> dict[str, Any]:
    found = service.read(desk, tip_id)
    return {
        "here": "cases",
        "title": sheet.title,
        "button": sheet.button,
        "back": (f"/tips/{found.id}", found.reference),
        "path": f"/tips/{found.id}/{sheet.name}",
        "inputs": offered(desk.policies, inputs_of(sheet.form), here=_offices(desk)),
        "silences": SILENCES,
        "refusals": [],
    }


def _new(desk: Desk) -> dict[str, Any]:
    return {
        "here": "cases",
        "title": mark("Write down a tip"),
        "button": mark("Write it down"),
        "back": (LIST, ""),
        "path": NEW,
        "inputs": offered(desk.policies, inputs_of(TipIn)),
        "refusals": [],
    }


def _offices(desk: Desk) -> dict[str, Sequence[Choice]]:
    """The offices of this country: a tip goes to no other one."""
    here = desk.policies.countries[desk.actor.country].offices
    return {"office": [Choice(each.code, each.name, proper=True) for each in here]}
