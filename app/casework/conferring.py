"""Meetings of two countries: the copy that is held here, the one way it changes, and what the other side is told."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from pydantic import BaseModel
from sqlalchemy import Row, insert, select

from app.access import notices
from app.access.desk import Desk
from app.access.log import looked
from app.casework import correspondence
from app.casework.conferring_bodies import Contents, ProposalBody
from app.casework.held import office_id_of
from app.casework.opening import letters
from app.casework.refusing import refuse
from app.casework.two_copies import Copies
from app.kit.errors import Conflict
from app.models.base import new_id
from app.models.corridor_meeting import CorridorDecision, CorridorMeeting
from workflows import corridor_meeting as rules
from workflows.corridor_meeting import Meeting, MeetingFacts

__all__ = [
    "CASE_WORKER_VISIT", "DECISION", "HOLD", "NEWS", "PREFIX", "PROPOSED", "READ", "TABLE", "act", "change", "contents",
    "convene", "facts_of", "last_held", "new_copy", "of_conversation", "say", "tell",
]  # fmt: skip

TABLE: Final[Any] = CorridorMeeting.__table__
DECISION: Final[Any] = CorridorDecision.__table__
READ: Final = "meeting:read"
HOLD: Final = "meeting:hold"
# What the types of the messages about meetings begin with; the act that is told follows.
PREFIX: Final = "meeting_"
# Kinds of notice: the other country waits for an answer; something has changed.
PROPOSED: Final = "corridor_meeting_proposed"
NEWS: Final = "corridor_meeting_news"
# A standing meeting that is an appointment of its own and no meeting about referrals.
CASE_WORKER_VISIT: Final = "case_worker_visit"
_SUBJECT: Final = "corridor_meeting"
COPIES: Final = Copies(TABLE, _SUBJECT, PREFIX, Contents)
of_conversation, contents, say = COPIES.of_conversation, COPIES.contents, COPIES.say
_TITLE: Final = "Propose a meeting"


def convene(desk: Desk, other: str, proposal: ProposalBody) -> str:
    """Propose a meeting to another country; the id of our copy.

    The caller has checked the words of the proposal. StepRefused where no agreement is in force, nobody there would
    answer, or one of this kind is not over.
    """
    here = desk.actor.country
    corridor = desk.policies.corridor(here, other)
    still = select(TABLE.c.id).where(
        TABLE.c.country == here, TABLE.c.other_country == other, TABLE.c.kind == proposal.kind,
        TABLE.c.state.in_(sorted(rules.OPEN)),
    )  # fmt: skip
    reasons = rules.against_convening(
        in_force=bool(corridor.in_force(desk.today)),
        reached=corridor.focal_office(other) is not None and corridor.focal_office(here) is not None,
        read_there=correspondence.readable_there(desk, other, f"{PREFIX}propose"),
        open_already=desk.session.execute(still.limit(1)).first() is not None,
    )
    refuse(desk, "convene_meeting", _TITLE, reasons)
    reference = "-".join(
        [*sorted((here, other)), str(desk.now.year), "M", letters(6)]
    )
    shared_id = new_id()
    row_id = new_copy(desk, other, shared_id, reference, proposal, here)
    row = desk.session.execute(select(TABLE).where(TABLE.c.id == row_id)).one()
    say(desk, row, "propose", proposal)
    looked(desk, "corridor_meeting_proposed", _SUBJECT, row_id)
    return row_id


def new_copy(
    desk: Desk, other: str, shared_id: str, reference: str, proposal: ProposalBody, proposed_by: str
) -> str:
    """Begin the copy of a meeting at the focal office of the desk's country; its id."""
    here, row_id = desk.actor.country, new_id()
    office = desk.policies.corridor(here, other).focal_office(here) or ""
    key, wrapped = desk.keys.new_data_key()
    values = {
        "id": row_id, "country": here, "other_country": other, "shared_id": shared_id, "reference": reference,
        "office_id": office_id_of(desk, office), "kind": proposal.kind, "host": proposal.host, "way": proposal.way,
        "day": proposal.day, "proposed_by": proposed_by, "state": Meeting.PROPOSED.value, "reason": None,
        "held_on": None, "wrapped": wrapped, "sealed": COPIES.sealed(desk, key, row_id, Contents()), "version": 1,
        "opened_at": desk.now, "changed_at": desk.now,
    }  # fmt: skip
    desk.session.execute(insert(TABLE), values)
    return row_id


def facts_of(desk: Desk, row: Row[Any], kept: Contents) -> MeetingFacts:
    """What the rules know of a copy."""
    here = desk.actor.country
    return MeetingFacts(row.state, row.host == here, row.proposed_by == here, row.day, kept.theirs is not None)


def act(
    desk: Desk, row: Row[Any], kept: Contents, name: str, body: BaseModel, **values: Any
) -> None:
    """Take one act of the machine here and tell the other country; StepRefused with every reason against it.

    ``kept``: what is kept from now on; ``values``: columns that change with it.
    """
    found = next(each for each in rules.ACTS if each.name == name)
    refuse(desk, name, found.title, rules.against(name, facts_of(desk, row, kept), desk.today))
    to = found.to.value if found.to is not None else row.state
    change(desk, row, kept, state=to, **values)
    say(desk, row, name, body)
    looked(desk, "corridor_meeting_changed", _SUBJECT, row.id, {"act": name})


def change(desk: Desk, row: Row[Any], kept: Contents, **values: Any) -> None:
    """Write a copy anew. Conflict (409) where somebody has changed it meanwhile."""
    if not COPIES.write(desk, row, kept, values):
        raise Conflict("Somebody has changed this meeting meanwhile.", code="meeting_changed")


def tell(desk: Desk, row_id: str, kind: str) -> None:
    """Leave a notice for everybody here who holds meetings with other countries."""
    notices.tell(desk, notices.holders(desk, HOLD), kind, _SUBJECT, row_id)


def last_held(desk: Desk, other: str, kind: str) -> date | None:
    """The day of the last meeting of this kind with ``other`` whose minutes are confirmed."""
    return COPIES.last_held(desk, other, TABLE.c.kind == kind)
