"""Hears what other countries say about inquiries: their questions, our answers' receipts, and that they take one back.

A question makes no case here. It lies under a key of its own, which is destroyed when it is taken back.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import insert, select, update

from app.access import notices
from app.access.desk import Desk
from app.casework import move, records
from app.casework.correspondence import Heard, Key, Said
from app.casework.forms import unspoken
from app.casework.held import KEY, OFFICE, hold_case, office_id_of
from app.casework.history import Event
from app.casework.inquiries import ANSWERING_SIDE, ASKED, ASKING_SIDE, TABLE, TAKEN_BACK
from app.casework.messages import TABLE as MESSAGE
from app.casework.wire import MessageRefused
from app.kit.canonical import canonical_bytes
from app.kit.crypto import DESTROYED
from app.kit.errors import Invalid
from app.models.base import new_id
from workflows import answering
from workflows.deadlines import rings_at
from workflows.facts import CaseFacts
from workflows.guards.inquiries import CLOCKS, NAME, NATIONALITY
from workflows.inquiry import ANSWER, WAITING

__all__ = ["CANNOT", "DECLINED", "REPLIED", "TAKEN_UP", "TYPES", "destroy", "opened", "place"]

TAKEN_UP: Final = "inquiry_taken_up"
REPLIED: Final = "inquiry_replied"
CANNOT: Final = "inquiry_cannot_tell"
DECLINED: Final = "inquiry_declined"
_WAITING: Final = frozenset(state.value for state in WAITING)
# Words for the receipt: what became of a message.
APPLIED, UNKNOWN, OVER, UNFIT, ERASED = "applied", "kept_unknown", "already_ended", "not_applicable", "erased"
FORGOTTEN: Final = "forgotten"

_Name = Annotated[str, Field(max_length=300)]
_Long = Annotated[str, Field(max_length=8000)]
_Code = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9_]+$")]


class _Part(BaseModel):
    # What a newer partner says besides is not kept: it was not agreed that anybody here reads it.
    model_config = ConfigDict(extra="ignore")


class Person(_Part):
    """By what somebody is looked up."""

    given_names: _Name | None = None
    family_name: _Name | None = None
    other_names: Annotated[list[_Name], Field(max_length=20)] = []
    birth_date: Annotated[str, Field(max_length=10)] | None = None
    birth_year: Annotated[int, Field(ge=1900, le=2100)] | None = None
    sex: Annotated[str, Field(max_length=4)] | None = None
    place_of_origin: _Name | None = None
    registered_at: _Name | None = None


class Tracing(_Part):
    """Whom to look for, and how."""

    look_for: _Long
    approach: _Long
    never_say: _Long | None = None
    may_say_why: bool = False


class AskedSaid(Said):
    """A question."""

    subject: _Code
    person: Person
    tracing: Tracing | None = None


class Bare(Said):
    """Nothing is said but that it is so."""


class ReasonSaid(Said):
    """A code that says why."""

    reason: _Code


class RepliedSaid(Said):
    """An answer: the form inquiry_answer, checked by its kind."""

    version: Annotated[int, Field(ge=1, le=1000)] = 1
    answer: dict[str, Any]


def hear_asked(desk: Desk, header: Mapping[str, Any], body: Mapping[str, Any], key: Key) -> str:
    """Put a question before the office that is competent; those who answer there are told."""
    here, sender = desk.actor.country, str(header["from"])
    if _row(desk, header) is not None:
        return OVER
    corridor = desk.policies.corridor(here, sender)
    office_id = office_id_of(desk, str(header["to_office"])) or office_id_of(desk, corridor.focal_office(here) or "")
    if office_id is None:
        raise MessageRefused("No office here is competent for this question.", "no_office")
    said = AskedSaid.model_validate(body)
    question = {
        "person": said.person.model_dump(mode="json", exclude_none=True),
        "tracing": said.tracing.model_dump(mode="json", exclude_none=True) if said.tracing is not None else None,
    }
    office = desk.session.execute(select(OFFICE).where(OFFICE.c.id == office_id)).one()
    clock = desk.policies.clock(CLOCKS.get(said.subject, CLOCKS[NATIONALITY]), here, sender, on=desk.today)
    row_id = new_id()
    row = {
        "id": row_id, "country": here, "side": ANSWERING_SIDE, "conversation": header["referral"],
        "reference": header["reference"], "other_country": sender, "organisation": office.organisation,
        "office_id": office_id, "case_id": None, "key_id": key[0], "subject": said.subject, "state": answering.ASKED,
        "reason": None, "asked_at": desk.now,
        "answer_by": rings_at(desk.now, clock, desk.policies.calendar(here, sender)),
        "taken_up_at": None, "ended_at": None, "ended_by": None, "late_at": None, "gone_at": None, "keep_until": None,
        "sealed": desk.keys.seal(key[1], canonical_bytes(question), place(row_id, "sealed")), "sealed_answer": None,
    }  # fmt: skip
    desk.session.execute(insert(TABLE), row)
    people = notices.holders(desk, ANSWER, office_id) or notices.holders(desk, ANSWER)
    notices.tell(desk, people, "inquiry_asked", "inquiry", row_id)
    return APPLIED


def hear_taken_back(desk: Desk, header: Mapping[str, Any], body: Mapping[str, Any], key: Key) -> str:
    """Destroy a question with all that was said to it: the person no longer agrees, or was erased there."""
    row = _row(desk, header)
    if row is None or row.side != ANSWERING_SIDE:
        return UNFIT
    destroy(desk, row, answering.WITHDRAWN if row.state in answering.OPEN else row.state)
    notices.tell(desk, notices.holders(desk, ANSWER, row.office_id), "inquiry_taken_back", "inquiry", row.id)
    return FORGOTTEN


def destroy(desk: Desk, row: Any, state: str) -> None:
    """From this commit on nobody opens a question here, nor its answer; that there was one stays, and when it ended."""
    desk.session.execute(update(KEY).where(KEY.c.id == row.key_id).values(wrapped=DESTROYED))
    desk.session.execute(
        update(MESSAGE)
        .where(MESSAGE.c.country == row.country, MESSAGE.c.shared_id == row.conversation)
        .values(sealed_body=b"")
    )
    values = {"sealed": None, "sealed_answer": None, "gone_at": desk.now, "state": state, "keep_until": None}
    if row.ended_at is None:
        values["ended_at"] = desk.now
    desk.session.execute(update(TABLE).where(TABLE.c.id == row.id).values(**values))


def hear_taken_up(desk: Desk, header: Mapping[str, Any], body: Mapping[str, Any], key: Key) -> str:
    """The other country has begun to look."""
    return _step(desk, header, "note_inquiry_taken_up")


def hear_replied(desk: Desk, header: Mapping[str, Any], body: Mapping[str, Any], key: Key) -> str:
    """An answer becomes a record of the case that asked, with its facts."""
    said = RepliedSaid.model_validate(body)
    kind = records.kind_called("inquiry_answer")
    if said.version > kind.version:
        return _kept(desk, header, REPLIED, ["form:inquiry_answer"])
    try:
        answer = kind.upgraded(said.answer, said.version)
        filled = records.check(desk.policies, kind.name, answer, lenient=True)
    except Invalid as error:
        raise MessageRefused("The form in the message does not fit its kind.", "form", extra=error.extra) from None
    except (KeyError, TypeError, ValueError, AttributeError):
        raise MessageRefused("The form in the message does not fit its kind.", "form") from None
    if filled.unknown:
        return _kept(desk, header, REPLIED, list(filled.unknown))
    return _step(desk, header, "note_inquiry_answer", record=unspoken(filled.body))


def hear_cannot(desk: Desk, header: Mapping[str, Any], body: Mapping[str, Any], key: Key) -> str:
    """They cannot tell, and why."""
    return _with_reason(desk, header, body, CANNOT, "note_inquiry_unanswered", "inquiry_cannot_reason")


def hear_declined(desk: Desk, header: Mapping[str, Any], body: Mapping[str, Any], key: Key) -> str:
    """They decline, and why."""
    return _with_reason(desk, header, body, DECLINED, "note_inquiry_declined", "inquiry_decline_reason")


def _with_reason(
    desk: Desk, header: Mapping[str, Any], body: Mapping[str, Any], kind: str, step: str, codes: str
) -> str:
    reason = ReasonSaid.model_validate(body).reason
    if not desk.policies.knows(codes, reason):
        return _kept(desk, header, kind, [f"{codes}:{reason}"])
    return _step(desk, header, step, given={"reason": reason})


def _step(
    desk: Desk, header: Mapping[str, Any], step: str, record: dict[str, Any] | None = None,
    given: dict[str, str] | None = None,
) -> str:
    """Take a step of the matter that the conversation belongs to; a word for the receipt."""
    row = _row(desk, header)
    if row is None or row.side != ASKING_SIDE:
        return UNFIT
    held = hold_case(desk, row.case_id)
    if held.erased:
        return ERASED
    matter = held.facts.matter(row.conversation) if isinstance(held.facts, CaseFacts) else None
    if matter is None or matter.state not in _WAITING:
        return OVER
    if step == "note_inquiry_taken_up" and matter.state != answering.ASKED:
        return OVER
    command = move.Command(NAME, step, held.id, held.version, record=record, given=given or {}, matter_id=matter.id)
    move.perform(desk, command)
    return APPLIED


def _kept(desk: Desk, header: Mapping[str, Any], kind: str, unknown: list[str]) -> str:
    """Codes that nobody here knows are kept and shown, never guessed at; the inquiry goes on waiting."""
    row = _row(desk, header)
    if row is None or row.side != ASKING_SIDE:
        return UNFIT
    held = hold_case(desk, row.case_id)
    details = {"message": header["id"], "result": UNKNOWN, "unknown": unknown}
    move.remark(desk, held, Event("message", kind, held.version, details, desk.now))
    return UNKNOWN


def _row(desk: Desk, header: Mapping[str, Any]) -> Any:
    query = select(TABLE).where(
        TABLE.c.country == desk.actor.country, TABLE.c.conversation == header["referral"],
        TABLE.c.other_country == header["from"],
    )  # fmt: skip
    return desk.session.execute(query).one_or_none()


def opened(desk: Desk, row: Any, column: str) -> dict[str, Any] | None:
    """What a question (``sealed``) or its answer (``sealed_answer``) says; None where there is none any more."""
    sealed = getattr(row, column)
    if sealed is None:
        return None
    said: dict[str, Any] = json.loads(desk.keys.open(records.key_of(desk, row.key_id), sealed, place(row.id, column)))
    return said


def place(row_id: str, column: str) -> bytes:
    """Where a sealed question or answer belongs."""
    return f"inquiry|{column}|{row_id}|1".encode()


def kept_until(desk: Desk, row: Any) -> datetime:
    """When a question that is over is destroyed here by itself, counted from now."""
    clock = desk.policies.clock("inquiry_kept", desk.actor.country, row.other_country, on=desk.today)
    return rings_at(desk.now, clock, desk.policies.calendar(desk.actor.country, row.other_country))


TYPES: Final[dict[str, Heard]] = {
    ASKED: Heard(AskedSaid, hear_asked),
    TAKEN_BACK: Heard(ReasonSaid, hear_taken_back),
    TAKEN_UP: Heard(Bare, hear_taken_up),
    REPLIED: Heard(RepliedSaid, hear_replied),
    CANNOT: Heard(ReasonSaid, hear_cannot),
    DECLINED: Heard(ReasonSaid, hear_declined),
}
