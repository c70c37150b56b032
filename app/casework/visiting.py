"""Visits of case workers abroad: the copy that is held here, the one way it changes, and what the other is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from pydantic import BaseModel
from sqlalchemy import Row, insert, select, update

from app.access import notices
from app.access.desk import Desk
from app.access.log import looked
from app.casework import correspondence
from app.casework.held import office_id_of
from app.casework.opening import letters
from app.casework.refusing import refuse
from app.casework.two_copies import Copies
from app.casework.visiting_bodies import SHELTER, AskBody, Contents
from app.kit.errors import Conflict
from app.models.base import new_id
from app.models.shelter_visit import ShelterVisit, VisitPart
from workflows import shelter_visit as rules
from workflows.shelter_visit import Visit, VisitFacts

__all__ = [
    "AGREED", "ASK", "ASKED", "Copy", "ENDED", "GRANT", "KIND", "MET", "NEWS", "NOT_MET", "PART", "PREFIX", "READ",
    "TABLE", "TOLD", "act", "ask", "change", "contents", "facts_of", "is_known", "last_held", "mark_parts", "new_copy",
    "of_conversation", "parts_of", "say", "tell",
]  # fmt: skip

TABLE: Final[Any] = ShelterVisit.__table__
PART: Final[Any] = VisitPart.__table__
READ: Final = "visit:read"
ASK: Final = "visit:ask"
GRANT: Final = "visit:grant"
# The standing visit in the agreement of two countries (meeting_kind).
KIND: Final = "case_worker_visit"
# What the types of the messages about visits begin with; the act that is told follows.
PREFIX: Final = "visit_"
# The states of somebody a visit is about.
ASKED, AGREED, NOT_MET, ENDED, MET = "asked", "agreed", "not_met", "ended", "met"
# Kinds of notice: the other country waits for an answer; something has changed.
TOLD: Final = "visit_asked"
NEWS: Final = "visit_news"
_SUBJECT: Final = "shelter_visit"
COPIES: Final = Copies(TABLE, _SUBJECT, PREFIX, Contents)
of_conversation, contents, say = COPIES.of_conversation, COPIES.contents, COPIES.say
# About (referral or inquiry), its shared number, its reference, and the case here (the host's alone).
Copy = tuple[str, str, str, str | None]


def ask(desk: Desk, host: str, body: AskBody, copies: Iterable[Copy]) -> str:
    """Ask another country for a visit; the id of our copy.

    The caller has checked the words and whom it is about. StepRefused where no agreement is in force or nobody there
    would answer.
    """
    here = desk.actor.country
    corridor = desk.policies.corridor(here, host)
    reasons = rules.against_asking(
        in_force=bool(corridor.in_force(desk.today)),
        reached=corridor.focal_office(host) is not None and corridor.focal_office(here) is not None,
        read_there=correspondence.readable_there(desk, host, f"{PREFIX}ask"),
    )
    refuse(desk, "ask_visit", "Ask for a visit", reasons)
    code = letters(6)
    reference = "-".join([*sorted((here, host)), str(desk.now.year), "V", code])
    row = new_copy(desk, host, host, new_id(), reference, body, copies)
    say(desk, row, "ask", body)
    looked(desk, "shelter_visit_asked", _SUBJECT, row.id)
    return str(row.id)


def new_copy(
    desk: Desk, other: str, host: str, shared_id: str, reference: str, body: AskBody, copies: Iterable[Copy]
) -> Row[Any]:
    """Begin the copy of a visit at the focal office of the desk's country, with those it is about."""
    here, row_id = desk.actor.country, new_id()
    office = desk.policies.corridor(here, other).focal_office(here) or ""
    key, wrapped = desk.keys.new_data_key()
    kept = Contents(days=body.days, visitors=body.visitors)
    values = {
        "id": row_id, "country": here, "other_country": other, "shared_id": shared_id, "reference": reference,
        "office_id": office_id_of(desk, office), "host": host, "purpose": body.purpose, "language": body.language,
        "day": min(body.days), "state": Visit.ASKED.value, "reason": None, "held_on": None, "wrapped": wrapped,
        "sealed": COPIES.sealed(desk, key, row_id, kept), "version": 1, "opened_at": desk.now, "changed_at": desk.now,
    }  # fmt: skip
    desk.session.execute(insert(TABLE), values)
    for about, number, known_as, case_id in copies:
        part = {
            "id": new_id(), "country": here, "visit_id": row_id, "about": about, "number": number,
            "reference": known_as, "case_id": case_id, "state": ASKED,
        }  # fmt: skip
        desk.session.execute(insert(PART), part)
    return desk.session.execute(select(TABLE).where(TABLE.c.id == row_id)).one()


def is_known(desk: Desk, reference: str) -> bool:
    """Whether a visit of this country has this reference, whoever it is with."""
    query = select(TABLE.c.id).where(TABLE.c.country == desk.actor.country, TABLE.c.reference == reference)
    return desk.session.execute(query.limit(1)).first() is not None


def parts_of(desk: Desk, visit_id: str) -> list[Row[Any]]:
    """Those whom a visit is about, in the order of their numbers."""
    query = select(PART).where(PART.c.visit_id == visit_id, PART.c.country == desk.actor.country)
    return list(desk.session.execute(query.order_by(PART.c.reference, PART.c.id)))


def facts_of(desk: Desk, row: Row[Any]) -> VisitFacts:
    """What the rules know of a copy."""
    return VisitFacts(row.state, row.host == desk.actor.country, row.day)


def act(desk: Desk, row: Row[Any], kept: Contents, name: str, body: BaseModel, **values: Any) -> None:
    """Take one act of the machine here and tell the other country; StepRefused with every reason against it.

    ``kept``: what is kept from now on; ``values``: columns that change with it.
    """
    found = next(each for each in rules.ACTS if each.name == name)
    refuse(desk, name, found.title, rules.against(name, facts_of(desk, row), desk.today))
    change(desk, row, kept, state=found.to.value, **values)
    say(desk, row, name, body)
    looked(desk, "shelter_visit_changed", _SUBJECT, row.id, {"act": name})


def change(desk: Desk, row: Row[Any], kept: Contents, **values: Any) -> None:
    """Write a copy anew. Conflict (409) where somebody has changed it meanwhile.

    Of a visit that does not take place the place is not kept; of one that is over, not where people live.
    """
    over = kept.grant is not None and kept.grant.place == SHELTER and values.get("state") == Visit.CONFIRMED.value
    if over or values.get("state") == Visit.CALLED_OFF.value:
        kept.grant = None
    if not COPIES.write(desk, row, kept, values):
        raise Conflict("Somebody has changed this visit meanwhile.", code="visit_changed")


def mark_parts(desk: Desk, visit_id: str, states: Mapping[str, str]) -> None:
    """Write how it stands with those a visit is about: number -> state."""
    for number, state in states.items():
        mine = (PART.c.visit_id == visit_id, PART.c.number == number)
        desk.session.execute(update(PART).where(*mine).values(state=state))


def tell(desk: Desk, row_id: str, kind: str, hosts: bool) -> None:
    """Leave a notice for everybody here who answers visits (at the host) or asks for them."""
    notices.tell(desk, notices.holders(desk, GRANT if hosts else ASK), kind, _SUBJECT, row_id)


def last_held(desk: Desk, other: str, host: str) -> date | None:
    """The day of the last visit with ``other`` in the ``host`` country whose log is confirmed."""
    return COPIES.last_held(desk, other, TABLE.c.host == host)
