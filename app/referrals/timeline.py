"""The history of one copy in one line: our own steps and the partner's, rendered from the bytes that were hashed."""

from __future__ import annotations

from typing import Any, Final

from app.access.desk import Desk
from app.access.may import referral_within_reach
from app.casework import timeline
from app.casework.held import Held
from app.casework.shapes import TimelineEntryOut
from app.kit.paging import Ask
from app.referrals import view
from app.referrals.schemas import TimelineOut
from policies.model import FieldGroup
from workflows.disclosure import speakable

_NARRATIVE: Final = frozenset({FieldGroup.NARRATIVE})


def page(desk: Desk, held: Held, ask: Ask) -> TimelineOut:
    """One page of the copy's chain, oldest first.

    Refused attempts are shown to those who may read attempts, own words to those who see narrative.
    """
    items, following = timeline.line(
        desk,
        [timeline.Subject("referral", held.id, held.key_id, held.chain.count, held.chain.head)],
        ask,
        attempts=referral_within_reach(desk, "attempt:read", held.id),
        notes=view.sees(desk, _NARRATIVE),
    )
    return TimelineOut(items=[_cut(desk, entry) for entry in items], next=following)


def _cut(desk: Desk, entry: TimelineEntryOut) -> TimelineEntryOut:
    """Why an end was asked for is told to those who see law and risk; others read what the partner read."""
    given: Any = entry.details.get("given")
    if not given or view.sees(desk, view.GUARDED):
        return entry
    return entry.model_copy(update={"details": {**entry.details, "given": speakable(entry.step, given)}})
