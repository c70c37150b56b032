"""The HTML door between offices: asked of us, sent to others, one request with its answers, and what is shared."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Response

from app.access.desk import Desk
from app.access.may import permitted
from app.access.page_door import Page, opens
from app.kit.errors import AppError, Invalid
from app.kit.fields import at_field
from app.kit.words import mark
from app.transfers import answering_pages, forms, queries, service, words
from app.transfers.schemas import SharedRevealIn, TakeOverIn, TransferDeclineIn, TransferQuestionIn
from workflows.transfer import ANSWER, T

router = APIRouter()
# Before the pages of one request: their addresses begin alike.
router.include_router(answering_pages.router)

Reader = Annotated[Page, Depends(opens(service.READ))]
Answerer = Annotated[Page, Depends(opens(service.ANSWER))]
Revealer = Annotated[Page, Depends(opens(service.REVEAL))]
Done = Annotated[str, Query(max_length=20)]

HERE: Final = "work"
ONE: Final = "transfers/one.html"
PERSON: Final = "transfers/person.html"


@router.get("/transfers")
def transfers(page: Reader) -> Response:
    """What the office is asked, and what it has asked of others."""
    with page.write() as desk:
        found, names = service.listed(desk), words.offices(desk)
        may_answer = permitted(desk, ANSWER)
    waiting = Counter(each.from_office for each in found.asked_of_us if each.state == T.ASKED)
    return page.show(
        "transfers/list.html", here=HERE, found=found, names=names, may_answer=may_answer,
        several=[(code, many) for code, many in waiting.most_common() if many > 1],
    )  # fmt: skip


@router.get("/transfers/{transfer_id}")
def transfer(transfer_id: str, page: Reader, done: Done = "") -> Response:
    """One request, and the answer to it for whoever may give one."""
    with page.write() as desk:
        context = _context(desk, transfer_id)
    return page.show(ONE, done=done, **context)


@router.post("/transfers/{transfer_id}/take-over")
def take_over(transfer_id: str, page: Answerer) -> Response:
    """Take the case over; it opens at once for whoever may."""

    def act(desk: Desk) -> str:
        body = TakeOverIn(user_id=page.form(forms.TakeOverPage).user_id[:36] or None)
        service.take_over(desk, transfer_id, body)
        return f"/transfers/{transfer_id}?done=moved"

    return page.act_or_show(act, "/transfers", ONE, _again(transfer_id))


@router.post("/transfers/{transfer_id}/accept")
def accept(transfer_id: str, page: Answerer) -> Response:
    """Agree to share."""
    return _answered(page, transfer_id, "shared", lambda desk: service.accept(desk, transfer_id))


@router.post("/transfers/{transfer_id}/decline")
def decline(transfer_id: str, page: Answerer) -> Response:
    """Decline, with a reason and a suggestion."""

    def act(desk: Desk) -> None:
        form = page.form(forms.DeclinePage)
        reason = _chosen("reason", form.reason)
        service.decline(desk, transfer_id, TransferDeclineIn(reason=reason, suggestion=form.suggestion[:40] or "none"))

    return _answered(page, transfer_id, "declined", act)


@router.post("/transfers/{transfer_id}/question")
def question(transfer_id: str, page: Answerer) -> Response:
    """Ask back."""

    def act(desk: Desk) -> None:
        chosen = _chosen("question", page.form(forms.QuestionPage).question)
        service.ask_back(desk, transfer_id, TransferQuestionIn(question=chosen))

    return _answered(page, transfer_id, "asked", act)


@router.post("/transfers/{transfer_id}/finish")
def finish(transfer_id: str, page: Answerer) -> Response:
    """The shared work is done."""
    return _answered(page, transfer_id, "done", lambda desk: service.finish(desk, transfer_id))


@router.get("/transfers/{transfer_id}/person")
def person_page(transfer_id: str, page: Revealer) -> Response:
    """The question why it has to be read."""
    with page.write() as desk:
        context = _context(desk, transfer_id)
    return page.show(PERSON, told=None, **context)


@router.post("/transfers/{transfer_id}/person")
def person(transfer_id: str, page: Revealer) -> Response:
    """What the person agreed that this office may read, once, for a reason that is kept."""
    with page.write() as desk:
        context = _context(desk, transfer_id)
    page.again(PERSON, told=None, **context)
    reason = page.form(forms.RevealPage).reason.strip()
    if len(reason) < 10:
        raise Invalid("Say why.", extra=at_field("reason", mark("Give at least ten letters.")))
    with page.write() as desk:
        told = service.reveal(desk, transfer_id, SharedRevealIn(reason=reason))
    return page.show(PERSON, told=told, **context)


def _answered(page: Page, transfer_id: str, done: str, verb: Any) -> Response:
    def act(desk: Desk) -> str:
        verb(desk)
        return f"/transfers/{transfer_id}?done={done}"

    return page.act_or_show(act, "/transfers", ONE, _again(transfer_id))


def _again(transfer_id: str) -> Any:
    def again(desk: Desk, error: AppError) -> dict[str, Any]:
        return {**_context(desk, transfer_id), "refusals": error.extra.get("refusals", []), "done": ""}

    return again


def _chosen(field: str, code: str) -> str:
    if not code:
        raise Invalid("Some answers are missing.", extra=at_field(field, mark("Choose an answer.")))
    return code[:40]


def _context(desk: Desk, transfer_id: str) -> dict[str, Any]:
    found = service.one(desk, transfer_id)
    answers = service.answers(desk, transfer_id)
    codes = {name: list(desk.policies.codes[name].codes) for name in words.ANSWERS}
    return {
        "here": HERE, "request": found, "names": words.offices(desk), "answers": answers, "codes": codes,
        "refusals": [],
        "colleagues": [(row.id, row.display_name) for row in queries.colleagues(desk)] if answers else [],
        "me": desk.actor.id, "lines_of": words.lines,
        "reveals": permitted(desk, service.REVEAL) and service.is_open(desk, transfer_id),
    }  # fmt: skip
