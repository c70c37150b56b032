"""What a program could not do just now and tries again later: one thing that fails holds back none of the others.

Kept in memory: a program that is started anew tries everything at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from app.kit.errors import Away
from app.kit.log import frames_of, logger

__all__ = ["Setbacks"]

FIRST_REST: Final = timedelta(minutes=1)
LONGEST_REST: Final = timedelta(hours=1)


class Setbacks:
    """The things that failed, each under the job it belongs to, and until when they rest."""

    def __init__(self) -> None:
        self._of: dict[tuple[str, str], tuple[int, datetime]] = {}

    def resting(self, job: str, now: datetime) -> list[str]:
        """The ids of what rests in that job."""
        return [each for (of, each), (_, until) in list(self._of.items()) if of == job and until > now]

    def each(self, job: str, ids: Iterable[str], now: datetime, work: Callable[[str], int]) -> int:
        """What ``work`` has done in all for these ids, counted as it counts; one that fails is left out for a while."""
        return sum(self.tried(job, each, now, partial(work, each)) for each in ids)

    def tried(
        self, job: str, one: str, now: datetime, work: Callable[[], int], longest: timedelta = LONGEST_REST
    ) -> int:
        """What ``work`` has done; 0 where it rests, or failed: the log says so, and it is tried again later.

        Each failure in a row makes it rest longer, up to ``longest``. Raises only what says that the database itself
        is away.
        """
        times, until = self._of.get((job, one), (0, now))
        # Later than anything ever rests: the clock was put back since.
        if now < until <= now + LONGEST_REST:
            return 0
        try:
            done = work()
        except Exception as error:  # any failure delays this one alone
            if isinstance(error, Away):
                raise
            self._of[job, one] = (times + 1, now + min(FIRST_REST * 2 ** min(times, 6), longest))
            logger().warning(
                "left_for_later", job=job, code=one, attempt=times + 1, kind=type(error).__name__,
                frames=frames_of(error),
            )  # fmt: skip
            return 0
        self._of.pop((job, one), None)
        return done
