"""The verbs of the keeping room: what is past its time, legal holds, and proposing that a person is erased."""

from __future__ import annotations

import json
from typing import Any, Final

from sqlalchemy import Row, insert, update

from app.access import rows, two_persons
from app.access.approval_shapes import ApprovalAskedOut
from app.access.desk import Desk
from app.access.log import looked
from app.access.may import visible_case
from app.access.two_persons import Act, Asked, carries_out
from app.casework import burying, move, outbox, person_links
from app.casework.erasing import Subjects, destroy_keys, subjects_of
from app.casework.held import Held, hold_case
from app.casework.history import Event
from app.casework.keeping import ERASURE, HOLD, facts_of, past_their_time, situation
from app.casework.reach import permit
from app.casework.remarks import refusal, refusal_out
from app.casework.shapes import RefusalOut
from app.keeping import queries
from app.keeping.schemas import (
    DueOut,
    EraseIn,
    ErasuresOut,
    HoldIn,
    HoldOut,
    KeepingOut,
    ReviewOut,
    TombstoneOut,
)
from app.kit.errors import Conflict, Erased, Invalid, NotFound
from app.kit.fields import at_field
from app.kit.words import mark
from app.models.base import new_id
from workflows import keeping as rules

REVIEW: Final = "data:review"
KEEP: Final = "data:hold"
ERASE: Final = "data:erase"
KIND: Final = "erase_person"
_UNFIT: Final = "Some answers are missing or cannot be read."
_TITLE: Final = "Erase the person"


def review(desk: Desk) -> ReviewOut:
    """Who of the country is past their time, within reach; nothing is erased by this. The look is noted."""
    with rows.as_the_house(desk.session, desk.actor.country):
        found = past_their_time(desk)
    seen = queries.within(desk, REVIEW, [row.id for row, _ in found])
    found = [each for each in found if each[0].id in seen]
    held = queries.held_cases(desk, seen)
    waiting = queries.waiting(desk, seen, KIND)
    looked(desk, "retention_reviewed", "country", desk.actor.country, {"count": len(found)})
    return ReviewOut(
        items=[
            DueOut(
                case_id=row.id, reference=row.reference, ended_on=ended, child=row.child, held=row.id in held,
                waiting=row.id in waiting,
            )
            for row, ended in found
        ]
    )  # fmt: skip


def kept(desk: Desk, case_id: str, permission: str, ground: str = "") -> KeepingOut:
    """How long the person of a case is kept, within a permission's reach, and what stands against erasing them.

    ``ground``: what is asked for; without one, what stands against any. The look is noted.
    """
    visible_case(desk, permission, case_id)
    looked(desk, "keeping_read", "case", case_id)
    return _kept(desk, hold_case(desk, case_id, lock=False), ground)


def hold(desk: Desk, case_id: str, body: HoldIn) -> KeepingOut:
    """Set a legal hold on everything of the person; the history tells it, with the reason sealed.

    Invalid (422) for a code that is in no list or a day that is over; Erased (410).
    """
    permit(desk, KEEP, case_id, "hold")
    if not desk.policies.knows("hold_reason", body.why):
        raise Invalid(_UNFIT, extra=at_field("why", mark("Choose an answer.")))
    if body.until is not None and body.until < desk.today:
        raise Invalid(_UNFIT, extra=at_field("until", mark("This day is over already.")))
    held = hold_case(desk, case_id)
    if held.erased:
        raise Erased()
    row = {
        "id": new_id(), "country": desk.actor.country, "case_id": case_id, "why": body.why, "until": body.until,
        "set_by": desk.actor.id, "since": desk.now, "lifted_at": None, "lifted_by": None,
    }  # fmt: skip
    desk.session.execute(insert(HOLD), row)
    details = {"hold": row["id"], "why": body.why, "until": body.until.isoformat() if body.until else None}
    move.remark(desk, held, Event("keeping", "hold", held.version, details, desk.now, body.reason))
    return _kept(desk, held, "")


def lift(desk: Desk, case_id: str, hold_id: str, reason: str) -> KeepingOut:
    """Lift a legal hold; NotFound for one that is not on this case, Conflict (hold_lifted) for one that is lifted."""
    permit(desk, KEEP, case_id, "lift_hold")
    held = hold_case(desk, case_id)
    row = queries.hold(desk, hold_id, [case_id])
    if row is None:
        raise NotFound()
    if row.lifted_at is not None:
        raise Conflict(mark("This hold is lifted already."), code="hold_lifted")
    values = {"lifted_at": desk.now, "lifted_by": desk.actor.id}
    desk.session.execute(update(HOLD).where(HOLD.c.id == hold_id).values(values))
    details = {"hold": hold_id, "why": row.why}
    move.remark(desk, held, Event("keeping", "lift", held.version, details, desk.now, reason))
    return _kept(desk, held, "")


def propose(desk: Desk, case_id: str, body: EraseIn) -> ApprovalAskedOut:
    """Propose that the person of a case is erased; it happens when a second person has agreed.

    StepRefused (409) with every reason that stands against it, Erased (410), Conflict (erasure_waits,
    no_second_person). Needs a fresh second factor.
    """
    permit(desk, ERASE, case_id, KIND)
    if not desk.policies.knows("erasure_ground", body.ground):
        raise Invalid(_UNFIT, extra=at_field("ground", mark("Choose an answer.")))
    held = hold_case(desk, case_id)
    _must_be_free(desk, held, body.ground)
    if queries.waiting(desk, [case_id], KIND):
        raise Conflict(mark("This was proposed already, and a second person decides."), code="erasure_waits")
    return two_persons.ask(desk, Act(KIND, ("case", case_id), {"ground": body.ground}))


@carries_out(KIND, permission=ERASE, act="erasing a person")
def _erase(desk: Desk, asked: Asked) -> None:
    """Agreed: the keys go in this transaction, and what is left follows at once (app/casework/burying.py)."""
    held = hold_case(desk, asked.subject_id)
    found = _must_be_free(desk, held, asked.payload["ground"])
    assert asked.agreed_by is not None
    row = {
        "id": new_id(), "country": desk.actor.country, "person_id": held.row.person_id, "case_id": held.id,
        "key_id": held.key_id, "ground": asked.payload["ground"], "approval_id": asked.id,
        "asked_by": asked.asked_by, "agreed_by": asked.agreed_by, "agreed_at": desk.now,
        "erased_at": None, "tombstone": None, "signature": None, "left_at": None,
    }  # fmt: skip
    details = {"erasure": row["id"], "ground": row["ground"], "asked_by": asked.asked_by, "agreed_by": asked.agreed_by}
    # Everything of the person goes, also what the two who agreed do not see.
    with rows.as_the_house(desk.session, desk.actor.country):
        desk.session.execute(insert(ERASURE), row)
        destroy_keys(desk.session, found)
        move.remark(desk, held, Event("keeping", "agree", held.version, details, desk.now))
        outbox.put(desk, burying.EFFECT, {"erasure": row["id"]}, line=f"{desk.actor.country}:{held.id}:erase")


def erasures(desk: Desk) -> ErasuresOut:
    """The register of those who were erased, within reach; the look is noted."""
    found = queries.erasures(desk, REVIEW)
    looked(desk, "erasures_read", "country", desk.actor.country, {"count": len(found)})
    return ErasuresOut(items=[_tombstone(row) for row in found])


def _must_be_free(desk: Desk, held: Held, ground: str) -> Subjects:
    """What there is of the person; Erased (410), or StepRefused (409) with every reason against erasing them."""
    if held.erased:
        raise Erased()
    with rows.as_the_house(desk.session, desk.actor.country):
        found = subjects_of(desk.session, held.row.person_id)
        refusals = rules.against(situation(desk, found, ground), desk.policies)
    if refusals:
        raise refusal(desk, held, KIND, _TITLE, refusals)
    return found


def _kept(desk: Desk, held: Held, ground: str) -> KeepingOut:
    with rows.as_the_house(desk.session, desk.actor.country):
        found = subjects_of(desk.session, held.row.person_id)
        facts = facts_of(desk, found, ground)
        against = rules.against(situation(desk, found, ground), desk.policies)
        grave = queries.erasure_of(desk, held.row.person_id)
        standing = queries.holds(desk, found.cases)
    return KeepingOut(
        case_id=held.id,
        reference=held.row.reference,
        ends_on=facts.ends_on,
        cases=len(found.cases),
        joined=len(person_links.of_case(desk, held.id)),
        holds=[_hold(desk, row) for row in standing],
        refusals=[] if held.erased else [RefusalOut(**refusal_out(desk, each)) for each in against],
        waiting=queries.waiting(desk, [held.id], KIND).get(held.id),
        tombstone=_tombstone(grave) if grave is not None else None,
    )


def _hold(desk: Desk, row: Row[Any]) -> HoldOut:
    stands = row.lifted_at is None and (row.until is None or row.until >= desk.today)
    names = ("id", "case_id", "why", "until", "set_by", "since", "lifted_at", "lifted_by")
    return HoldOut(**{name: getattr(row, name) for name in names}, stands=stands)


def _tombstone(row: Row[Any]) -> TombstoneOut:
    body = row.tombstone.decode() if row.tombstone is not None else None
    names = ("id", "case_id", "reference", "ground", "asked_by", "agreed_by", "agreed_at", "erased_at")
    return TombstoneOut(
        **{name: getattr(row, name) for name in names},
        traces_gone_at=row.left_at,
        destroyed=json.loads(body)["destroyed"] if body is not None else {},
        body=body,
        signature=row.signature.hex() if row.signature is not None else None,
    )

