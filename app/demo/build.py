"""Builds the demonstration: an empty database, the world, both groups, and two simulated years played through."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from app.access.desk import House
from app.demo.beds import open_houses
from app.demo.figures import Figures
from app.demo.helped import ask_the_hospital
from app.demo.play import Play, Progress, Story, at
from app.demo.returns import returns
from app.demo.shelter import shelter
from app.demo.stage import Stage
from app.demo.tipped import from_outside
from app.demo.world import settle
from app.kit.clock import SettableClock

FIRST_DAY = date(2016, 8, 1)
# A Thursday: handovers are scheduled for it, so whoever opens the demonstration finds work at the bridge.
LAST_DAY = date(2018, 3, 15)


def first_moment() -> datetime:
    """When the world is made, before any story begins."""
    return at(FIRST_DAY, 7)


def last_moment() -> datetime:
    """When the play ends and the demonstration goes on: in the morning, before the meetings at the bridges."""
    return at(LAST_DAY, 9)


def build(
    house: House, clock: SettableClock, figures: Figures, password: str, progress: Progress | None = None
) -> Stage:
    """Fill the empty, migrated database of ``house`` and leave ``clock`` at `last_moment`.

    Returns the stage as it was left: how many acts it took, and what was said when steps were refused.

    clock: the clock of ``house``. Raises StoryFault when the program does not let a story happen.
    """
    clock.set(first_moment())
    with house.db.write() as session:
        cast = settle(session, house.policies, house.passwords, password, clock.now())
    stage = Stage(house, clock, cast)
    play_all(stage, figures, progress)
    return stage


def play_all(
    stage: Stage, figures: Figures, progress: Progress | None = None, more: Iterable[Story] = ()
) -> None:
    """Play every story on the stage, and ``more``, up to `last_moment`."""
    play = Play(stage)
    for story in (*shelter(stage, figures, LAST_DAY), *returns(stage, figures), *more):
        play.add(story)
    play.run(last_moment(), progress)
    open_houses(stage)
    ask_the_hospital(stage)
    from_outside(stage)
