"""The verbs of the keeping room: what is past its time, legal holds, and proposing that a person is erased."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any, Final

from sqlalchemy import Row, insert, update

from app.access import rows, two_persons
from app.access.approval_shapes import ApprovalAskedOut
from app.access.desk import Desk
from app.access.log import looked
from app.access.may import visible_case, visible_referral
from app.access.two_persons import Act, Asked, carries_out
from app.casework import burying, move, outbox, person_links
from app.casework.erasing import Subjects, destroy_keys, subjects_of, subjects_of_copy
from app.casework.erasing_abroad import partners_of
from app.casework.facts import referral_facts_from
from app.casework.held import Held, hold_case, hold_referral
from app.casework.history import Event
from app.casework.keeping import ERASURE, HOLD, facts_of, past_their_time, situation
from app.casework.reach import permit
from app.casework.remarks import refusal, refusal_out
from app.casework.shapes import RefusalOut
from app.keeping import queries
from app.keeping.schemas import (
    AskedAbroadListOut,
    AskedAbroadOut,
    DueOut,
    EraseIn,
    ErasuresOut,
    HoldIn,
    HoldOut,
    KeepingOut,
    PartnerOut,
    ReviewOut,
    TombstoneOut,
)
from app.kit.errors import Conflict, Erased, Invalid, NotFound
from app.kit.fields import at_field
from app.kit.words import mark
from app.models.base import new_id
from workflows import keeping as rules
from workflows.erasure_abroad import DECLINES
from workflows.guards.keeping import PARTNER_ASKED

REVIEW: Final = "data:review"
KEEP: Final = "data:hold"
ERASE: Final = "data:erase"
KIND: Final = "erase_person"
# The same of a copy that has no case here.
COPY_KIND: Final = "erase_copy"
_UNFIT: Final = "Some answers are missing or cannot be read."
_TITLE: Final = "Erase the person"
_TITLE_COPY: Final = "Erase the copy"


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
    row = {
        "person_id": held.row.person_id, "case_id": held.id, "referral_id": None, "ground": asked.payload["ground"],
    }  # fmt: skip
    _agreed(desk, asked, held, found, row)


@carries_out(COPY_KIND, permission=ERASE, act="erasing what another country told of a person")
def _erase_copy(desk: Desk, asked: Asked) -> None:
    """Agreed: the same for a copy of somebody who never had a case here."""
    held = hold_referral(desk, asked.subject_id)
    found = _copy_must_be_free(desk, held)
    row = {"person_id": None, "case_id": None, "referral_id": held.id, "ground": PARTNER_ASKED}
    _agreed(desk, asked, held, found, row)


def _agreed(desk: Desk, asked: Asked, held: Held, found: Subjects, about: dict[str, Any]) -> None:
    assert asked.agreed_by is not None
    row = about | {
        "id": new_id(), "country": desk.actor.country, "key_id": held.key_id, "approval_id": asked.id,
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
    """The register of those who were erased, within reach, with every partner's answer; the look is noted."""
    found = queries.erasures(desk, REVIEW)
    looked(desk, "erasures_read", "country", desk.actor.country, {"count": len(found)})
    return ErasuresOut(items=[_tombstone(desk, row) for row in found])


def asked_abroad(desk: Desk) -> AskedAbroadListOut:
    """What other countries ask that erased a person, within reach; the look is noted."""
    found = queries.asked_abroad(desk, ERASE)
    looked(desk, "erasure_requests_read", "country", desk.actor.country, {"count": len(found)})
    items = [_asked(desk, row) for row in found]
    return AskedAbroadListOut(items=sorted(items, key=lambda each: (bool(each.answer), each.asked_on, each.reference)))


def request(desk: Desk, referral_id: str) -> AskedAbroadOut:
    """The request that waits at one copy; NotFound where none ever came."""
    visible_referral(desk, ERASE, referral_id)
    row = next((each for each in queries.asked_abroad(desk, ERASE) if each.id == referral_id), None)
    if row is None:
        raise NotFound()
    looked(desk, "erasure_request_read", "referral", referral_id)
    return _asked(desk, row)


def propose_copy(desk: Desk, referral_id: str) -> ApprovalAskedOut:
    """Propose that what another country told of somebody is erased here, as it asks; a second person decides.

    StepRefused (409) with every reason, Conflict (copy_has_case) where the person has a case, at which it is proposed;
    Erased (410), Conflict (erasure_waits, no_second_person). Needs a fresh second factor.
    """
    visible_referral(desk, ERASE, referral_id)
    held = hold_referral(desk, referral_id)
    _copy_must_be_free(desk, held)
    if queries.waiting(desk, [referral_id], COPY_KIND):
        raise Conflict(mark("This was proposed already, and a second person decides."), code="erasure_waits")
    return two_persons.ask(desk, Act(COPY_KIND, ("referral", referral_id), {"ground": PARTNER_ASKED}))


def decline(desk: Desk, referral_id: str, reason: str, seen: int | None) -> None:
    """Keep the copy, and tell the country that asks why: a code of erasure_decline_reason.

    seen: the version of the copy that was looked at. StepRefused (409) where nobody asks; Invalid (422).
    """
    visible_referral(desk, ERASE, referral_id)
    held = hold_referral(desk, referral_id, lock=False)
    side = held.referral_facts.side if held.referral_facts else ""
    move.perform(desk, move.Command("referral", DECLINES[side], referral_id, seen, given={"reason": reason}))


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


def _copy_must_be_free(desk: Desk, held: Held) -> Subjects:
    """The same for a copy that has no case: what another country told, and nothing else."""
    if held.erased:
        raise Erased()
    if held.linked is not None:
        raise Conflict(mark("The person has a case here. Propose it at the case."), code="copy_has_case")
    with rows.as_the_house(desk.session, desk.actor.country):
        found = subjects_of_copy(desk.session, held.id)
        refusals = rules.against(situation(desk, found, PARTNER_ASKED), desk.policies)
    if refusals:
        raise refusal(desk, held, COPY_KIND, _TITLE_COPY, refusals)
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
        tombstone=_tombstone(desk, grave) if grave is not None else None,
    )


def _hold(desk: Desk, row: Row[Any]) -> HoldOut:
    stands = row.lifted_at is None and (row.until is None or row.until >= desk.today)
    names = ("id", "case_id", "why", "until", "set_by", "since", "lifted_at", "lifted_by")
    return HoldOut(**{name: getattr(row, name) for name in names}, stands=stands)


def _asked(desk: Desk, row: Row[Any]) -> AskedAbroadOut:
    facts = referral_facts_from(row.facts)
    asked_on = facts.receiver_asked_erasure if facts.side == "sender" else facts.sender_asked_erasure
    assert asked_on is not None
    kind, subject = (KIND, row.case_id) if row.case_id else (COPY_KIND, row.id)
    return AskedAbroadOut(
        referral_id=row.id,
        reference=row.reference,
        country=row.other_country,
        asked_on=asked_on,
        due=row.due,
        late=row.due is not None and row.due < desk.now,
        answer=facts.erasure_answer,
        case_reference=row.case_reference,
        waiting=queries.waiting(desk, [subject], kind).get(subject),
    )


def _tombstone(desk: Desk, row: Row[Any]) -> TombstoneOut:
    body = row.tombstone.decode() if row.tombstone is not None else None
    said = json.loads(body) if body is not None else {}
    with rows.as_the_house(desk.session, desk.actor.country):
        partners = partners_of(desk, said.get("copies", ()))
    names = ("id", "case_id", "referral_id", "reference", "ground", "asked_by", "agreed_by", "agreed_at", "erased_at")
    return TombstoneOut(
        **{name: getattr(row, name) for name in names},
        traces_gone_at=row.left_at,
        destroyed=said.get("destroyed", {}),
        body=body,
        signature=row.signature.hex() if row.signature is not None else None,
        partners=[PartnerOut(**asdict(each)) for each in partners],
    )

