"""The verbs of the inquiries room: read what another country asks, take it up, answer it or say why not."""

from __future__ import annotations

from typing import Any, Final, TypeVar

from sqlalchemy import Row, update

from app.access import rows
from app.access.desk import Desk
from app.access.log import looked
from app.casework import correspondence, inquiries_heard, records
from app.casework.forms import CodeCheck, Form, unspoken, validated
from app.casework.inquiries import TABLE
from app.casework.inquiries_heard import CANNOT, DECLINED, REPLIED, TAKEN_UP
from app.casework.refusing import refuse
from app.inquiries import queries
from app.inquiries.schemas import (
    CannotIn,
    DeclineIn,
    InquiriesOut,
    InquiryOut,
    InquiryRowOut,
    PersonOut,
    TracingOut,
)
from app.kit.canonical import canonical_bytes
from app.kit.errors import Conflict, NotFound
from app.kit.words import mark
from app.models.base import is_id
from workflows import answering
from workflows.inquiry import ANSWER, READ

__all__ = ["ANSWER", "READ", "answer", "cannot_tell", "decline", "listed", "read", "take_up"]

KIND: Final = "inquiry_answer"
AnyForm = TypeVar("AnyForm", bound=Form)
_UNFIT: Final = mark("Some answers are missing or cannot be read.")


def listed(desk: Desk) -> InquiriesOut:
    """What the reader's office is asked, without names; the look is noted."""
    found = queries.listed(desk, READ)
    looked(desk, "inquiries_listed", "inquiry", "-", {"count": len(found)})
    return InquiriesOut(items=[InquiryRowOut(**_row(desk, each)) for each in found])


def read(desk: Desk, inquiry_id: str) -> InquiryOut:
    """One question with whom it is about; the look is noted. NotFound out of reach."""
    row = _found(desk, inquiry_id)
    looked(desk, "inquiry_read", "inquiry", row.id)
    return _whole(desk, row)


def take_up(desk: Desk, inquiry_id: str) -> InquiryOut:
    """Say that the office is competent and looks. StepRefused where it was taken up or is over."""
    row = _found(desk, inquiry_id)
    refuse(desk, "take_up_inquiry", "Take the question up", answering.against_taking_up(row.state))
    return _said(desk, row, TAKEN_UP, {}, state=answering.TAKEN_UP, taken_up_at=desk.now)


def answer(desk: Desk, inquiry_id: str, body: dict[str, Any]) -> InquiryOut:
    """Answer what was asked. ``body`` is plain JSON of the form; StepRefused where it is no answer to the question."""
    row = _found(desk, inquiry_id)
    filled = records.check(desk.policies, KIND, body, today=desk.today)
    refusals = answering.against_answering(row.state, row.subject, filled.body)
    refuse(desk, "answer_inquiry", "Answer the question", refusals)
    told = {name: value for name, value in unspoken(filled.body).items() if value not in (None, [], ())}
    place = inquiries_heard.place(row.id, "sealed_answer")
    sealed = desk.keys.seal(_key(desk, row), canonical_bytes(told), place)
    said = {"version": filled.kind.version, "answer": told}
    return _ended(desk, row, REPLIED, said, state=answering.ANSWERED, sealed_answer=sealed)


def cannot_tell(desk: Desk, inquiry_id: str, body: dict[str, Any], place: str) -> InquiryOut:
    """Say that there is no answer, and why. place: what fields are called below."""
    row = _found(desk, inquiry_id)
    refuse(desk, "cannot_tell_inquiry", "Say that you cannot tell", answering.against_ending(row.state))
    reason = _checked(desk, CannotIn, body, place).reason
    return _ended(desk, row, CANNOT, {"reason": reason}, state=answering.CANNOT_TELL, reason=reason)


def decline(desk: Desk, inquiry_id: str, body: dict[str, Any], place: str) -> InquiryOut:
    """Decline, with a coded reason."""
    row = _found(desk, inquiry_id)
    refuse(desk, "decline_inquiry", "Decline the question", answering.against_ending(row.state))
    reason = _checked(desk, DeclineIn, body, place).reason
    return _ended(desk, row, DECLINED, {"reason": reason}, state=answering.DECLINED, reason=reason)


def _ended(desk: Desk, row: Row[Any], kind: str, said: dict[str, Any], **values: Any) -> InquiryOut:
    keep = inquiries_heard.kept_until(desk, row)
    return _said(desk, row, kind, said, ended_at=desk.now, ended_by=desk.actor.id, keep_until=keep, **values)


def _said(desk: Desk, row: Row[Any], kind: str, said: dict[str, Any], **values: Any) -> InquiryOut:
    still = (TABLE.c.id == row.id, TABLE.c.state == row.state)
    done: Any = desk.session.execute(update(TABLE).where(*still).values(**values))
    if done.rowcount != 1:
        raise Conflict("Somebody has answered this question meanwhile.", code="inquiry_answered")
    correspondence.say(
        desk, row.other_country, row.conversation, row.reference, kind, said, row.key_id, _key(desk, row)
    )
    looked(desk, "inquiry_answered", "inquiry", row.id, {"step": kind})
    return _whole(desk, _found(desk, row.id))


def _checked(desk: Desk, form: type[AnyForm], body: dict[str, Any], place: str) -> AnyForm:
    return validated(form, body, CodeCheck(desk.policies, today=desk.today), place, _UNFIT)


def _found(desk: Desk, inquiry_id: str) -> Row[Any]:
    row = queries.one(desk, ANSWER, inquiry_id) if is_id(inquiry_id) else None
    if row is None:
        raise NotFound()
    return row


def _key(desk: Desk, row: Row[Any]) -> bytes:
    """The key of a question that the actor may answer: it belongs to no case in their reach."""
    with rows.as_the_house(desk.session, desk.actor.country):
        return records.key_of(desk, row.key_id)


def _row(desk: Desk, row: Row[Any]) -> dict[str, Any]:
    return {
        "id": row.id, "reference": row.reference, "from_country": row.other_country, "office": row.office,
        "subject": row.subject, "state": row.state, "asked_at": row.asked_at, "answer_by": row.answer_by,
        "late": row.state in answering.OPEN and row.answer_by <= desk.now, "ended_at": row.ended_at,
        "forgotten": row.gone_at is not None,
    }  # fmt: skip


def _whole(desk: Desk, row: Row[Any]) -> InquiryOut:
    with rows.as_the_house(desk.session, desk.actor.country):
        question = inquiries_heard.opened(desk, row, "sealed") or {}
        said = inquiries_heard.opened(desk, row, "sealed_answer")
    person, tracing = question.get("person"), question.get("tracing")
    return InquiryOut(
        **_row(desk, row), person=PersonOut(**person) if person else None,
        tracing=TracingOut(**tracing) if tracing else None, answer=said, reason=row.reason,
        answered_by=row.ended_by, taken_up_at=row.taken_up_at, kept_until=row.keep_until,
    )  # fmt: skip
