"""Reaches every country that may hold a copy of a person who was erased here, and tells how each of them answered.

Nothing is noted apart from the messages: they carry the ids of the referral and codes, and need no key of the person.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select

from app.access.desk import Desk
from app.casework import messages, receipts
from app.casework.copies import copy_id
from app.casework.facts import referral_facts_from
from app.casework.held import REFERRAL, Held, hold_referral
from app.casework.history import Event
from app.casework.move import Command, perform
from app.casework.remarks import remark
from app.casework.tasks import TABLE as TASK
from app.casework.tasks import UNDONE, open_task
from workflows.erasure_abroad import ASKS, AWAIT, CONFIRMS, DECLINES, ERASED, PARTNER_ERASED
from workflows.facts import ReferralFacts

__all__ = ["CONFIRM", "HELD_BACK", "Partner", "Telling", "confirm", "found_erased", "partners_of", "plan", "tell"]

# The effect by which a copy that was erased long ago answers a request.
CONFIRM: Final = "confirm_erasure"
# What the tombstone says of a country that is not asked.
HELD_BACK: Final = "held_back"
_DRAFT: Final = "draft"


@dataclass(frozen=True, slots=True)
class Telling:
    """What the country at the other end of one copy is told: ``step``, or HELD_BACK where nothing may be said."""

    copy: str
    shared_id: str
    country: str
    step: str


@dataclass(frozen=True, slots=True)
class Partner:
    """What the register says of one country that may hold a copy.

    stored: when the request arrived there by its signed receipt. answer: "" while none came, "erased", or a code of
    erasure_decline_reason. due: by when it has to answer; late: that day is over. held_back: nothing was sent.
    """

    country: str
    referral: str
    asked: datetime | None
    stored: datetime | None
    answer: str
    answered: datetime | None
    due: datetime | None
    late: bool
    held_back: bool


def plan(desk: Desk, copies: Iterable[str]) -> list[Telling]:
    """What each country has to hear of the erasure of a person with these copies; nothing for a draft that never left.

    Whoever asked us is told that it is done; everybody else is asked. While asylum is asked for nobody hears from us
    (OHCHR-G2.7): it would be a sign of life.
    """
    found = []
    for each in copies:
        held = hold_referral(desk, each)
        facts = _facts(held)
        if facts.state == _DRAFT:
            continue
        theirs = facts.receiver_asked_erasure if facts.side == "sender" else facts.sender_asked_erasure
        ours = facts.sender_asked_erasure if facts.side == "sender" else facts.receiver_asked_erasure
        case = held.case_facts
        if theirs is not None and facts.erasure_answer != ERASED:
            step = CONFIRMS[facts.side]
        elif ours is not None or facts.erasure_answer == ERASED or case is None:
            continue
        else:
            step = ASKS[facts.side]
        if case is not None and case.asylum_claim and (step in ASKS.values() or facts.side == "sender"):
            step = HELD_BACK
        found.append(Telling(each, str(held.row.shared_id), facts.other_country, step))
    return found


def tell(desk: Desk, planned: Iterable[Telling]) -> None:
    """Send what was planned, in this transaction; the worker delivers it until the other country has it."""
    for each in planned:
        if each.step != HELD_BACK:
            perform(desk, Command("referral", each.step, each.copy, None))


def confirm(desk: Desk, payload: dict[str, Any]) -> None:
    """A country asks to erase somebody who was erased here long ago: it is told so."""
    tell(desk, plan(desk, [payload["referral"]]))


def found_erased(desk: Desk, shared_id: str, message_id: str) -> None:
    """The other country's receipt says that the person was erased there: the copy says so, and somebody looks at it.

    The message counts as delivered; nothing of it was kept there.
    """
    ours = copy_id(desk, shared_id)
    if ours is None:
        return
    held = hold_referral(desk, ours)
    details = {"message": message_id, "result": ERASED, "unknown": []}
    remark(desk, held, Event("message", "erased_there", held.version, details, desk.now))
    open_here = select(TASK.c.id).where(
        TASK.c.referral_id == ours, TASK.c.kind == PARTNER_ERASED.kind, TASK.c.state.in_(UNDONE)
    )
    if not held.erased and desk.session.execute(open_here.limit(1)).first() is None:
        open_task(desk, held, PARTNER_ERASED)


def partners_of(desk: Desk, copies: Sequence[str]) -> list[Partner]:
    """Every country that may hold a copy, by the copies of an erased person; the transaction must reach them."""
    query = select(REFERRAL).where(REFERRAL.c.id.in_(copies), REFERRAL.c.state != _DRAFT)
    return [_partner(desk, row) for row in desk.session.execute(query.order_by(REFERRAL.c.opened_at, REFERRAL.c.id))]


def _partner(desk: Desk, row: Any) -> Partner:
    facts = referral_facts_from(row.facts)
    asked = messages.last_message(desk, row.shared_id, "out", (ASKS[row.side], CONFIRMS[row.side]))
    other = "receiver" if row.side == "sender" else "sender"
    answered = messages.last_message(desk, row.shared_id, "in", (CONFIRMS[other], DECLINES[other], ASKS[other]))
    stored = receipts.found(desk, asked.message_id, "stored") if asked is not None else None
    waits = facts.sender_waits_for_erasure if row.side == "sender" else facts.receiver_waits_for_erasure
    due = None
    if waits:
        mine = (TASK.c.referral_id == row.id, TASK.c.kind == AWAIT, TASK.c.state.in_(UNDONE))
        due = desk.session.execute(select(TASK.c.due_at).where(*mine).limit(1)).scalar_one_or_none()
    return Partner(
        country=facts.other_country,
        referral=row.reference,
        asked=_at(desk, asked),
        stored=stored.at if stored is not None else None,
        answer="" if waits else facts.erasure_answer,
        answered=None if waits else _at(desk, answered),
        due=due,
        late=due is not None and due < desk.now,
        held_back=asked is None,
    )


def _at(desk: Desk, message: Any) -> datetime | None:
    if message is None:
        return None
    query = select(messages.TABLE.c.created_at).where(
        messages.TABLE.c.country == desk.actor.country, messages.TABLE.c.message_id == message.message_id
    )
    found: datetime = desk.session.execute(query).scalar_one()
    return found


def _facts(held: Held) -> ReferralFacts:
    assert held.referral_facts is not None
    return held.referral_facts
