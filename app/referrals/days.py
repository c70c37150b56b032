"""The day at a border point: everybody expected there, both ways, by time, with what became of each.

Only the rows of the list filter are shown: who may see a referral sees its row, in the list and in the counts.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row

from app.access.desk import Desk
from app.access.log import looked
from app.casework import fieldgroups, records
from app.casework.facts import referral_facts_from
from app.casework.held import Held, hold_referral
from app.kit.errors import Invalid
from app.kit.fields import at_field
from app.kit.words import mark
from app.referrals import day_queries, queries
from app.referrals.day_schemas import DayOut, DayRowOut, GroupOut, PostOut
from app.referrals.schemas import ReferralRow
from policies.model import Policies
from workflows.facts import DayOffFacts, ReferralFacts
from workflows.referral import FINAL, Referral

PLANNED, CONFIRMED, GIVEN, ONE_SIDED = "planned", "confirmed", "handed_over", "one_sided"
RECEIVED, OFF, ENDED = "received", "called_off", "ended"
_ARRIVED: Final = frozenset({Referral.RECEIVED, Referral.IN_REINTEGRATION, Referral.COMPLETED})
_OVER: Final = frozenset(FINAL) - _ARRIVED
_SCHEDULE, _CONFIRMATION = "handover_schedule", "handover_confirmation"
_NO_POST: Final = mark("Choose a border point of a corridor of this country.")
_NO_TIME: Final = "99"


def day(desk: Desk, on: date | None = None, post: str | None = None) -> DayOut:
    """The day ``on`` (today) at a border point; "" for all of them, None for the one of the actor's own office.

    Invalid (422) for a border point that is none of this country. The look is noted.
    """
    on = on or desk.today
    known = posts(desk)
    if post is None:
        post = own_post(desk)
    if post and post not in {each.code for each in known}:
        raise Invalid("Nothing can be done like this.", extra=at_field("post", _NO_POST))
    rows, more = day_queries.expected(desk, on, post)
    found = [row for row in rows if not post or _at(referral_facts_from(row.facts), on, post)]
    looked(desk, "border_day_read", "referral", "-", {"on": on.isoformat(), "post": post, "count": len(found)})
    told = {row.id: row for row in queries.shown(desk, found)}
    items = sorted((_row(desk, row, told[row.id], on) for row in found), key=_by_time)
    return DayOut(
        on=on, post=post, posts=known, before=on - timedelta(days=1), after=on + timedelta(days=1), items=items,
        groups=groups(items), left_off=more,
    )  # fmt: skip


def posts(desk: Desk) -> list[PostOut]:
    """The border points at which this country has an office, by their codes."""
    here = desk.actor.country
    found = {
        point.code: PostOut(code=point.code, names=dict(point.names))
        for each in desk.policies.corridors.values()
        if here in each.countries
        for point in each.border_points
        if here in point.offices
    }
    return [found[code] for code in sorted(found)]


def own_post(desk: Desk) -> str:
    """The border point at which the actor's own office meets the other country; "" if it is at none or at several."""
    mine = [
        point.code
        for each in desk.policies.corridors.values()
        for point in each.border_points
        if point.offices.get(desk.actor.country) == desk.actor.office
    ]
    return mine[0] if len(mine) == 1 else ""


def groups(items: Iterable[DayRowOut]) -> list[GroupOut]:
    """Those who travel together, group by group: how many were expected, are received, did not cross, still wait."""
    by_code: dict[str, list[str]] = defaultdict(list)
    for each in items:
        if each.group:
            by_code[each.group].append(each.state)
    return [
        GroupOut(
            group=code, expected=len(states), received=states.count(RECEIVED),
            called_off=states.count(OFF) + states.count(ENDED),
            waiting=sum(state not in (RECEIVED, OFF, ENDED) for state in states),
        )
        for code, states in sorted(by_code.items())
    ]  # fmt: skip


def state_of(policies: Policies, facts: ReferralFacts, on: date, given_at: datetime | None, now: datetime) -> str:
    """How far somebody is on that day (code list bridge_state), by this country's copy alone."""
    if called_off(facts, on) is not None:
        return OFF
    state = Referral(facts.state)
    if state in _ARRIVED:
        return RECEIVED
    if state in _OVER:
        return ENDED
    if state is Referral.HANDED_OVER:
        late = given_at is not None and now - given_at >= policies.safeguards.one_sided_for
        return ONE_SIDED if late else GIVEN
    return CONFIRMED if facts.schedule is not None and facts.schedule.receiver_officer else PLANNED


def called_off(facts: ReferralFacts, on: date) -> DayOffFacts | None:
    """The last word on that day if it came to nothing; None where it is still ahead, or was set anew for that day."""
    found = [each for each in facts.days_off if each.on == on]
    if not found:
        return None
    set_anew = facts.schedule is not None and facts.schedule.on == on and facts.state != Referral.POSTPONED.value
    return None if set_anew else found[-1]


def _at(facts: ReferralFacts, on: date, post: str) -> bool:
    off = called_off(facts, on)
    if off is not None:
        return off.border_point == post
    return facts.schedule is not None and facts.schedule.border_point == post


def _row(desk: Desk, row: Row[Any], told: ReferralRow, on: date) -> DayRowOut:
    facts = referral_facts_from(row.facts)
    off, plan = called_off(facts, on), facts.schedule
    held = hold_referral(desk, row.id, lock=False)
    forms = _forms(desk, held, on)
    meets = off is None and plan is not None
    given_at = _given_at(desk, held) if facts.state == Referral.HANDED_OVER.value else None
    state = state_of(desk.policies, facts, on, given_at, desk.now)
    before = forms.get(_SCHEDULE, {})
    confirmed = forms.get(_CONFIRMATION, {}) if meets and plan is not None and plan.receiver_officer else {}
    later = plan.on if off is not None and plan is not None and plan.on != on else None
    return DayRowOut(
        id=row.id, reference=row.reference, side=row.side, leaves=row.side == "sender",
        from_country=facts.from_country, to_country=facts.to_country,
        border_point=off.border_point if off is not None else row.border_point,
        time=before.get("time"), group=off.group if off is not None else (plan.group if plan is not None else ""),
        travels_with=plan.travels_with if meets and plan is not None else "",
        child=facts.child, age_band=told.age_band, state=state, reason=off.reason if off is not None else "",
        since=given_at if state in (GIVEN, ONE_SIDED) else None, new_day=later,
        sending_officer=before.get("sender_officer"), receiving_officer=confirmed.get("receiver_officer"),
        transport=before.get("transport"), interpreter=before.get("interpreter"), medicine=before.get("medicine"),
        phone=before.get("phone"), other_phone=confirmed.get("phone"), version=row.version,
    )  # fmt: skip


def _forms(desk: Desk, held: Held, on: date) -> dict[str, Mapping[str, Any]]:
    """The schedule for that day and the newest confirmation, cut to what the actor sees; nothing of who was erased."""
    if held.erased:
        return {}
    key, found = held.key(desk), {}
    for row in records.rows_of(desk.session, held.id):
        if row.kind == _CONFIRMATION:
            found[row.kind] = records.opened(desk, row, key)
        elif row.kind == _SCHEDULE:
            body = records.opened(desk, row, key)
            if body["on"] == on.isoformat():
                found[row.kind] = body
    return {kind: fieldgroups.handover(desk, body) or {} for kind, body in found.items()}


def _given_at(desk: Desk, held: Held) -> datetime | None:
    """When the sending officer signed, by the message itself: the same on both sides."""
    row = queries.newest_of_type(desk, held.row.shared_id, "sign_handover")
    return None if row is None else datetime.fromisoformat(json.loads(row.header)["created"])


def _by_time(each: DayRowOut) -> tuple[str, str, str]:
    # "9:30" before "10:30"; whoever has no time comes last.
    time = (each.time or "").strip()
    hours, colon, rest = time.partition(":")
    return (f"{hours.zfill(2)}:{rest}" if colon else time or _NO_TIME, each.group, each.reference)
