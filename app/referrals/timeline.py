"""The history of one copy in one line: our own steps and the partner's, rendered from the bytes that were hashed."""

from __future__ import annotations

from app.access.desk import Desk
from app.access.may import referral_within_reach
from app.casework import fieldgroups, timeline
from app.casework.held import Held
from app.kit.paging import Ask
from app.referrals.schemas import TimelineOut
from policies.model import FieldGroup


def page(desk: Desk, held: Held, ask: Ask) -> TimelineOut:
    """One page of the copy's chain, oldest first.

    Refused attempts are shown to those who may read attempts, own words to those who see narrative.
    """
    items, following = timeline.line(
        desk,
        [timeline.Subject("referral", held.id, held.key_id, held.chain.count, held.chain.head)],
        ask,
        attempts=referral_within_reach(desk, "attempt:read", held.id),
        notes=fieldgroups.sees(desk, FieldGroup.NARRATIVE),
    )
    return TimelineOut(items=items, next=following)

