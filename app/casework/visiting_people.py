"""The people of a visit as their own country knows them: whom to ask, who may be met, and a yes that is taken back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import Row, insert, select, update

from app.access.desk import Desk
from app.access.rows import as_the_house
from app.casework import own_tasks, visiting
from app.casework.held import REFERRAL, Held, hold_case, hold_referral
from app.casework.history import Event
from app.casework.inquiries import ASKING_SIDE
from app.casework.inquiries import TABLE as INQUIRY
from app.casework.kinds.visit_wish import VisitWish
from app.casework.remarks import remark
from app.casework.tasks import DONE, OPEN, UNDONE, end_of, usual_rank
from app.casework.tasks import TABLE as TASK
from app.casework.visiting import AGREED, ASKED, ENDED, NOT_MET, PART, TABLE
from app.casework.visiting_bodies import EndedBody, ReasonBody, SubjectBody
from app.kit.errors import Invalid
from app.kit.fields import at_field
from app.kit.words import mark
from app.models.base import new_id
from workflows import shelter_visit as rules
from workflows.facts import CaseFacts, Today
from workflows.referral import Referral
from workflows.shelter_visit import LIVE, V
from workflows.verdict import Refusal

__all__ = [
    "EVENT", "NOBODY_LEFT", "TASK_KIND", "against", "ask_them", "as_the_host_knows", "choices", "end_lost", "ended",
    "left", "must_be_asked_for", "note", "settle", "told", "unsaid",
]  # fmt: skip

# The kind of entry that a history keeps of a visit.
EVENT: Final = "visit"
TASK_KIND: Final = "ask_about_visit"
NOBODY_LEFT: Final = "nobody_to_meet"
_ROLE: Final = "case_manager"
_SOURCE: Final = "WM-CONSENT"


def as_the_host_knows(desk: Desk, other: str, subjects: Iterable[SubjectBody]) -> list[visiting.Copy] | None:
    """The subjects of a visit by the host's own rows, each with its case; None where one is nothing of these two."""
    here, found = desk.actor.country, []
    for each in subjects:
        if each.about == "referral":
            query = select(REFERRAL.c.reference, REFERRAL.c.case_id).where(
                REFERRAL.c.country == here, REFERRAL.c.shared_id == each.number, REFERRAL.c.other_country == other,
                REFERRAL.c.state != Referral.DRAFT.value,
            )  # fmt: skip
        else:
            query = select(INQUIRY.c.reference, INQUIRY.c.case_id).where(
                INQUIRY.c.country == here, INQUIRY.c.conversation == each.number, INQUIRY.c.other_country == other,
                INQUIRY.c.side == ASKING_SIDE,
            )  # fmt: skip
        row = desk.session.execute(query).one_or_none()
        if row is None:
            return None
        found.append((each.about, each.number, row.reference, row.case_id))
    return found


def ask_them(desk: Desk, row: Row[Any]) -> None:
    """Open a task for each person who can be asked whether they want to be met, until the day before the visit.

    It begins in the moment in which the visit does: so each visit knows its own.
    """
    for part in visiting.parts_of(desk, row.id):
        if part.case_id is None:
            continue
        held = hold_case(desk, part.case_id)
        facts = held.facts
        assert isinstance(facts, CaseFacts)
        if held.erased or not rules.may_be_asked(facts, row.other_country, sealed=held.row.sealed):
            continue
        desk.session.execute(
            insert(TASK),
            {
                "id": new_id(), "country": desk.actor.country, "office_id": held.row.office_id, "case_id": held.id,
                "referral_id": None, "kind": TASK_KIND, "role": _ROLE, "clock": own_tasks.BY_HAND,
                "basis": "practice", "sources": _SOURCE, "opened_at": row.opened_at,
                "due_at": end_of(desk, max(row.day - timedelta(days=1), desk.today)), "state": OPEN,
                "done_at": None, "done_by": None, "missed_at": None, "escalation": 0,
                "priority": usual_rank(desk.policies, TASK_KIND),
            },
        )  # fmt: skip


def against(desk: Desk, row: Row[Any], part: Row[Any], *, lock: bool = False) -> tuple[Refusal, ...]:
    """Why somebody is not met, by the newest facts of their case; the caller reaches it as the house.

    lock: nobody changes the case until the transaction ends, so that a no that comes meanwhile finds the permission.
    """
    if part.case_id is None:
        return rules.against_meeting(_NOBODY, row.other_country, row.reference, sealed=True, today=_today(desk))
    return _against(desk, row, hold_case(desk, part.case_id, lock))


def _against(desk: Desk, row: Row[Any], held: Held) -> tuple[Refusal, ...]:
    facts = held.facts
    assert isinstance(facts, CaseFacts)
    kept_from = bool(held.row.sealed) or held.erased
    return rules.against_meeting(
        facts, row.other_country, row.reference, sealed=kept_from, today=_today(desk), was=desk.today >= row.day
    )


def told(desk: Desk, row: Row[Any], part: Row[Any]) -> bool:
    """Whether the visitors may hear what somebody wants; the caller reaches the case as the house."""
    facts = hold_case(desk, part.case_id, lock=False).facts if part.case_id is not None else None
    wish = facts.visit_wish(row.reference) if isinstance(facts, CaseFacts) else None
    return wish is not None and wish.may_tell


def note(desk: Desk, row: Row[Any], part: Row[Any], step: str, details: Mapping[str, Any] | None = None) -> None:
    """Write into the history of the case (at the host) or of the referral (at the visitor) how it went."""
    event_details = {"visit": row.reference, **(details or {})}
    if part.case_id is not None:
        held = hold_case(desk, part.case_id)
    elif part.about == "referral":
        query = select(REFERRAL.c.id).where(
            REFERRAL.c.country == desk.actor.country, REFERRAL.c.shared_id == part.number
        )
        copy_id = desk.session.execute(query).scalar_one_or_none()
        if copy_id is None:
            return
        held = hold_referral(desk, copy_id)
    else:
        # The answering side of an inquiry has no case and no history; the visit itself says it.
        return
    remark(desk, held, Event(EVENT, step, held.version, event_details, desk.now))


def settle(desk: Desk, held: Held) -> None:
    """After a case was written: note that somebody was asked, and end their part where a yes no longer carries it.

    In the transaction that changed the case, so that the other country hears of it at once.
    """
    facts = held.facts
    if not isinstance(facts, CaseFacts):
        return
    before = held.began.visit_wishes if held.began is not None else ()
    if not (facts.visit_wishes or before or rules.is_kept_away(facts)):
        return
    answered = {each.visit for each in facts.visit_wishes if each not in before}
    with as_the_house(desk.session, desk.actor.country):
        for row in _waiting(desk, held.id):
            asked = rules.may_be_asked(facts, row.other_country, sealed=bool(held.row.sealed))
            if row.reference in answered or not asked:
                _asked(desk, held.id, row)
        for part, row in _agreed(desk, held.id):
            if _against(desk, row, held):
                _end(desk, row, part, held)


def end_lost(country: str, today: date, most: int) -> Any:
    """Parts of granted visits to come that ``country`` hosts, to be looked at again, the next day's first: id, country.

    They stay what they are as long as the yes carries them: by number, the same ones would be looked at each time.
    """
    return (
        select(PART.c.id, PART.c.country)
        .join(TABLE, TABLE.c.id == PART.c.visit_id)
        .where(TABLE.c.country == country, TABLE.c.host == country, TABLE.c.state == V.GRANTED.value)
        .where(PART.c.state == AGREED, TABLE.c.day >= today)
        .order_by(TABLE.c.day, PART.c.id)
        .limit(most)
    )


def ended(desk: Desk, part_id: str) -> bool:
    """End a part whose yes no longer carries it, on the system's desk; whether it was news.

    For what is no change of the case: a seal, a consent that ran out, a guardian whose time is over.
    """
    part = desk.session.execute(select(PART).where(PART.c.id == part_id, PART.c.state == AGREED)).one_or_none()
    if part is None:
        return False
    if part.case_id is None:
        return False
    held = hold_case(desk, part.case_id)
    row = desk.session.execute(select(TABLE).where(TABLE.c.id == part.visit_id).with_for_update()).one()
    if row.state != V.GRANTED.value or not _against(desk, row, held):
        return False
    _end(desk, row, part, held)
    return True


def _end(desk: Desk, row: Row[Any], part: Row[Any], held: Held) -> None:
    visiting.mark_parts(desk, row.id, {part.number: ENDED})
    kept = visiting.contents(desk, row)
    others_left = [each for each in visiting.parts_of(desk, row.id) if each.state == AGREED]
    if kept.grant is not None:
        others = [each for each in kept.grant.met if each != part.number]
        # Nobody is met any more: the visit itself is called off below.
        kept.grant = kept.grant.model_copy(update={"met": others}) if others else None
    if others_left:
        visiting.change(desk, row, kept)
        visiting.say(desk, row, "part_ended", EndedBody(number=part.number))
    else:
        visiting.change(desk, row, kept, state=V.CALLED_OFF.value, reason=NOBODY_LEFT)
        visiting.say(desk, row, "part_ended", EndedBody(number=part.number))
        visiting.say(desk, row, "call_off", ReasonBody(reason=NOBODY_LEFT))
    visiting.tell(desk, row.id, visiting.NEWS, hosts=True)
    remark(desk, held, Event(EVENT, "ended", held.version, {"visit": row.reference}, desk.now))


def unsaid(desk: Desk, row: Row[Any]) -> None:
    """End what still asks the people of a visit that is over, or that was answered."""
    for part in visiting.parts_of(desk, row.id):
        if part.case_id is not None:
            _asked(desk, part.case_id, row)


def left(desk: Desk, row: Row[Any]) -> None:
    """What follows for the people of a visit that does not take place: nobody is asked any more, and nobody is met."""
    unsaid(desk, row)
    for part in visiting.parts_of(desk, row.id):
        if part.state in (ASKED, AGREED):
            visiting.mark_parts(desk, row.id, {part.number: NOT_MET})
        if part.state == AGREED:
            note(desk, row, part, "not_met")


def choices(desk: Desk, case_id: str, *, over: bool = False) -> list[Row[Any]]:
    """The visits to come that are about a case of the host: reference, day and country of the visitors.

    over: those that are over as well.
    """
    query = (
        select(TABLE.c.reference, TABLE.c.day, TABLE.c.other_country)
        .join(PART, PART.c.visit_id == TABLE.c.id)
        .where(PART.c.case_id == case_id)
        .order_by(TABLE.c.day, TABLE.c.reference)
    )
    if not over:
        query = query.where(TABLE.c.state.in_(sorted(each.value for each in LIVE)))
    # Whoever has the case open may know which visit it is asked for.
    with as_the_house(desk.session, desk.actor.country):
        return list(desk.session.execute(query))


def must_be_asked_for(desk: Desk, case_id: str, form: VisitWish, *, over: bool) -> None:
    """Invalid (422) for a visit that is not about this case, or is over.

    over: it may be; what was said of a visit can be put right later.
    """
    if form.visit not in {each.reference for each in choices(desk, case_id, over=over)}:
        said = mark("Choose a visit that is asked for and is not over.")
        raise Invalid("There is no such visit.", extra=at_field("record.visit", said))


def _agreed(desk: Desk, case_id: str) -> list[tuple[Row[Any], Row[Any]]]:
    query = (
        select(PART)
        .join(TABLE, TABLE.c.id == PART.c.visit_id)
        .where(PART.c.case_id == case_id, PART.c.state == AGREED, TABLE.c.state == V.GRANTED.value)
        .order_by(PART.c.id)
    )
    found = []
    for part in desk.session.execute(query).all():
        row = desk.session.execute(select(TABLE).where(TABLE.c.id == part.visit_id).with_for_update()).one()
        # Whoever held it meanwhile may have written its log, or called it off.
        if row.state == V.GRANTED.value:
            found.append((part, row))
    return found


def _waiting(desk: Desk, case_id: str) -> list[Row[Any]]:
    """The visits that are not over and about whom this case may still be asked."""
    query = select(TABLE).join(PART, PART.c.visit_id == TABLE.c.id)
    mine = (PART.c.case_id == case_id, TABLE.c.state.in_(sorted(each.value for each in LIVE)))
    return list(desk.session.execute(query.where(*mine).order_by(TABLE.c.id)))


def _asked(desk: Desk, case_id: str, row: Row[Any]) -> None:
    done = {"state": DONE, "done_at": desk.now, "done_by": desk.actor.id}
    mine = (
        TASK.c.case_id == case_id, TASK.c.kind == TASK_KIND, TASK.c.opened_at == row.opened_at,
        TASK.c.state.in_(UNDONE),
    )  # fmt: skip
    desk.session.execute(update(TASK).where(*mine).values(done))


def _today(desk: Desk) -> Today:
    return Today(desk.now, desk.today)


# Somebody of whom no case is here.
_NOBODY: Final = CaseFacts("", "", "reported", "closed", opened_on=date.min, child=False)
