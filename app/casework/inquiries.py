"""Sends what a case asks of another country, takes it back, and keeps the row that ties the answers to the case.

It carries names, birth and claimed origin, for a search of the family whom to look for and how, and nothing else: not
why, not where the person is, not that anybody harmed them (OHCHR-G11.5, docs/decisions/0057).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import insert, select, update

from app.access import rows
from app.access.desk import Desk
from app.casework import correspondence, identity, records
from app.casework.held import Held
from app.casework.opening import letters
from app.casework.remarks import StepRefused, refusal
from app.models.base import new_id
from app.models.inquiry import Inquiry
from workflows.deadlines import rings_at
from workflows.facts import CaseFacts, MatterFacts, Today
from workflows.guards.inquiries import (
    ASKING,
    CLOCKS,
    FORGET,
    NAME,
    TRACING,
    asked_country,
    competent_office,
    is_carried,
)
from workflows.inquiry import MACHINE, TOLD, WAITING, I
from workflows.verdict import Refusal

TABLE: Final[Any] = Inquiry.__table__
ASKING_SIDE: Final = "asking"
ANSWERING_SIDE: Final = "answering"
# The types of message, by what they say.
ASKED: Final = "inquiry_asked"
TAKEN_BACK: Final = "inquiry_taken_back"
_FIELDS: Final = ("given_names", "family_name", "other_names", "birth_date", "birth_year", "place_of_origin")
_BACK: Final = frozenset({I.WITHDRAWN.value, I.LAPSED.value})
_NO_NAME: Final = Refusal(
    "person_can_be_looked_up", "Neither a name nor a birth of the person is known.",
    "Without it the other country cannot look anybody up, and would only learn that we ask.",
    "Write down what the person says of their name and birth.", ASKING, ("OHCHR-G11.5",),
)  # fmt: skip
_STAYS: Final = Refusal(
    "asked_country_stays", "The country was asked and has been told.",
    "A correction cannot make it unasked.", "Take the question back and ask anew.", ASKING, ("WM-PROTOCOL",),
)  # fmt: skip


def settle(desk: Desk, held: Held) -> None:
    """Say abroad what the inquiries of a case say now, in the transaction that changed them.

    StepRefused where nobody could look the person up; NotWhole after a restored backup (app/casework/replays.py).
    """
    before, facts = held.began, held.facts
    if before is None or not isinstance(facts, CaseFacts):
        return
    for matter in facts.matters_of(NAME):
        if before.matter(matter.id) != matter:
            with rows.as_the_house(desk.session, desk.actor.country):
                _settle_one(desk, held, facts, matter)


def not_carried(desk: Desk, facts: CaseFacts) -> list[tuple[str, str]]:
    """The inquiries whose consent is gone and that the other side still knows of, each with the step that ends it."""
    today, found = Today(desk.now, desk.today), []
    for matter in facts.matters_of(NAME):
        over = any(flag.startswith(f"{FORGET}.") for flag in matter.flags) or matter.state in _BACK
        if not over and not is_carried(facts, matter, today):
            found.append((matter.id, "withdraw_inquiry" if matter.state in set(WAITING) else "ask_to_forget"))
    return found


def known_abroad(facts: CaseFacts) -> bool:
    """Whether another country holds what an inquiry of this case told it."""
    told = {state.value for state in (*WAITING, *TOLD)}
    return any(
        matter.state in told and not any(flag.startswith(f"{FORGET}.") for flag in matter.flags)
        for matter in facts.matters_of(NAME)
    )


def erased(desk: Desk, case_ids: Iterable[str]) -> list[dict[str, str]]:
    """Have every country that was asked about somebody who is erased forget it; country and conversation of each.

    The message says nothing but that; it lies under a key of its own, since the person's is gone.
    """
    told = []
    with rows.as_the_house(desk.session, desk.actor.country):
        query = select(TABLE).where(
            TABLE.c.case_id.in_(sorted(case_ids)), TABLE.c.side == ASKING_SIDE, TABLE.c.gone_at.is_(None)
        )
        for row in desk.session.execute(query.order_by(TABLE.c.id)).all():
            key_id, key = records.new_key(desk)
            _take_back(desk, row, "person_erased", key_id, key)
            told.append({"country": row.other_country, "referral": row.conversation, "told": TAKEN_BACK})
    return told


def _settle_one(desk: Desk, held: Held, facts: CaseFacts, matter: MatterFacts) -> None:
    row = desk.session.execute(
        select(TABLE).where(TABLE.c.country == desk.actor.country, TABLE.c.conversation == matter.id)
    ).one_or_none()
    if row is None:
        _ask(desk, held, facts, matter)
        return
    if (row.other_country, row.subject) != (asked_country(matter), matter.about):
        raise _refused(desk, held, matter, _STAYS)
    values: dict[str, Any] = {"state": matter.state}
    if matter.state == I.ACKNOWLEDGED and row.taken_up_at is None:
        values["taken_up_at"] = desk.now
    if not matter.is_open and row.ended_at is None:
        values["ended_at"] = desk.now
    desk.session.execute(update(TABLE).where(TABLE.c.id == row.id).values(**values))
    why = next((flag.partition(".")[2] for flag in sorted(matter.flags) if flag.startswith(f"{FORGET}.")), "")
    if row.gone_at is None and (why or matter.state in _BACK):
        _take_back(desk, row, why or "no_answer", held.key_id, held.key(desk))


def _ask(desk: Desk, held: Held, facts: CaseFacts, matter: MatterFacts) -> None:
    here, there = desk.actor.country, asked_country(matter)
    key = held.key(desk)
    known = identity.part(desk, held.row.person_id, key, "identity") or {}
    person = {name: known[name] for name in _FIELDS if known.get(name)}
    named = any(person.get(name) for name in ("given_names", "family_name", "other_names"))
    if not named:
        raise _refused(desk, held, matter, _NO_NAME)
    office = competent_office(desk.policies, here, there)
    assert office is not None
    form = _newest_form(desk, held, matter, key)
    body: dict[str, Any] = {"subject": matter.about, "person": {**person, "sex": facts.sex}}
    if form.get("registered_at"):
        body["person"]["registered_at"] = form["registered_at"]
    if matter.about == TRACING:
        body["tracing"] = {
            "look_for": form["look_for"], "approach": form["approach"], "never_say": form.get("never_say"),
            "may_say_why": form.get("may_say_why") is True,
        }  # fmt: skip
    reference = f"{here}-Q-" + letters(8)
    clock = desk.policies.clock(CLOCKS[matter.about], here, there, on=desk.today)
    row = {
        "id": new_id(), "country": here, "side": ASKING_SIDE, "conversation": matter.id, "reference": reference,
        "other_country": there, "organisation": held.row.organisation, "office_id": held.row.office_id,
        "case_id": held.id, "key_id": held.key_id, "subject": matter.about, "state": matter.state, "reason": None,
        "asked_at": desk.now, "answer_by": rings_at(desk.now, clock, desk.policies.calendar(here, there)),
        "taken_up_at": None, "ended_at": None, "ended_by": None, "late_at": None, "gone_at": None, "keep_until": None,
        "sealed": None, "sealed_answer": None,
    }  # fmt: skip
    desk.session.execute(insert(TABLE), row)
    correspondence.say(desk, there, matter.id, reference, ASKED, body, held.key_id, key, to_office=office)


def _newest_form(desk: Desk, held: Held, matter: MatterFacts, key: bytes) -> dict[str, Any]:
    """The form that came with the step: the last record of its kind, written in this transaction."""
    kind = "tracing_inquiry" if matter.about == TRACING else "nationality_inquiry"
    found = [row for row in records.rows_of(desk.session, held.id) if row.kind == kind]
    return records.opened(desk, found[-1], key)


def _take_back(desk: Desk, row: Any, why: str, key_id: str, key: bytes) -> None:
    desk.session.execute(update(TABLE).where(TABLE.c.id == row.id).values(gone_at=desk.now))
    correspondence.say(
        desk, row.other_country, row.conversation, row.reference, TAKEN_BACK, {"reason": why}, key_id, key
    )


def _refused(desk: Desk, held: Held, matter: MatterFacts, reason: Refusal) -> StepRefused:
    """The step that asks is refused for a reason that only the house can see."""
    step = MACHINE.step("ask_tracing" if matter.about == TRACING else "ask_nationality")
    assert step is not None
    return refusal(desk, held, step.name, step.title, (reason,))
