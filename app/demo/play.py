"""The play: stories that each say when they go on, told in the order of time on one clock."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Generator
from datetime import date, datetime, time, timedelta, timezone

from app.demo.stage import Stage

# A story acts, then yields the moment at which it wants to go on.
Story = Generator[datetime, None, None]
Progress = Callable[[int, int], None]

BANGKOK = timezone(timedelta(hours=7))
# So many scenes share one transaction: few enough to lose little, many enough to wait seldom for the disk.
SCENES = 400


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """A moment of a day by the clocks of Bangkok."""
    return datetime.combine(day, time(hour, minute), tzinfo=BANGKOK)


def workday(day: date) -> date:
    """The day itself, or the Monday after a weekend."""
    return day + timedelta(days=(7 - day.weekday()) % 7) if day.weekday() > 4 else day


def together(one: Story, other: Story) -> Story:
    """Two stories of one person side by side, in the order of time."""
    waiting = {story: when for story, when in ((one, next(one, None)), (other, next(other, None))) if when is not None}
    while waiting:
        story = min(waiting, key=lambda each: waiting[each])
        yield waiting.pop(story)
        goes_on = next(story, None)
        if goes_on is not None:
            waiting[story] = goes_on


class Play:
    """All stories of a build and the order in which their scenes come."""

    def __init__(self, stage: Stage) -> None:
        """stage: where the scenes are played."""
        self._stage = stage
        self._waiting: list[tuple[datetime, int, Story]] = []
        self._stories = 0

    def add(self, story: Story) -> None:
        """Take a story in; it says itself when it begins."""
        begins = next(story, None)
        if begins is not None:
            self._stories += 1
            heapq.heappush(self._waiting, (begins, self._stories, story))

    def run(self, until: datetime, progress: Progress | None = None) -> None:
        """Play every scene before ``until`` (aware), ring the deadlines of each day, then stand there.

        progress: called with the days gone by and the days in all.
        """
        if not self._waiting:
            return
        first = self._waiting[0][0]
        whole = (until - first).days
        while self._waiting and self._waiting[0][0] < until:
            with self._stage.sitting():
                for _ in range(SCENES):
                    if not self._waiting or self._waiting[0][0] >= until:
                        break
                    self._scene()
            if progress:
                progress((self._stage.clock.now() - first).days, whole)
        with self._stage.sitting():
            self._stage.clock.set(until)
            self._stage.ring()
        if progress:
            progress(whole, whole)

    def _scene(self) -> None:
        when, number, story = heapq.heappop(self._waiting)
        clock = self._stage.clock
        if when.astimezone(BANGKOK).date() != clock.now().astimezone(BANGKOK).date():
            # Deadlines end with their day, so the morning is when they ring.
            clock.set(max(clock.now(), at(when.astimezone(BANGKOK).date(), 7)))
            self._stage.ring()
        clock.set(max(clock.now(), when))
        goes_on = next(story, None)
        self._stage.deliver()
        if goes_on is not None:
            heapq.heappush(self._waiting, (max(goes_on, when), number, story))
