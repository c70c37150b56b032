"""What this country wants to discuss with another: read from its own copies, cut to what may be told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from sqlalchemy import Row, or_, select

from app.access.desk import Desk
from app.access.rows import as_the_house
from app.access.scope import referrals_in_scope
from app.casework import hanging
from app.casework.conferring import DECISION, TABLE, last_held
from app.casework.conferring_bodies import MOST_ITEMS
from app.casework.facts import case_facts_from, referral_facts_from
from app.casework.held import FACTS, REFERRAL
from app.casework.tasks import OPEN
from app.casework.tasks import TABLE as TASK
from workflows.corridor_agenda import Duty, Item, may_be_listed, may_be_told, reasons
from workflows.facts import Situation, Today
from workflows.referral import Referral

__all__ = ["MEETING_RUNG", "copies_of", "own_items", "readable"]

# The rung of the ladder that leads to the meeting.
MEETING_RUNG: Final = "case_management_meeting"
_READ: Final = "referral:read"
_ENDED: Final = (Referral.DECLINED.value, Referral.NO_SAFE_RETURN.value)


def own_items(desk: Desk, row: Row[Any], by_hand: Iterable[str]) -> tuple[Item, ...]:
    """The items of the actor's country for a meeting, the newest state of each.

    A sealed case stands on no list that others read; nobody is named to a country they are kept away from.
    """
    other = row.other_country
    since = last_held(desk, other, row.kind)
    put_down, decided = frozenset(by_hand), _open_decisions(desk, other)
    duties = _late(desk, other)
    wanted = or_(
        REFERRAL.c.id.in_(sorted(duties)),
        REFERRAL.c.shared_id.in_(sorted(put_down | decided.keys())),
        REFERRAL.c.state.in_(_ENDED),
    )
    query = (
        select(REFERRAL, FACTS.c.facts.label("case_facts"))
        .outerjoin(FACTS, FACTS.c.case_id == REFERRAL.c.case_id)
        .where(referrals_in_scope(desk, _READ), REFERRAL.c.other_country == other, REFERRAL.c.sealed.is_(False), wanted)
        .order_by(REFERRAL.c.changed_at.desc(), REFERRAL.c.id)
        .limit(MOST_ITEMS)
    )
    found = []
    for copy in desk.session.execute(query):
        item = _item(desk, copy, duties.get(copy.id, []), since, copy.shared_id in put_down, decided)
        if item is not None:
            found.append(item)
    return tuple(found)


def copies_of(desk: Desk, references: Iterable[str], other: str) -> dict[str, str]:
    """Reference -> shared id, of the referrals with ``other`` that the actor may put on an agenda."""
    query = select(REFERRAL.c.reference, REFERRAL.c.shared_id).where(
        REFERRAL.c.reference.in_(sorted(set(references))), REFERRAL.c.other_country == other,
        REFERRAL.c.sealed.is_(False), REFERRAL.c.state != Referral.DRAFT.value, referrals_in_scope(desk, _READ),
    )  # fmt: skip
    return {each.reference: each.shared_id for each in desk.session.execute(query)}


def readable(desk: Desk, shared_ids: Iterable[str]) -> tuple[dict[str, Row[Any]], frozenset[str]]:
    """Shared id -> our copy, of those that the actor may see; and those that we have but the actor may not see."""
    wanted = sorted(set(shared_ids))
    if not wanted:
        return {}, frozenset()
    here = (REFERRAL.c.country == desk.actor.country, REFERRAL.c.shared_id.in_(wanted))
    mine = select(REFERRAL).where(*here, referrals_in_scope(desk, _READ))
    seen = {each.shared_id: each for each in desk.session.execute(mine)}
    with as_the_house(desk.session, desk.actor.country):
        there = frozenset(desk.session.execute(select(REFERRAL.c.shared_id).where(*here)).scalars())
    return seen, there - seen.keys()


def _item(
    desk: Desk, copy: Row[Any], duties: list[Duty], since: date | None, put_down: bool, decided: dict[str, list[str]]
) -> Item | None:
    facts = referral_facts_from(copy.facts)
    case = case_facts_from(copy.case_facts) if copy.case_facts is not None else None
    situation = Situation(desk.actor, Today(desk.now, desk.today), case, facts)
    if not may_be_listed(case, facts, situation, desk.policies):
        return None
    told = may_be_told(case, facts, situation, desk.policies)
    changed_on = desk.policies.day(desk.actor.country, copy.changed_at)
    open_here = decided.get(copy.shared_id, [])
    why = reasons(
        desk.actor.country, copy.state, changed_on, duties, since=since, put_down=put_down, decisions=open_here,
        told=told,
    )  # fmt: skip
    return Item(copy.shared_id, copy.reference, why, not told) if why else None


def _late(desk: Desk, other: str) -> dict[str, list[Duty]]:
    """Copy -> the duties of it that are late, and whether they have climbed to the meeting."""
    corridor = desk.policies.corridor(desk.actor.country, other)
    ladder = corridor.escalation or hanging.FALLBACK
    climbed = frozenset(ladder[ladder.index(MEETING_RUNG):] if MEETING_RUNG in ladder else ())
    query = (
        select(TASK.c.referral_id, TASK.c.kind, TASK.c.due_at, TASK.c.rung)
        .join(REFERRAL, REFERRAL.c.id == TASK.c.referral_id)
        .where(TASK.c.country == desk.actor.country, TASK.c.state == OPEN, TASK.c.due_at < desk.now)
        .where(REFERRAL.c.other_country == other)
    )
    found: dict[str, list[Duty]] = {}
    # Whoever may see a referral may know what it waits for, whoever holds that duty.
    with as_the_house(desk.session, desk.actor.country):
        for each in desk.session.execute(query):
            until = desk.policies.day(desk.actor.country, each.due_at)
            found.setdefault(each.referral_id, []).append(Duty(each.kind, until, each.rung in climbed))
    return found


def _open_decisions(desk: Desk, other: str) -> dict[str, list[str]]:
    """Shared id -> what was decided about it for this country to do and is not done: meeting and number."""
    query = (
        select(DECISION.c.referral, DECISION.c.number, TABLE.c.reference)
        .join(TABLE, TABLE.c.id == DECISION.c.meeting_id)
        .where(
            TABLE.c.country == desk.actor.country, TABLE.c.other_country == other, DECISION.c.done_at.is_(None),
            DECISION.c.by_country == desk.actor.country,
        )
        .order_by(TABLE.c.opened_at, DECISION.c.number)
    )  # fmt: skip
    found: dict[str, list[str]] = {}
    for each in desk.session.execute(query):
        found.setdefault(each.referral, []).append(f"{each.reference}/{each.number}")
    return found
