"""The HTML door of the inquiries room: what other countries ask, one question, and the forms that answer it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Response

from app.access.desk import Desk
from app.access.may import permitted
from app.access.page_door import Page, opens
from app.casework import posted
from app.casework.forms import Form
from app.casework.inputs import RECORD, SILENCES, Input, inputs_of
from app.casework.kinds.inquiry_answer import InquiryAnswer
from app.casework.offers import offered
from app.inquiries import service
from app.inquiries.schemas import CannotIn, DeclineIn, InquiryOut
from app.kit.errors import AppError, Invalid
from app.kit.typed import Typed
from app.kit.words import mark
from workflows.guards.inquiries import NATIONALITY

router = APIRouter()

Reader = Annotated[Page, Depends(opens(service.READ))]
Answerer = Annotated[Page, Depends(opens(service.ANSWER))]
Done = Annotated[str, Query(max_length=20)]

LIST: Final = "/inquiries"
ONE: Final = "inquiries/one.html"
FORM: Final = "inquiries/form.html"
DONE: Final = {
    "take-up": mark("Taken up. The other country was told."),
    "answer": mark("Answered. The answer is on its way."),
    "cannot-tell": mark("Saved. The other country was told."),
    "decline": mark("Declined. The other country was told."),
}
# What is asked of whoever answers: of nationality and residence, or of a family.
_OF_NATIONALITY: Final = frozenset({"nationality", "residence", "papers", "paper_days", "authority", "opinion"})
_OF_PAPERS: Final = _OF_NATIONALITY - {"authority", "opinion"}


@dataclass(frozen=True, slots=True)
class Sheet:
    """One form of a question: its fields, title, button, and what it does."""

    name: str
    form: type[Form]
    title: str
    button: str
    act: Callable[[Desk, str, dict[str, Any], str], Any]


ANSWER: Final = Sheet(
    "answer", InquiryAnswer, mark("Answer the question"), mark("Send the answer"),
    lambda desk, inquiry_id, body, place: service.answer(desk, inquiry_id, body),
)  # fmt: skip
CANNOT: Final = Sheet(
    "cannot-tell", CannotIn, mark("Say that you cannot tell"), mark("Send it"), service.cannot_tell
)
DECLINE: Final = Sheet("decline", DeclineIn, mark("Decline the question"), mark("Decline"), service.decline)


@router.get(LIST)
def inquiries(page: Reader) -> Response:
    """What other countries ask the office, without names."""
    with page.write() as desk:
        found = service.listed(desk).items
        reads = permitted(desk, service.ANSWER)
    return page.show("inquiries/list.html", here="referrals", inquiries=found, reads=reads)


@router.get("/inquiries/{inquiry_id}")
def inquiry(inquiry_id: str, page: Answerer, done: Done = "") -> Response:
    """A question with whom it is about, and what may be said to it."""
    with page.write() as desk:
        context = _one(desk, inquiry_id)
    return page.show(ONE, said=DONE.get(done, ""), **context)


@router.post("/inquiries/{inquiry_id}/take-up")
def take_up(inquiry_id: str, page: Answerer) -> Response:
    """Take the question up."""

    def act(desk: Desk) -> None:
        service.take_up(desk, inquiry_id)

    def again(desk: Desk, error: AppError) -> dict[str, Any]:
        return {**_one(desk, inquiry_id), "refusals": error.extra.get("refusals", []), "said": ""}

    return page.act_or_show(act, f"/inquiries/{inquiry_id}?done=take-up", ONE, again)


@router.get("/inquiries/{inquiry_id}/answer")
def answer_page(inquiry_id: str, page: Answerer) -> Response:
    """The form of the answer."""
    return _asked(page, inquiry_id, ANSWER)


@router.post("/inquiries/{inquiry_id}/answer")
def answer(inquiry_id: str, page: Answerer) -> Response:
    """Answer."""
    return _done(page, inquiry_id, ANSWER)


@router.get("/inquiries/{inquiry_id}/cannot-tell")
def cannot_tell_page(inquiry_id: str, page: Answerer) -> Response:
    """The form that says that there is no answer."""
    return _asked(page, inquiry_id, CANNOT)


@router.post("/inquiries/{inquiry_id}/cannot-tell")
def cannot_tell(inquiry_id: str, page: Answerer) -> Response:
    """Say that there is no answer."""
    return _done(page, inquiry_id, CANNOT)


@router.get("/inquiries/{inquiry_id}/decline")
def decline_page(inquiry_id: str, page: Answerer) -> Response:
    """The form that declines."""
    return _asked(page, inquiry_id, DECLINE)


@router.post("/inquiries/{inquiry_id}/decline")
def decline(inquiry_id: str, page: Answerer) -> Response:
    """Decline."""
    return _done(page, inquiry_id, DECLINE)


def _asked(page: Page, inquiry_id: str, sheet: Sheet) -> Response:
    with page.write() as desk:
        context = _context(desk, inquiry_id, sheet)
    return page.show(FORM, **context)


def _done(page: Page, inquiry_id: str, sheet: Sheet) -> Response:
    typed = page.typed_form()

    def act(desk: Desk) -> None:
        # Whoever may not know of the question is told so, whatever they have typed.
        found = service.read(desk, inquiry_id)
        body = _body(_inputs(sheet, found), typed)
        try:
            sheet.act(desk, inquiry_id, body, RECORD)
        except Invalid as error:
            raise posted.at_fields(error) from None

    def again(desk: Desk, error: AppError) -> dict[str, Any]:
        return {**_context(desk, inquiry_id, sheet), "refusals": error.extra.get("refusals", [])}

    return page.act_or_show(act, f"/inquiries/{inquiry_id}?done={sheet.name}", FORM, again)


def _body(inputs: tuple[Input, ...], typed: Typed) -> dict[str, Any]:
    got = posted.gathered(inputs, typed)
    got.must_be_whole()
    return got.body


def _inputs(sheet: Sheet, found: InquiryOut) -> tuple[Input, ...]:
    inputs = tuple(inputs_of(sheet.form))
    if sheet is not ANSWER:
        return inputs
    if found.subject == NATIONALITY:
        return tuple(each for each in inputs if each.field in _OF_NATIONALITY)
    return tuple(each for each in inputs if each.field not in _OF_PAPERS)


def _one(desk: Desk, inquiry_id: str) -> dict[str, Any]:
    return {"here": "referrals", "inquiry": service.read(desk, inquiry_id), "refusals": []}


def _context(desk: Desk, inquiry_id: str, sheet: Sheet) -> dict[str, Any]:
    found = service.read(desk, inquiry_id)
    return {
        "here": "referrals",
        "title": sheet.title,
        "button": sheet.button,
        "back": (f"/inquiries/{found.id}", found.reference),
        "path": f"/inquiries/{found.id}/{sheet.name}",
        "inputs": offered(desk.policies, _inputs(sheet, found)),
        "silences": SILENCES,
        "refusals": [],
    }
