"""The survival method for durations: whoever still waits counts as waiting at least so long, never as finished.

Kaplan and Meier, 1958. Leaving out open cases makes every stage look faster than it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["Curve", "curve"]


@dataclass(frozen=True, slots=True)
class Curve:
    """The share that is not finished after a time: (time, share) at each moment somebody finished, shortest first."""

    steps: tuple[tuple[float, float], ...]

    def reached(self, share: float) -> float | None:
        """The time by which at least ``share`` (0 to 1) has finished; None if that was never observed."""
        # A hair of room, for a third and a third and a third is not quite one.
        return next((time for time, left in self.steps if 1 - left >= share - 1e-9), None)


def curve(times: Iterable[tuple[float, bool]]) -> Curve:
    """The curve of (time, finished): False for somebody who still waited then, or stopped waiting for another reason.

    Who stops at the very moment somebody else finishes was still waiting then.
    """
    known = list(times)
    finished = Counter(time for time, done in known if done)
    at_risk, share, steps = len(known), 1.0, []
    leaving = Counter(time for time, _ in known)
    for time in sorted(leaving):
        if finished[time]:
            share *= 1 - finished[time] / at_risk
            steps.append((time, share))
        at_risk -= leaving[time]
    return Curve(tuple(steps))
