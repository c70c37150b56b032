"""The HTML door of answering several requests: what was ticked in the list, one answer, and the report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Response

from app.access.desk import Desk
from app.access.page_door import Page, opens
from app.casework import several
from app.kit.errors import AppError
from app.transfers import answering, queries, service, words
from app.transfers.schemas import AnswersIn
from workflows.guards.transfers import TAKE_OVER
from workflows.transfer import ANSWER

router = APIRouter()

Answerer = Annotated[Page, Depends(opens(ANSWER))]

PAGE: Final = "/transfers/answer"
REPORT: Final = "/transfers/answered"
_TEMPLATE: Final = "transfers/answer.html"


@router.get(PAGE)
def answer_page(
    page: Answerer,
    transfer: Annotated[list[str] | None, Query(max_length=200)] = None,
    office: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """The requests that were ticked, or all that wait of one office, and the question what to answer."""
    with page.write() as desk:
        ids = transfer or (queries.waiting_from(desk, ANSWER, office, several.most(desk)) if office else [])
        context = _context(desk, ids)
    return page.show(_TEMPLATE, **context)


@router.post(PAGE)
def answer(page: Answerer) -> Response:
    """Answer the ticked requests; from the list, where no answer is given yet, show them with the question first."""
    typed = page.typed_form()
    chosen = typed.all("transfer")
    if "sent" not in typed:
        with page.write() as desk:
            context = _context(desk, chosen)
        return page.show(_TEMPLATE, **context)

    def act(desk: Desk) -> str:
        body = AnswersIn.model_construct(
            transfers=[each[:36] for each in chosen], answer=typed.get("answer", ""),
            user_id=typed.get("user_id", "")[:36] or None, reason=typed.get("reason", "")[:40] or None,
            suggestion=typed.get("suggestion", "")[:40] or "none",
        )  # fmt: skip
        return f"{REPORT}?act_id={answering.answer(desk, body).id}"

    def again(desk: Desk, error: AppError) -> dict[str, Any]:
        return _context(desk, chosen)

    return page.act_or_show(act, REPORT, _TEMPLATE, again)


@router.get(REPORT)
def report(page: Answerer, act_id: Annotated[str, Query(max_length=36)] = "") -> Response:
    """What became of each request of an act of one's own."""
    with page.read() as desk:
        found = answering.report(desk, act_id)
    return page.show("transfers/answered.html", here="work", report=found)


def _context(desk: Desk, ids: Sequence[str]) -> dict[str, Any]:
    rows = queries.to_answer(desk, ANSWER, ids[: several.most(desk)])
    shown = service.shown(desk, rows)
    return {
        "here": "work", "requests": shown, "missing": len(ids) - len(rows), "names": words.offices(desk),
        "taking": any(each.what == TAKE_OVER for each in shown), "me": desk.actor.id,
        "colleagues": [(row.id, row.display_name) for row in queries.colleagues(desk)],
        "codes": {name: list(desk.policies.codes[name].codes) for name in words.ANSWERS},
    }  # fmt: skip
