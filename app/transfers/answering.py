"""Several requests of other offices answered in one act: each by itself, as if it were answered alone."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from sqlalchemy import Row

from app.access import notices
from app.access.desk import Desk
from app.access.log import looked
from app.casework import several
from app.kit.errors import Invalid, NotFound
from app.kit.fields import at_field
from app.kit.words import mark
from app.models.base import is_id
from app.transfers import queries, service
from app.transfers.schemas import AnsweredOut, AnswersIn, AnswersOut, TakeOverIn, TransferDeclineIn
from workflows.guards.transfers import TAKE_OVER
from workflows.transfer import ANSWER

ACT: Final = "answer_office"
AGREE, DECLINE = "agree", "decline"
TAKEN, SHARED, DECLINED = "taken_over", "shared", "declined"
DONE: Final = frozenset({TAKEN, SHARED, DECLINED})
# What became of a request -> what people read. Codes of refusals that stand nowhere here say the last.
SENTENCES: Final = {
    TAKEN: mark("Your office holds the case now."),
    SHARED: mark("Your office shares in the case."),
    DECLINED: mark("Declined. The other office was told."),
    "step_refused": mark("Not answered, for these reasons:"),
    "not_found": mark("Not answered: your office is not asked this."),
    "kept_away": mark("Not answered: a seal or a block keeps the colleague who would carry it away from the person."),
}
_OTHERWISE: Final = mark("Not answered. Try it on the page of the request, which says why.")


def answer(desk: Desk, body: AnswersIn) -> AnswersOut:
    """Agree to, or decline, several requests: those to take over are taken over, those to share are shared in.

    Invalid (422) for an answer that fits none of them: no reason to decline, nobody who could carry the cases, no
    request, or more than one act can take. What stands against one of them stops that one alone.
    """
    several.must_fit(desk, "transfers", len(body.transfers), mark("Choose at least one request."))
    _must_be_an_answer(desk, body)
    with notices.told_once(desk):
        outcome = [_one(desk, each, body) for each in dict.fromkeys(body.transfers)]
    done = sum(1 for each in outcome if each.code in DONE)
    why, to = (body.reason or "", "") if body.answer == DECLINE else (AGREE, body.user_id or desk.actor.id)
    act_id = several.keep(desk, ACT, why, outcome, to_user=to)
    looked(desk, "transfers_answered", "case_transfer", "-", {"act": act_id, "answer": body.answer, "count": done})
    return report(desk, act_id)


def report(desk: Desk, act_id: str) -> AnswersOut:
    """What became of an act of the actor's own; NotFound for any other."""
    row = several.kept(desk, act_id, ACT)
    if row is None:
        raise NotFound()
    outcome = several.outcome_of(row)
    seen = queries.some(desk, service.READ, (each.subject for each in outcome))
    references = queries.references_of(desk, (each.case_id for each in seen.values()))
    requests = [_told(desk, each, seen.get(each.subject), references) for each in outcome]
    done = sum(1 for each in requests if each.outcome in DONE)
    return AnswersOut(id=row.id, done=done, refused=len(requests) - done, requests=requests)


def _must_be_an_answer(desk: Desk, body: AnswersIn) -> None:
    match body.answer:
        case "agree":
            service.carrier(desk, body.user_id or desk.actor.id)
        case "decline":
            if not desk.policies.knows("transfer_decline_reason", body.reason or ""):
                raise _unfit("reason", mark("Say why your office declines."))
            if not desk.policies.knows("transfer_suggestion", body.suggestion):
                raise _unfit("suggestion", mark("Choose an answer."))
        case _:
            raise _unfit("answer", mark("Choose an answer."))


def _one(desk: Desk, transfer_id: str, body: AnswersIn) -> several.Became:
    asked = queries.asked(desk, ANSWER, transfer_id) if is_id(transfer_id) else None
    done = DECLINED
    if body.answer == AGREE:
        done = TAKEN if asked is not None and asked.what == TAKE_OVER else SHARED
    return several.by_itself(desk, transfer_id, done, partial(_answered, desk, transfer_id, done, body))


def _answered(desk: Desk, transfer_id: str, done: str, body: AnswersIn) -> str:
    if done == TAKEN:
        service.take_over(desk, transfer_id, TakeOverIn(user_id=body.user_id))
    elif done == SHARED:
        service.accept(desk, transfer_id)
    else:
        assert body.reason is not None
        service.decline(desk, transfer_id, TransferDeclineIn(reason=body.reason, suggestion=body.suggestion))
    return ""


def _told(
    desk: Desk, became: several.Became, row: Row[Any] | None, references: dict[str, str]
) -> AnsweredOut:
    refusals = several.told(desk, became) if row is not None else []
    plain = became.code if refusals or became.code != "step_refused" else ""
    return AnsweredOut(
        transfer_id=became.subject,
        number=row.number if row is not None else None,
        outcome=became.code,
        sentence=SENTENCES.get(plain, _OTHERWISE),
        refusals=refusals,
        case_reference=references.get(row.case_id) if row is not None else None,
    )


def _unfit(field: str, sentence: str) -> Invalid:
    return Invalid("Nothing can be done like this.", extra=at_field(field, sentence))
