"""Tells many looks as few: looks of one account that lie close together become one row of the timeline."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

__all__ = ["Look", "Looks", "grouped"]


class Look(Protocol):
    """A row of the book of looks."""

    at: datetime
    actor_id: str
    action: str


@dataclass(slots=True)
class Looks:
    """What one account looked at from ``first`` to ``last``: action -> how often."""

    actor_id: str
    first: datetime
    last: datetime
    actions: Counter[str] = field(default_factory=Counter)

    @property
    def times(self) -> int:
        """How many looks these are."""
        return self.actions.total()


def grouped(looks: Iterable[Look], apart: timedelta) -> list[Looks]:
    """Runs of looks, the newest first.

    looks: in any order. apart: a pause of one account longer than this begins another run of it; what others looked
    at meanwhile does not.
    """
    runs: list[Looks] = []
    open_runs: dict[str, Looks] = {}
    for look in sorted(looks, key=lambda each: each.at):
        run = open_runs.get(look.actor_id)
        if run is None or look.at - run.last > apart:
            run = open_runs[look.actor_id] = Looks(look.actor_id, look.at, look.at)
            runs.append(run)
        run.last = look.at
        run.actions[look.action] += 1
    return sorted(runs, key=lambda each: each.last, reverse=True)
