"""Which questions to embassies no consent carries any more, and what is to be done with each of them.

What has not left is dropped at once; what has left is taken back by hand, and never while asylum is asked for.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import select

from app.access.desk import Desk
from app.casework.held import Held
from app.casework.move import Command, perform
from app.casework.tasks import TABLE as TASK
from app.casework.tasks import UNDONE
from workflows.embassy import AWAIT, SEND, TELL, E
from workflows.facts import CaseFacts, MatterFacts, Today
from workflows.guards.consent import consent_found
from workflows.guards.embassies import embassy_knows
from workflows.guards.inquiries import EMBASSY, FORGET, asked_country

# Whoever has one of these to do is told by nothing else that a consent has run out.
KINDS: Final = (SEND.kind, AWAIT.kind)
_GONE: Final = "consent_withdrawn"
_ASYLUM: Final = "danger"


def reference_of(country: str, matter: MatterFacts) -> str:
    """By what an embassy names the question in its answer: neither the number of the case nor the id of the matter."""
    return f"{country}-E-{matter.id.replace('-', '')[-8:].upper()}"


def told_of(facts: CaseFacts) -> bool:
    """Whether an embassy holds a letter about the person."""
    return any(embassy_knows(each) for each in facts.matters_of(EMBASSY))


def drop(desk: Desk, held: Held) -> Held:
    """Drop, in the transaction of what has changed, every letter that has not left and may not leave any more."""
    facts = held.case_facts
    if facts is None:
        return held
    for matter in facts.matters_of(EMBASSY):
        if matter.state != E.REQUESTED or (not facts.asylum_claim and _is_carried(desk, facts, matter)):
            continue
        given = {"reason": _ASYLUM if facts.asylum_claim else _GONE}
        held = perform(
            desk, Command(EMBASSY, "withdraw_embassy_request", held.id, held.version, given=given, matter_id=matter.id)
        ).held
    return held


def take_back(desk: Desk, held: Held) -> int:
    """Have whoever works on the case tell embassies that a question is taken back; how many have to be told.

    Nobody is told while asylum is asked for (OHCHR-G2.7): the caller sees to that.
    """
    facts, done = held.case_facts, 0
    if facts is None:
        return 0
    for matter in facts.matters_of(EMBASSY):
        if not embassy_knows(matter) or not _is_over(desk, facts, matter) or _is_seen_to(desk, held, matter):
            continue
        step = "take_embassy_letter_back" if matter.state == E.SENT else "ask_embassy_to_forget"
        perform(desk, Command(EMBASSY, step, held.id, None, given={FORGET: _why(matter)}, matter_id=matter.id))
        done += 1
    return done


def _is_over(desk: Desk, facts: CaseFacts, matter: MatterFacts) -> bool:
    return _taken_back(matter) != "" or not _is_carried(desk, facts, matter)


def _is_carried(desk: Desk, facts: CaseFacts, matter: MatterFacts) -> bool:
    today = Today(desk.now, desk.today)
    return consent_found(
        facts.consents, "notify_origin", asked_country(matter), today, facts.child, "identity"
    ) is True  # fmt: skip


def _taken_back(matter: MatterFacts) -> str:
    """The reason for which it was taken back already; "" where it was not."""
    return next((flag.partition(".")[2] for flag in matter.flags if flag.startswith(f"{FORGET}.")), "")


def _why(matter: MatterFacts) -> str:
    return _taken_back(matter) or _GONE


def _is_seen_to(desk: Desk, held: Held, matter: MatterFacts) -> bool:
    query = select(TASK.c.id).where(
        TASK.c.case_id == held.id, TASK.c.matter_id == matter.id, TASK.c.kind == TELL.kind, TASK.c.state.in_(UNDONE)
    )
    return desk.session.execute(query).first() is not None
