"""Two records found to be one person's: joined by a worker, with a reason, in both histories; and taken apart again.

Nothing moves: each record keeps its own key, its own words and its own history, so that taking apart gives back exactly
what was. What joining changes is that a name known to one record leads to the cases of both.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Row, insert, update

from app.access.desk import Desk
from app.access.log import looked
from app.access.may import visible_case
from app.casework import fieldgroups, identity, lookalikes, move, person_links
from app.casework.held import Held, hold_case
from app.casework.history import Event
from app.casework.person_links import LINK
from app.casework.reach import permit
from app.kit.errors import Conflict, Invalid
from app.kit.fields import at_field
from app.kit.words import mark
from app.models.base import new_id
from app.people import queries
from app.people.schemas import ApartIn, JoinedOut, JoinIn, SamePersonOut, SimilarOut
from policies.model import FieldGroup

MERGE: Final = "identity:merge"
MOST: Final = 5
_SHORTEST_REASON: Final = 10
_WORD: Final = "merge"


def similar(desk: Desk, case_id: str) -> SamePersonOut:
    """The cases that were joined with a case, and those within reach whose person may be the same one, with reasons.

    The look is noted in the book of each case whose name was compared and is alike.
    """
    visible_case(desk, MERGE, case_id)
    fieldgroups.must_see(desk, FieldGroup.IDENTITY)
    held = hold_case(desk, case_id, lock=False)
    joined = person_links.of_case(desk, case_id)
    return SamePersonOut(
        version=held.version,
        joined=[JoinedOut(case_id=row.id, reference=row.reference, since=row.since) for row in joined],
        similar=alike(desk, held, queries.known(desk, held)),
    )


def alike(desk: Desk, held: Held, known: Mapping[str, Any]) -> list[SimilarOut]:
    """The cases within reach whose person may be the one of ``held``, of whom ``known`` is known; noted as `similar`.

    Left out are those that a worker joined with this one already.
    """
    here = {row.id for row in person_links.of_case(desk, held.id)} | {held.id}
    found, _ = lookalikes.likely(desk, identity.compared_of(known), but=held.row.person_id)
    found = [each for each in found if each.row.id not in here][:MOST]
    looked(desk, "duplicates_searched", "case", held.id, {"named": len(found)})
    for each in found:
        looked(desk, "identity_matched", "case", each.row.id)
    return [
        SimilarOut(case_id=each.row.id, reference=each.row.reference, reasons=list(each.likely.reasons))
        for each in found
    ]


def join(desk: Desk, case_id: str, body: JoinIn) -> SamePersonOut:
    """Say that the person of another case, named by its reference, is the person of this one.

    Invalid (422) at ``reference`` for a case the actor may not join, at ``reason`` for none; Conflict (409, code
    one_already) where both are one already. Both cases tell of it, with the reason sealed in each.
    """
    other = _other(desk, case_id, body.reference)
    reason = _reason(body.reason)
    mine, theirs = _both(desk, case_id, other.id)
    if mine.row.person_id == theirs.row.person_id or person_links.between(desk, case_id, other.id) is not None:
        raise Conflict(mark("These two are known as one person already."), code="one_already")
    link = {
        "id": new_id(), "country": desk.actor.country, "case_id": case_id, "other_case_id": other.id,
        "made_by": desk.actor.id, "since": desk.now, "until": None, "ended_by": None,
    }  # fmt: skip
    desk.session.execute(insert(LINK), link)
    _tell(desk, mine, theirs, "merge", reason)
    return similar(desk, case_id)


def take_apart(desk: Desk, case_id: str, body: ApartIn) -> SamePersonOut:
    """Say that two cases that were joined are about two people after all; each is what it was.

    Invalid as in `join`; Conflict (409, code not_joined) where they are not joined.
    """
    other = _other(desk, case_id, body.reference)
    reason = _reason(body.reason)
    mine, theirs = _both(desk, case_id, other.id)
    link = person_links.between(desk, case_id, other.id)
    if link is None:
        raise Conflict(mark("These two are not joined."), code="not_joined")
    done: Any = desk.session.execute(
        update(LINK)
        .where(LINK.c.id == link.id, LINK.c.until.is_(None))
        .values(until=desk.now, ended_by=desk.actor.id)
    )
    assert done.rowcount == 1, "both cases are locked"
    _tell(desk, mine, theirs, "unmerge", reason)
    return similar(desk, case_id)


def _other(desk: Desk, case_id: str, reference: str) -> Row[Any]:
    permit(desk, MERGE, case_id, _WORD)
    fieldgroups.must_see(desk, FieldGroup.IDENTITY)
    other = person_links.referenced(desk, reference.strip().upper(), MERGE)
    if other is None or other.id == case_id:
        raise _wrong("reference", mark("Name another case that you work on."))
    return other


def _both(desk: Desk, case_id: str, other_id: str) -> tuple[Held, Held]:
    """Both cases, locked in one order, so that two workers who join the same two do not wait for each other."""
    held = {each: hold_case(desk, each) for each in sorted((case_id, other_id))}
    return held[case_id], held[other_id]


def _tell(desk: Desk, mine: Held, theirs: Held, step: str, reason: str) -> None:
    for held, other in ((mine, theirs), (theirs, mine)):
        details = {"case": other.id, "reference": other.row.reference}
        move.write(desk, held, Event("person", step, held.version + 1, details, desk.now, reason))


def _reason(said: str) -> str:
    reason = said.strip()
    if len(reason) < _SHORTEST_REASON:
        raise _wrong("reason", mark("Say in at least 10 letters why."))
    return reason


def _wrong(field: str, sentence: str) -> Invalid:
    return Invalid("Some answers are missing or cannot be read.", extra=at_field(field, sentence))
