"""Takes in what another country says of a visit: by the same machine, and what crossed on the way by its one rule."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from sqlalchemy import Row, select

from app.access.desk import Desk
from app.casework import visiting, visiting_people
from app.casework.correspondence import Heard, Key, Said
from app.casework.held import REFERRAL
from app.casework.inquiries import ANSWERING_SIDE
from app.casework.inquiries import TABLE as INQUIRY
from app.casework.visiting import AGREED, ENDED, MET, NEWS, NOT_MET, PREFIX, TOLD
from app.casework.visiting_bodies import (
    AskBody,
    ConfirmBody,
    Contents,
    DayBody,
    EndedBody,
    GrantBody,
    LogBody,
    ReasonBody,
    RemarksBody,
    ReturnedBody,
    SubjectBody,
)
from app.casework.wire import MessageRefused
from workflows import shelter_visit as rules

__all__ = ["HEARD", "again", "as_the_visitor_knows", "hear"]

# What is said in the receipt.
APPLIED: Final = "applied"
TOO_LATE: Final = "not_applicable"
# As the form asks for it in which a person's answer names the visit (app/casework/kinds/visit_wish.py).
_REFERENCE: Final = re.compile(r"[A-Z0-9-]{1,40}")
_BODIES: Final[Mapping[str, type[Said]]] = {
    "ask": AskBody, "grant": GrantBody, "propose_day": DayBody, "refuse": ReasonBody, "take_day": DayBody,
    "call_off": ReasonBody, "part_ended": EndedBody, "write_log": LogBody, "return_log": ReturnedBody,
    "add_remarks": RemarksBody, "confirm_log": ConfirmBody,
}  # fmt: skip


def hear(desk: Desk, header: Mapping[str, Any], body: Mapping[str, Any], key: Key) -> str:
    """Take in one message about a visit on the receiving country's desk (a system desk); a word for the receipt.

    MessageRefused (409) for a visit that is not known, somebody it cannot be about, or an act that nobody could take
    from where it stands; nothing is changed then, and it is tried again. Source: WM-PROTOCOL.
    """
    name, other = str(header["type"]).removeprefix(PREFIX), str(header["from"])
    row = visiting.of_conversation(desk, str(header["referral"]), other)
    said = _BODIES[name].model_validate(dict(body))
    if isinstance(said, AskBody):
        return _asked(desk, header, said, row)
    if row is None:
        raise MessageRefused("No visit of this number is known here.", "unknown_visit")
    if isinstance(said, EndedBody):
        return _part_ended(desk, row, said)
    try:
        to = rules.heard(name, visiting.facts_of(desk, row))
    except LookupError:
        raise MessageRefused("The visit does not stand where this can be done.", "state_jump") from None
    if to is None:
        return TOO_LATE
    kept = visiting.contents(desk, row)
    values = _TAKEN[name](desk, row, kept, said)
    visiting.change(desk, row, kept, **{"state": to.value, **values})
    visiting.tell(desk, row.id, TOLD if name in _ASKING else NEWS, row.host == desk.actor.country)
    return APPLIED


def again(desk: Desk, header: Mapping[str, Any], body: Mapping[str, Any], key: Key) -> str:
    """Take up what this country had said itself, as a partner gives it back after a restored backup; nobody is told."""
    name, other = str(header["type"]).removeprefix(PREFIX), str(header["to"])
    row = visiting.of_conversation(desk, str(header["referral"]), other)
    said = _BODIES[name].model_validate(dict(body))
    if isinstance(said, AskBody):
        if row is not None:
            return TOO_LATE
        copies = as_the_visitor_knows(desk, other, said.subjects)
        reference = str(header["reference"])
        visiting.new_copy(desk, other, other, str(header["referral"]), reference, said, copies)
        return APPLIED
    if row is None:
        return TOO_LATE
    if isinstance(said, EndedBody):
        visiting.mark_parts(desk, row.id, {said.number: ENDED})
        return APPLIED
    kept = visiting.contents(desk, row)
    act = next(each for each in rules.ACTS if each.name == name)
    values = _TAKEN[name](desk, row, kept, said)
    visiting.change(desk, row, kept, **{"state": act.to.value, **values})
    return APPLIED


def as_the_visitor_knows(desk: Desk, other: str, subjects: list[SubjectBody]) -> list[visiting.Copy]:
    """The subjects of a visit by the visitor's own rows; a number that is none of its own is its own reference."""
    here = desk.actor.country
    found: list[visiting.Copy] = []
    for each in subjects:
        if each.about == "referral":
            query = select(REFERRAL.c.reference).where(
                REFERRAL.c.country == here, REFERRAL.c.shared_id == each.number, REFERRAL.c.other_country == other
            )
        else:
            query = select(INQUIRY.c.reference).where(
                INQUIRY.c.country == here, INQUIRY.c.conversation == each.number, INQUIRY.c.other_country == other,
                INQUIRY.c.side == ANSWERING_SIDE,
            )  # fmt: skip
        reference = desk.session.execute(query).scalar_one_or_none()
        found.append((each.about, each.number, str(reference or each.number), None))
    return found


def _asked(desk: Desk, header: Mapping[str, Any], said: AskBody, row: Row[Any] | None) -> str:
    other, here = str(header["from"]), desk.actor.country
    if row is not None:
        raise MessageRefused("A visit of this number is known here already.", "state_jump")
    if desk.policies.corridor(here, other).focal_office(here) is None:
        raise MessageRefused("No office here is competent for this visit.", "no_office")
    # A person says yes to the visit of a reference: another one under the same would be met without being asked.
    reference = str(header["reference"])
    if not _REFERENCE.fullmatch(reference) or visiting.is_known(desk, reference):
        raise MessageRefused("The reference of this visit is none, or is another visit's.", "body_malformed")
    if len({each.number for each in said.subjects}) != len(said.subjects):
        raise MessageRefused("Somebody is named twice.", "body_malformed")
    copies = visiting_people.as_the_host_knows(desk, other, said.subjects)
    if copies is None:
        # The same word for what has not arrived, what is nobody's and what is another country's.
        raise MessageRefused("The visit is about a number that is not known here.", "unknown_referral")
    made = visiting.new_copy(desk, other, here, str(header["referral"]), reference, said, copies)
    visiting_people.ask_them(desk, made)
    visiting.tell(desk, made.id, TOLD, hosts=True)
    return APPLIED


def _part_ended(desk: Desk, row: Row[Any], said: EndedBody) -> str:
    parts = {each.number: each for each in visiting.parts_of(desk, row.id)}
    if row.host == desk.actor.country or said.number not in parts:
        raise MessageRefused("The visit is not about this number.", "unknown_referral")
    part = parts[said.number]
    if part.state != AGREED:
        return TOO_LATE
    visiting.mark_parts(desk, row.id, {said.number: ENDED})
    visiting_people.note(desk, row, part, "not_met")
    visiting.tell(desk, row.id, NEWS, hosts=False)
    return APPLIED


def _granted(desk: Desk, row: Row[Any], kept: Contents, said: GrantBody) -> dict[str, Any]:
    parts = visiting.parts_of(desk, row.id)
    if not set(said.met) <= {each.number for each in parts}:
        raise MessageRefused("The permission names somebody whom the visit is not about.", "unknown_referral")
    if said.day not in kept.days:
        raise MessageRefused("Another day was asked for than the one that is granted.", "state_jump")
    kept.grant = said
    visiting.mark_parts(desk, row.id, {each.number: AGREED if each.number in said.met else NOT_MET for each in parts})
    for each in parts:
        visiting_people.note(desk, row, each, "granted" if each.number in said.met else "not_met")
    return {"day": said.day}


def _day(desk: Desk, row: Row[Any], kept: Contents, said: DayBody) -> dict[str, Any]:
    kept.days = [said.day]
    return {"day": said.day}


def _day_taken(desk: Desk, row: Row[Any], kept: Contents, said: DayBody) -> dict[str, Any]:
    if [said.day] != kept.days:
        raise MessageRefused("Another day was proposed than the one that is asked for.", "state_jump")
    return {}


def _over(desk: Desk, row: Row[Any], kept: Contents, said: ReasonBody) -> dict[str, Any]:
    visiting_people.left(desk, row)
    kept.grant = None
    return {"reason": said.reason}


def _logged(desk: Desk, row: Row[Any], kept: Contents, said: LogBody) -> dict[str, Any]:
    known = {each.number for each in visiting.parts_of(desk, row.id)}
    met = [each.number for each in said.met]
    if not set(met) <= known or len(set(met)) != len(met):
        raise MessageRefused("The log names somebody whom the visit is not about.", "unknown_referral")
    # A day may have begun there that has not begun here; more than that is no log.
    if (said.held_on - desk.today).days > 1:
        raise MessageRefused("The log is of a day that lies ahead.", "state_jump")
    kept.log, kept.returned = said, None
    return {"reason": None}


def _returned(desk: Desk, row: Row[Any], kept: Contents, said: ReturnedBody) -> dict[str, Any]:
    kept.returned = said
    return {}


def _remarked(desk: Desk, row: Row[Any], kept: Contents, said: RemarksBody) -> dict[str, Any]:
    kept.remarks = said
    return {}


def confirmed(desk: Desk, row: Row[Any], kept: Contents) -> dict[str, Any]:
    """What follows when the log stands on both sides: it is written into the history of whomever it is about."""
    assert kept.log is not None
    met = {each.number for each in kept.log.met}
    for each in visiting.parts_of(desk, row.id):
        if each.number in met:
            visiting.mark_parts(desk, row.id, {each.number: MET})
            visiting_people.note(desk, row, each, "met", {"on": kept.log.held_on.isoformat()})
        elif each.state == AGREED:
            visiting.mark_parts(desk, row.id, {each.number: NOT_MET})
            visiting_people.note(desk, row, each, "not_met")
    return {"held_on": kept.log.held_on}


def _confirmed(desk: Desk, row: Row[Any], kept: Contents, said: ConfirmBody) -> dict[str, Any]:
    return confirmed(desk, row, kept)


_Taker = Callable[[Desk, Row[Any], Contents, Any], dict[str, Any]]
_TAKEN: Final[Mapping[str, _Taker]] = {
    "grant": _granted, "propose_day": _day, "refuse": _over, "take_day": _day_taken, "call_off": _over,
    "write_log": _logged, "return_log": _returned, "add_remarks": _remarked, "confirm_log": _confirmed,
}  # fmt: skip
# What the other country waits for an answer to.
_ASKING: Final = frozenset({"propose_day", "take_day", "write_log", "return_log", "add_remarks"})
# Type of message -> its form and who hears it.
HEARD: Final[dict[str, Heard]] = {f"{PREFIX}{name}": Heard(body, hear, again) for name, body in _BODIES.items()}
