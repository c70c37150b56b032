"""The verbs of the emergency room: open a case in an emergency, list what was opened, end it, answer a question."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Row, insert, update

from app.access import rows
from app.access.desk import Desk
from app.access.log import looked, refused
from app.access.may import within_reach
from app.access.notices import tell
from app.access.stepup import must_be_fresh
from app.casework import move, onlookers
from app.casework.held import Held, hold_case
from app.casework.history import Event
from app.casework.reach import SEEING
from app.emergency import queries
from app.emergency.queries import OPEN, REVIEW, TABLE
from app.emergency.schemas import AnswerIn, EmergenciesOut, EmergencyIn, EmergencyOut, EndIn, State, Verdict
from app.kit.errors import Conflict, Forbidden, Invalid, NotFound
from app.kit.paging import Ask
from app.kit.words import mark
from app.models.base import is_id, new_id

ACT: Final = mark("opening a case in an emergency")
KIND: Final = "emergency"
REASONS: Final = "emergency_reason"
# A reason has to say something to the person who reviews it.
SHORTEST: Final = 10


def opened(desk: Desk, body: EmergencyIn) -> EmergencyOut:
    """Open a case beyond the actor's reach to read, for the time the policies give; team and reviewer are told.

    Invalid (422) without a reason or with an unknown code of one, Forbidden (403, code step_up_needed) without a fresh
    second factor, NotFound for what `emergency:open` does not reach: unknown, of another country, beyond scope, sealed,
    blocked. Conflict (409, code not_needed) for a case the actor reaches anyway.
    """
    reason = in_words("reason", body.reason)
    if body.why is not None and not desk.policies.knows(REASONS, body.why):
        rule = {"field": "why", "rule": f"a code of '{REASONS}'"}
        raise Invalid("A field breaks its rule; see errors.", extra={"errors": [rule]})
    _must_be_fresh(desk)
    case = _case(desk, body)
    held = held_for(desk, case.id)
    # Asked after the lock: of two tries at once the second finds the case open.
    if within_reach(desk, SEEING, held.id):
        raise Conflict(
            "You reach this case already; no emergency is needed to read it.",
            code="not_needed",
            extra={"case_id": held.id},
        )
    emergency_id, until = new_id(), desk.now + desk.policies.safeguards.emergency_lasts
    row = {
        "id": emergency_id,
        "country": desk.actor.country,
        "case_id": held.id,
        "user_id": desk.actor.id,
        "office_id": desk.office_id,
        "sealed_reason": desk.keys.seal(held.key(desk), reason.encode(), reason_place(emergency_id)),
        "since": desk.now,
        "until": until,
        "ended_at": None,
        "reviewed_at": None,
        "reviewed_by": None,
        "verdict": None,
        "alarmed_at": None,
    }
    desk.session.execute(insert(TABLE), row)
    coded = {"why": body.why} if body.why is not None else {}
    looked(desk, "emergency_opened", "case", held.id, {"emergency": emergency_id, **coded})
    said = {"emergency": emergency_id, "until": until.isoformat(), **coded}
    remark(desk, held, Event(KIND, "open", held.version, said, desk.now, reason))
    tell(desk, _to_tell(desk, held), "emergency_opened", "case", held.id, {**said, "by": desk.actor.id})
    return own(desk, emergency_id)


def listed(desk: Desk, state: State, reviewed: bool | None, ask: Ask) -> EmergenciesOut:
    """One page of the actor's own accesses and, for reviewers, of those within reach; the look is noted."""
    found, following = queries.listed(desk, state, reviewed, ask)
    looked(desk, "emergencies_listed", "emergency_access", "-", {"state": state.value, "count": len(found)})
    return EmergenciesOut(items=[EmergencyOut(**values(desk, row)) for row in found], next=following)


def listed_own(desk: Desk, state: State, ask: Ask) -> EmergenciesOut:
    """One page of the actor's own accesses, newest first; the look is noted."""
    found, following = queries.listed(desk, state, None, ask, own=True)
    looked(desk, "emergencies_listed", "emergency_access", "-", {"state": state.value, "count": len(found)})
    return EmergenciesOut(items=[EmergencyOut(**values(desk, row)) for row in found], next=following)


def ended(desk: Desk, emergency_id: str, body: EndIn) -> EmergencyOut:
    """End one's own access before its time. NotFound for any other, Conflict (409) for one that is over."""
    row = _mine(desk, emergency_id)
    held = held_for(desk, row.case_id)
    over = update(TABLE).where(TABLE.c.id == emergency_id, queries.is_open(desk.now)).values(ended_at=desk.now)
    if desk.session.execute(over).rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("This emergency access is over already.", code="emergency_over")
    remark(desk, held, Event(KIND, "end", held.version, {"emergency": emergency_id}, desk.now, body.note))
    return own(desk, emergency_id)


def answered(desk: Desk, emergency_id: str, body: AnswerIn) -> EmergencyOut:
    """Answer the question of a review; the reviewer is told, the words are sealed in the history of the case.

    NotFound for an access of somebody else, Conflict (409) where no question was asked.
    """
    row = _mine(desk, emergency_id)
    answer = in_words("answer", body.answer)
    if row.verdict != Verdict.QUESTION.value:
        raise Conflict("No question was asked about this emergency access.", code="nothing_asked")
    held = held_for(desk, row.case_id)
    remark(desk, held, Event(KIND, "answer", held.version, {"emergency": emergency_id}, desk.now, answer))
    tell(desk, [row.reviewed_by], "emergency_answered", "emergency_access", emergency_id, {"by": desk.actor.id})
    return own(desk, emergency_id)


def held_for(desk: Desk, case_id: str, lock: bool = True) -> Held:
    """The case of an access that the actor may open, end, answer for or judge, though their rights do not reach it."""
    with rows.as_the_house(desk.session, desk.actor.country):
        return hold_case(desk, case_id, lock)


def remark(desk: Desk, held: Held, event: Event) -> None:
    """Write in the history of that case what was done."""
    with rows.as_the_house(desk.session, desk.actor.country):
        move.remark(desk, held, event)


def own(desk: Desk, emergency_id: str) -> EmergencyOut:
    """One access of the actor's own as it is now."""
    row = queries.mine(desk, emergency_id)
    assert row is not None
    return EmergencyOut(**values(desk, row))


def values(desk: Desk, row: Row[Any]) -> dict[str, Any]:
    """The fields of an access that everybody sees who sees it at all."""
    still = row.ended_at is None and row.until > desk.now
    return {
        "id": row.id,
        "case_id": row.case_id,
        "reference": row.reference,
        "user_id": row.user_id,
        "office": row.office,
        "since": row.since,
        "until": row.until,
        "ended_at": row.ended_at,
        "state": State.OPEN if still else State.OVER,
        "verdict": row.verdict,
        "reviewed_at": row.reviewed_at,
    }


def in_words(field: str, text: str, shortest: int = SHORTEST) -> str:
    """What somebody wrote, without blanks around it; Invalid (422) if hardly anything is left."""
    told = text.strip()
    if len(told) < shortest:
        rule = {"field": field, "rule": f"at least {shortest} characters besides spaces"}
        raise Invalid("A field breaks its rule; see errors.", extra={"errors": [rule]})
    return told


def reason_place(emergency_id: str) -> bytes:
    """What the sealed reason is bound to."""
    return f"emergency_access|sealed_reason|{emergency_id}|1".encode()


def _must_be_fresh(desk: Desk) -> None:
    try:
        must_be_fresh(desk, ACT)
    except Forbidden as refusal:
        refused(desk, "permission", OPEN, {"code": refusal.code, "answer": 403})
        raise


def _case(desk: Desk, body: EmergencyIn) -> Row[Any]:
    case = None
    if body.case_id is None or is_id(body.case_id):
        case = queries.case_within(desk, body.reference, body.case_id)
    if case is None:
        tried = queries.case_called(desk, body.reference) if body.reference else None
        if tried is None and body.case_id is not None and is_id(body.case_id):
            tried = body.case_id
        refused(desk, "case", tried or body.reference or "-", {"permission": OPEN, "answer": 404})
        raise NotFound()
    return case


def _to_tell(desk: Desk, held: Held) -> set[str]:
    """The team, the case manager, and who reviews it: in the office of the case, else anywhere in the country."""
    others = set(onlookers.reached(desk, REVIEW, held.id)) - {desk.actor.id}
    reviewers = queries.in_office(desk, sorted(others), held.row.office_id) or others
    people = {*queries.team(desk, held.id), held.row.case_manager_id} - {None, desk.actor.id}
    return onlookers.not_kept_away(desk, held.id, people) | set(reviewers)


def _mine(desk: Desk, emergency_id: str) -> Row[Any]:
    row = queries.mine(desk, emergency_id) if is_id(emergency_id) else None
    if row is None:
        refused(desk, "emergency_access", emergency_id if is_id(emergency_id) else "-", {"answer": 404})
        raise NotFound()
    return row
