"""Keeps the requests for beds true to the facts of their case, and counts what is taken."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import and_, func, or_, select, update

from app.access import notices, rows
from app.access.desk import Desk
from app.casework.held import Held
from app.kit.errors import Conflict
from app.models.operation import OperationReserve
from app.models.shelter import BedRequest, ShelterBeds
from workflows import beds as rules
from workflows.facts import CaseFacts
from workflows.guards.shelter import BED_UNFIT, BEDS_ARE_COUNTED, bed_still_fits
from workflows.stay import LEFT_THE_HOUSE
from workflows.step import Step

REQUEST: Final[Any] = BedRequest.__table__
BEDS: Final[Any] = ShelterBeds.__table__
RESERVE: Final[Any] = OperationReserve.__table__
ASKED, HELD, STAYING, LEFT, LAPSED = "asked", "held", "staying", "left", "lapsed"
OPEN: Final = (ASKED, HELD)
# Who answers for a house.
ANSWER: Final = "shelter:answer"


def taken(now: Any) -> Any:
    """Whether a request takes a bed at ``now``: somebody stays, or a bed is held and its time has not run out."""
    return or_(REQUEST.c.state == STAYING, and_(REQUEST.c.state == HELD, REQUEST.c.held_until > now))


def taken_by_group(desk: Desk, office_ids: Iterable[str], but: str = "") -> dict[str, int]:
    """Group of beds -> how many are taken now, ``but`` for one request.

    Counted for the whole house, whoever asks: a bed behind a wall is taken, too.
    """
    query = (
        select(REQUEST.c.beds_id, func.count())
        .where(REQUEST.c.office_id.in_(sorted(office_ids)), taken(desk.now), REQUEST.c.id != but)
        .group_by(REQUEST.c.beds_id)
    )
    with rows.as_the_house(desk.session, desk.actor.country):
        found = {str(beds_id): count for beds_id, count in desk.session.execute(query)}
    for beds_id, count in reserved_by_group(desk, office_ids).items():
        found[beds_id] = found.get(beds_id, 0) + count
    return found


def reserved_by_group(desk: Desk, office_ids: Iterable[str]) -> dict[str, int]:
    """Group of beds -> how many are kept ready for planned operations, until they are given back or all is over."""
    query = (
        select(RESERVE.c.beds_id, func.sum(RESERVE.c.people))
        .where(RESERVE.c.office_id.in_(sorted(office_ids)), RESERVE.c.state == HELD, RESERVE.c.beds_id.is_not(None))
        .group_by(RESERVE.c.beds_id)
    )
    with rows.as_the_house(desk.session, desk.actor.country):
        return {str(beds_id): int(count) for beds_id, count in desk.session.execute(query)}


def of_step(desk: Desk, held: Held, step: Step) -> dict[str, Any]:
    """What the guards of a placing step have to be told that its form cannot say: which beds there are, and for whom.

    A bed that was confirmed is compared again with who the person is known to be now, and with its house as it is now;
    who stays there already is not sent away because it takes nobody else in.
    """
    facts = held.case_facts
    if bed_still_fits not in step.guards or facts is None:
        return {}
    bed = facts.bed_used
    here = desk.actor.country
    moves_in = bed is not None and (
        held.began is None or held.began.bed_used is None or held.began.bed_used.request != bed.request
    )
    with rows.as_the_house(desk.session, here):
        if bed is None:
            # Asked where a form says where the person goes; a place that was chosen before is only confirmed.
            some = select(BEDS.c.id).where(BEDS.c.country == here).limit(1)
            counted = step.form is not None and desk.session.execute(some).first() is not None
            return {BEDS_ARE_COUNTED: counted}
        query = select(
            REQUEST.c.need.label("wanted"), REQUEST.c.ages.label("with_family"), BEDS.c.sex, BEDS.c.ages, BEDS.c.need,
            BEDS.c.closed_reason, BEDS.c.closed_from, BEDS.c.closed_until,
        ).where(REQUEST.c.id == bed.request, REQUEST.c.case_id == held.id, BEDS.c.id == REQUEST.c.beds_id)  # fmt: skip
        row = desk.session.execute(query.with_for_update(of=BEDS) if moves_in else query).one_or_none()
    if row is None:
        return {}
    closed = (row.closed_reason, row.closed_from, row.closed_until) if moves_in else (None, None, None)
    group = rules.Beds(row.sex, row.ages, row.need, 1, 0, *closed)
    wanted = rules.wanted_by(facts, row.wanted, row.with_family == rules.FAMILY)
    against = rules.refusals([group], wanted, desk.today)
    return {BED_UNFIT: against[0].code} if against else {}


def settle(desk: Desk, held: Held) -> None:
    """Let the requests of a case say what its facts say, in one transaction: who moved in, left, is out or missing.

    Conflict (code bed_gone) when the bed that is moved into is not held any more.
    """
    before, facts = held.beds_know or held.began, held.facts
    if before is None or not isinstance(facts, CaseFacts) or _of(before) == _of(facts):
        return
    held.beds_know = facts
    used = facts.bed_used.request if facts.bed_used is not None else ""
    waiting = facts.bed_held.request if facts.bed_held is not None else ""
    # The bed belongs to the shelter, which the person who acts need not see: the case is what they may change.
    with rows.as_the_house(desk.session, desk.actor.country):
        mine = REQUEST.c.case_id == held.id
        _set(desk, (mine, REQUEST.c.state == STAYING, REQUEST.c.id != used), state=LEFT, ended_at=desk.now)
        if _who(before) != _who(facts):
            _tell_of_whom(desk, held.id)
        if _needs_none(facts):
            _set(desk, (mine, REQUEST.c.state.in_(OPEN), REQUEST.c.id != waiting), state="withdrawn", ended_at=desk.now)
        if used and (before.bed_used is None or before.bed_used.request != used):
            free = (mine, REQUEST.c.id == used, REQUEST.c.state == HELD, REQUEST.c.held_until > desk.now)
            if _set(desk, free, state=STAYING, moved_in_at=desk.now) != 1:
                raise Conflict("The bed is not held any more. Ask the shelter again.", code="bed_gone")
        if used:
            leave = facts.leave
            _set(
                desk, (mine, REQUEST.c.id == used),
                out=leave is not None, out_until=leave.until if leave else None, missing=facts.missing,
            )  # fmt: skip


def _of(facts: CaseFacts) -> tuple[Any, ...]:
    """What of the facts of a case is about its beds."""
    bed = facts.bed_used.request if facts.bed_used is not None else None
    return bed, facts.bed_held, facts.leave, facts.missing, _needs_none(facts), _who(facts)


def _who(facts: CaseFacts) -> tuple[str, bool]:
    """What of the person decides which bed fits; the need is asked for by itself."""
    return facts.sex, facts.child


def _tell_of_whom(desk: Desk, case_id: str) -> None:
    """Houses that are asked, or hold a bed, hear that it is for somebody else than they were told: they look again."""
    query = select(REQUEST.c.id, REQUEST.c.office_id).where(REQUEST.c.case_id == case_id, REQUEST.c.state.in_(OPEN))
    for row in desk.session.execute(query).all():
        there = set(notices.holders(desk, ANSWER, row.office_id)) - {desk.actor.id}
        notices.tell(desk, there, "bed_changed", "bed_request", row.id)


def _needs_none(facts: CaseFacts) -> bool:
    """Whether no bed is needed any more."""
    return facts.deceased or facts.care in LEFT_THE_HOUSE


def _set(desk: Desk, which: tuple[Any, ...], **values: Any) -> int:
    done: Any = desk.session.execute(update(REQUEST).where(*which).values(**values))
    return int(done.rowcount)
