"""Whether who was to go along to the bridge goes too: asked of the other referral at the moment of the signature."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import select

from app.access import rows
from app.access.desk import Desk
from app.casework.facts import referral_facts_from
from app.casework.held import REFERRAL, Held
from workflows.guards.bridge import MATE_STAYS
from workflows.referral import Referral

# In these the other one stands at the bridge, or is over it already.
_GOES: Final = frozenset(
    each.value
    for each in (Referral.HANDOVER_SCHEDULED, Referral.HANDED_OVER, Referral.RECEIVED, Referral.IN_REINTEGRATION)
)


def of_step(desk: Desk, held: Held) -> dict[str, Any]:
    """What the guards of a handover have to be told that its form cannot say; the caller adds it to what is given.

    A reference that leads to no referral here counts as somebody who stays: the officer says why the two part.
    """
    facts = held.referral_facts
    if facts is None or facts.side != "sender" or facts.state != Referral.HANDOVER_SCHEDULED.value:
        return {}
    if facts.schedule is None or not facts.schedule.travels_with:
        return {}
    query = select(REFERRAL.c.state, REFERRAL.c.facts).where(
        REFERRAL.c.country == desk.actor.country,
        REFERRAL.c.side == facts.side,
        REFERRAL.c.reference == facts.schedule.travels_with,
        REFERRAL.c.id != held.id,
    )
    # Whoever signs need not see the other referral to learn that one word of it.
    with rows.as_the_house(desk.session, desk.actor.country):
        found = desk.session.execute(query.order_by(REFERRAL.c.opened_at).limit(1)).one_or_none()
    return {MATE_STAYS: found is None or not _goes(found.state, found.facts, facts.schedule.on)}


def _goes(state: str, stored: str, on: Any) -> bool:
    theirs = referral_facts_from(stored).schedule
    return state in _GOES and theirs is not None and theirs.on == on
