"""The facts of a copy as one role may see them: what is not named here is shown to nobody."""

from __future__ import annotations

from typing import Any, Final

from app.access.desk import Desk
from app.casework.facts import plain
from policies.model import FieldGroup
from workflows.facts import ReferralFacts

OPEN: Final = frozenset({FieldGroup.FACTS})
# What a consent covers, or why an end was asked for, says much about the person.
GUARDED: Final = frozenset({FieldGroup.LEGAL, FieldGroup.RISK})
FACT_GROUPS: Final[dict[str, frozenset[FieldGroup]]] = {
    **dict.fromkeys(
        (
            "side", "from_country", "to_country", "state", "child", "drafted_by", "approved_by", "came_from",
            "receiver_office", "identity_disclosed", "plan", "reception", "schedule", "handover", "receipt",
            "reintegration_started", "visits", "contact_lost", "custody", "unknown_codes",
        ),
        OPEN,
    ),
    "consents": GUARDED,
    "end_asked": GUARDED,
    "tracing": frozenset({FieldGroup.RISK}),
}  # fmt: skip


def groups_of(desk: Desk) -> frozenset[FieldGroup]:
    """The field groups that the actor's roles see."""
    return desk.policies.groups_for(desk.actor.roles)


def sees(desk: Desk, wanted: frozenset[FieldGroup]) -> bool:
    """Whether the actor's roles see at least one of these groups."""
    return bool(groups_of(desk) & wanted)


def cut(desk: Desk, facts: ReferralFacts) -> tuple[dict[str, Any], list[str]]:
    """The facts the actor may see as plain JSON values, and the names of those that are hidden."""
    seen = groups_of(desk)
    everything: dict[str, Any] = plain(facts)
    shown = {name: value for name, value in everything.items() if FACT_GROUPS.get(name, frozenset()) & seen}
    return shown, sorted(set(everything) - set(shown))
