"""Takes in what another country says of a meeting: by the same machine, and what crossed on the way by its one rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from sqlalchemy import Row, update

from app.access.desk import Desk
from app.casework import conferring, conferring_decisions
from app.casework.conferring import DECISION, NEWS, PREFIX, PROPOSED
from app.casework.conferring_bodies import (
    AgendaBody,
    CalledOffBody,
    Contents,
    DoneBody,
    MinutesBody,
    ProposalBody,
    ReasonBody,
    ReturnedBody,
)
from app.casework.correspondence import Heard, Key, Said
from app.casework.wire import MessageRefused
from workflows import corridor_meeting as rules

__all__ = ["HEARD", "again", "hear"]

# What is said in the receipt.
APPLIED: Final = "applied"
TOO_LATE: Final = "not_applicable"
_BODIES: Final[Mapping[str, type[Said]]] = {
    "propose": ProposalBody, "accept_day": ProposalBody, "other_day": ProposalBody, "move_day": ProposalBody,
    "call_off": CalledOffBody, "send_items": AgendaBody, "close_agenda": AgendaBody, "propose_minutes": MinutesBody,
    "confirm_minutes": MinutesBody, "return_minutes": ReturnedBody, "decision_done": DoneBody,
}


def hear(desk: Desk, header: Mapping[str, Any], body: Mapping[str, Any], key: Key) -> str:
    """Take in one message about a meeting on the receiving country's desk (a system desk); a word for the receipt.

    MessageRefused (409) for a meeting that is not known, or an act that nobody could take from where it stands;
    nothing is changed then, and it is tried again. Source: WM-PROTOCOL.
    """
    name, other = str(header["type"]).removeprefix(PREFIX), str(header["from"])
    row = conferring.of_conversation(desk, str(header["referral"]), other)
    said = _BODIES[name].model_validate(dict(body))
    if name == "propose":
        return _proposed(desk, header, said, row)
    if row is None:
        raise MessageRefused("No meeting of this number is known here.", "unknown_meeting")
    if isinstance(said, DoneBody):
        return _done(desk, row, said)
    kept = conferring.contents(desk, row)
    try:
        to = rules.heard(name, conferring.facts_of(desk, row, kept))
    except LookupError:
        raise MessageRefused("The meeting does not stand where this can be done.", "state_jump") from None
    if to is None:
        return TOO_LATE
    values = _TAKEN[name](desk, row, kept, said)
    conferring.change(desk, row, kept, **{"state": to.value, **values})
    conferring.tell(desk, row.id, PROPOSED if name in _ASKING else NEWS)
    return APPLIED


def again(desk: Desk, header: Mapping[str, Any], body: Mapping[str, Any], key: Key) -> str:
    """Take up what this country had said itself, as a partner gives it back after a restored backup; nobody is told."""
    name, other = str(header["type"]).removeprefix(PREFIX), str(header["to"])
    row = conferring.of_conversation(desk, str(header["referral"]), other)
    said = _BODIES[name].model_validate(dict(body))
    if isinstance(said, ProposalBody) and name == "propose" and row is None:
        reference, here = str(header["reference"]), desk.actor.country
        conferring.new_copy(desk, other, str(header["referral"]), reference, said, here)
        return APPLIED
    if row is None or name == "propose":
        return TOO_LATE
    if isinstance(said, DoneBody):
        return _noted(desk, row, said, desk.actor.country)
    kept = conferring.contents(desk, row)
    act = next(each for each in rules.ACTS if each.name == name)
    values = _OWN[name](desk, row, kept, said)
    conferring.change(desk, row, kept, **{"state": act.to.value if act.to is not None else row.state, **values})
    return APPLIED


def _proposed(desk: Desk, header: Mapping[str, Any], said: Said, row: Row[Any] | None) -> str:
    assert isinstance(said, ProposalBody)
    other, here = str(header["from"]), desk.actor.country
    if row is not None:
        raise MessageRefused("A meeting of this number is known here already.", "state_jump")
    if said.host not in (here, other):
        raise MessageRefused("The host is one of the two countries.", "host_unknown")
    if desk.policies.corridor(here, other).focal_office(here) is None:
        raise MessageRefused("No office here is competent for this meeting.", "no_office")
    row_id = conferring.new_copy(desk, other, str(header["referral"]), str(header["reference"]), said, other)
    conferring.tell(desk, row_id, PROPOSED)
    return APPLIED


def _done(desk: Desk, row: Row[Any], said: DoneBody) -> str:
    outcome = _noted(desk, row, said, row.other_country)
    if outcome == APPLIED:
        conferring.tell(desk, row.id, NEWS)
    return outcome


def _noted(desk: Desk, row: Row[Any], said: DoneBody, by: str) -> str:
    decision = conferring_decisions.by_its_number(desk, row.id, said.number)
    if decision is None or decision.by_country != by:
        raise MessageRefused("No decision of this number is theirs to do.", "unknown_decision")
    if decision.done_at is not None:
        return TOO_LATE
    desk.session.execute(update(DECISION).where(DECISION.c.id == decision.id).values(done_at=desk.now))
    return APPLIED


def _day(desk: Desk, row: Row[Any], kept: Contents, said: ProposalBody) -> dict[str, Any]:
    return {"day": said.day, "way": said.way, "proposed_by": row.other_country}


def _own_day(desk: Desk, row: Row[Any], kept: Contents, said: ProposalBody) -> dict[str, Any]:
    return {"day": said.day, "way": said.way, "proposed_by": row.country}


def _accepted(desk: Desk, row: Row[Any], kept: Contents, said: ProposalBody) -> dict[str, Any]:
    if (said.day, said.way) != (row.day, row.way):
        raise MessageRefused("Another day was proposed than the one that is agreed to.", "state_jump")
    return {}


def _called_off(desk: Desk, row: Row[Any], kept: Contents, said: CalledOffBody) -> dict[str, Any]:
    return {"reason": said.reason}


def _items(desk: Desk, row: Row[Any], kept: Contents, said: AgendaBody) -> dict[str, Any]:
    # Nobody speaks for another country: the reasons are theirs, whatever they are said to be.
    for each in said.items:
        each.reasons = [one.model_copy(update={"by": row.other_country}) for one in each.reasons]
    kept.theirs = said.items
    return {}


def _own_items(desk: Desk, row: Row[Any], kept: Contents, said: AgendaBody) -> dict[str, Any]:
    kept.ours = said.items
    return {}


def _agenda(desk: Desk, row: Row[Any], kept: Contents, said: AgendaBody) -> dict[str, Any]:
    # What was said here stands as it was said here: no reason in our name, and no more of a person than we told.
    ours = {each.referral: each for each in kept.ours or []}
    for each in said.items:
        mine = ours.get(each.referral)
        known = mine.reasons if mine is not None else []
        each.reasons = [one for one in each.reasons if one.by != row.country or any(_same(one, own) for own in known)]
        each.bounded = each.bounded or (mine is not None and mine.bounded)
    return _own_agenda(desk, row, kept, said)


def _same(one: ReasonBody, own: ReasonBody) -> bool:
    """Whether a reason is one of ours, cut where the other country may tell less."""
    return (one.code, one.about) == (own.code, own.about) and one.task in ("", own.task)


def _own_agenda(desk: Desk, row: Row[Any], kept: Contents, said: AgendaBody) -> dict[str, Any]:
    kept.agenda = said.items
    return {}


def _minutes(desk: Desk, row: Row[Any], kept: Contents, said: MinutesBody) -> dict[str, Any]:
    numbers = [each.number for each in said.decisions]
    if sorted(numbers) != list(range(1, len(numbers) + 1)):
        raise MessageRefused("The decisions are not numbered from one on.", "body_malformed")
    listed = {each.referral: each.bounded for each in kept.agenda or []}
    bounded = [referral for referral, is_so in listed.items() if is_so]
    decided = [(each.referral, bool(each.words)) for each in said.decisions]
    if rules.against_decisions(listed, bounded, decided):
        raise MessageRefused("The decisions go beyond the agenda, or beyond what people agreed to.", "not_agreed_to")
    if conferring_decisions.unknown_here(desk, row, said):
        raise MessageRefused("A decision is about a referral that has not arrived here.", "unknown_referral")
    return _own_minutes(desk, row, kept, said)


def _own_minutes(desk: Desk, row: Row[Any], kept: Contents, said: MinutesBody) -> dict[str, Any]:
    kept.minutes, kept.returned = said, None
    return {"reason": None}


def _confirmed(desk: Desk, row: Row[Any], kept: Contents, said: MinutesBody) -> dict[str, Any]:
    if kept.minutes is None or said != kept.minutes:
        raise MessageRefused("Other minutes were proposed than those that are confirmed.", "state_jump")
    conferring_decisions.take_on(desk, row, said)
    return {"held_on": said.held_on}


def _returned(desk: Desk, row: Row[Any], kept: Contents, said: ReturnedBody) -> dict[str, Any]:
    kept.returned = said
    return {}


_Taker = Callable[[Desk, Row[Any], Contents, Any], dict[str, Any]]
_TAKEN: Final[Mapping[str, _Taker]] = {
    "accept_day": _accepted, "other_day": _day, "move_day": _day, "call_off": _called_off, "send_items": _items,
    "close_agenda": _agenda, "propose_minutes": _minutes, "confirm_minutes": _confirmed, "return_minutes": _returned,
}
# The same for what this country said itself.
_OWN: Final[Mapping[str, _Taker]] = {
    **_TAKEN, "other_day": _own_day, "move_day": _own_day, "send_items": _own_items, "close_agenda": _own_agenda,
    "propose_minutes": _own_minutes,
}
# What the other country waits for an answer to.
_ASKING: Final = frozenset({"other_day", "move_day", "propose_minutes", "return_minutes"})
# Type of message -> its form and who hears it.
HEARD: Final[dict[str, Heard]] = {f"{PREFIX}{name}": Heard(body, hear, again) for name, body in _BODIES.items()}
