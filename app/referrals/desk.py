"""What the referral desk shows: its boxes as cards, and one referral with its strip, its clock and who answers next."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.access.desk import Desk
from app.access.log import looked, refused
from app.kit.errors import NotFound
from app.kit.paging import Ask
from app.models.base import is_id
from app.referrals import desk_queries
from app.referrals.desk_queries import Offer
from app.referrals.schemas import Box, ClockOut, MessageOut, ReferralRow
from policies.model import Corridor, Policies, PolicyOffice

_REFERENCE: Final = re.compile(r"[A-Z0-9-]{5,40}")


@dataclass(frozen=True, slots=True)
class Card:
    """One referral as a desk shows it: the row, what its offer told, the other country's office, the place's names."""

    row: ReferralRow
    offer: Offer | None
    other_office: PolicyOffice | None
    point: dict[str, str]
    due_now: bool


def found(desk: Desk, reference: str) -> str:
    """The id of the referral with this reference (or id), as far as `referral:read` reaches.

    NotFound, the same each time and noted as a refusal, if it is unknown, malformed or out of sight.
    """
    if is_id(reference):
        return reference
    known = desk_queries.called(desk, reference) if _REFERENCE.fullmatch(reference) else None
    if known is None:
        refused(desk, "referral", reference if _REFERENCE.fullmatch(reference) else "-", {"answer": 404})
        raise NotFound()
    return known


def inbox(desk: Desk, box: Box, ask: Ask) -> tuple[list[Card], str | None, dict[Box, int]]:
    """One page of a box, the cursor of the next, and how many lie in each box; the look is noted."""
    page, following = desk_queries.by_deadline(desk, box, ask)
    looked(desk, "referrals_listed", "referral", "-", {"box": box.value, "count": len(page)})
    return cards(desk, page), following, desk_queries.counts(desk)


def cards(desk: Desk, page: Sequence[ReferralRow]) -> list[Card]:
    """Rows with what their offers told."""
    shared = desk_queries.shared_ids(desk, [row.id for row in page])
    told = desk_queries.offers(desk, sorted(shared.values()))
    made = []
    for row in page:
        offer = told.get(shared[row.id])
        other = "" if offer is None else (offer.from_office if row.side == "receiver" else offer.to_office)
        made.append(Card(row, offer, office_of(desk.policies, other), names_of(desk, row), due_now(desk, row)))
    return made


def due_now(desk: Desk, row: ReferralRow) -> bool:
    """Whether it is this country's turn and the time for it is nearly over, or is over."""
    near = desk.policies.safeguards.answer_is_due_within
    clock = row.clock
    return row.our_turn and clock is not None and clock.stopped_for is None and clock.due_at - desk.now <= near


def office_of(policies: Policies, code: str) -> PolicyOffice | None:
    """The office with this code in the policies of any country, or None."""
    try:
        return policies.office(code)
    except KeyError:
        return None


def names_of(desk: Desk, row: ReferralRow) -> dict[str, str]:
    """What the border point is called in each of the two countries; empty if none is proposed."""
    corridor = desk.policies.corridor(row.from_country, row.to_country)
    return next((dict(point.names) for point in corridor.border_points if point.code == row.border_point), {})


@dataclass(frozen=True, slots=True)
class Answerers:
    """Who has to answer, until when, and who is asked after that; the same on both sides.

    ``people``: names of colleagues of this country who stand in today, only on the side they belong to.
    """

    clock: ClockOut | None
    office: PolicyOffice | None
    deputy: PolicyOffice | None
    people: tuple[str, ...]


def answerers(desk: Desk, row: ReferralRow, office_code: str | None, office_id: str) -> Answerers:
    """Who answers this referral, and the office that is asked when nobody does in time."""
    corridor = desk.policies.corridor(row.from_country, row.to_country)
    office = office_of(desk.policies, office_code or corridor.focal_office(row.to_country) or "")
    names = ()
    if row.side == "receiver":
        names = tuple(each.name for each in desk_queries.standing_in(desk, office_id))
    return Answerers(row.clock, office, deputy_of(desk.policies, corridor, row.to_country, office), names)


def deputy_of(
    policies: Policies, corridor: Corridor, country: str, office: PolicyOffice | None
) -> PolicyOffice | None:
    """The office that answers when ``office`` does not: the corridor's next one, else the national focal point."""
    return policies.deputy_office(corridor, country, office.code if office is not None else None)


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark of the strip: its word, when it was reached, by which country; ``now``: it is what is waited for."""

    name: str
    at: datetime | None
    by: str = ""
    now: bool = False


def strip(row: ReferralRow, said: Sequence[MessageOut]) -> list[Mark]:
    """Sent, seen, answered, handed over, arrived: each with the moment its signed message or receipt says."""
    when: dict[str, tuple[datetime, str]] = {}
    for message in said:
        if message.type in desk_queries.OFFERS:
            # A question was answered: the offer is on its way anew.
            when.clear()
            seen = next((each for each in message.receipts if each.level == "seen"), None)
            if seen is not None:
                when["seen"] = (seen.at, seen.by)
        for mark, types in _REACHED.items():
            if message.type in types:
                when[mark] = (datetime.fromisoformat(message.header["created"]), message.header["from"])
    # What comes after the last mark that was reached is waited for, unless all is over.
    reached = max((number for number, name in enumerate(_MARKS) if name in when), default=-1)
    marks = []
    for number, name in enumerate(_MARKS):
        at, by = when.get(name, (None, ""))
        marks.append(Mark(name, at, by, row.pen is not None and number == reached + 1))
    return marks


_MARKS: Final = ("sent", "seen", "answered", "handed_over", "arrived")
_REACHED: Final[dict[str, tuple[str, ...]]] = {
    "sent": desk_queries.OFFERS,
    "answered": ("acknowledge", "decline", "return_for_info"),
    "handed_over": ("sign_handover",),
    "arrived": ("sign_receipt",),
}


@dataclass(frozen=True, slots=True)
class Sharing:
    """Which groups of data have travelled so far and may still be used, and which do not."""

    shared: tuple[str, ...]
    kept: tuple[str, ...]


def sharing(desk: Desk, said: Sequence[MessageOut]) -> Sharing:
    """The groups that messages have carried and no later one took back, beside all the others of the code list."""
    travelled: set[str] = set()
    for each in said:
        travelled = (travelled | set(each.groups)) - set(each.taken_back)
    known = list(desk.policies.codes["data_group"].codes)
    return Sharing(
        tuple(code for code in known if code in travelled), tuple(code for code in known if code not in travelled)
    )
