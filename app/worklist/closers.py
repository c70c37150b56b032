"""Which steps and records answer which task: those tasks end with the act itself and not by anybody's word."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from app.casework.tasks import WAITING
from workflows.consequences import TELL_NEWS
from workflows.effects import CloseTask, Effect, OpenTask
from workflows.engine import MACHINES
from workflows.leave import ENDED_BY
from workflows.recording import FOLLOWS
from workflows.remedy_abroad import REPORT
from workflows.reminders import REMINDERS

__all__ = ["CLOSERS", "NEXT_VISIT", "RECORD", "VISITS", "WAITING"]

# The next visit that is due, whichever number it has.
NEXT_VISIT: Final = "visit_next"
RECORD: Final = "record"


def _acts() -> Iterator[tuple[str, Iterable[Effect]]]:
    """What people can do, as machine.step or record.kind, with what follows from it."""
    for spec in MACHINES.values():
        for step in spec.steps:
            if not step.system_only:
                yield f"{spec.name}.{step.name}", step.effects
    for kind, effects in FOLLOWS.items():
        yield f"{RECORD}.{kind}", effects
    for reminder in REMINDERS:
        for kind in reminder.answered_by:
            yield f"{RECORD}.{kind}", (CloseTask(reminder.task.kind),)
    # A duty of the case, done on its referral (workflows.consequences.claims_news).
    yield f"referral.{REPORT}", (CloseTask(TELL_NEWS.kind),)
    for kind, tasks in ENDED_BY.items():
        yield f"{RECORD}.{kind}", [CloseTask(task) for task in tasks]


def _all() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for act, effects in _acts():
        # '*' ends whatever is left and answers nothing.
        closed = {effect.kind for effect in effects if isinstance(effect, CloseTask) and not effect.by_the_way} - {"*"}
        if NEXT_VISIT in closed:
            closed = (closed - {NEXT_VISIT}) | VISITS
        for kind in closed:
            found.setdefault(kind, []).append(act)
    return {kind: tuple(acts) for kind, acts in sorted(found.items())}


VISITS: Final = frozenset(
    effect.kind
    for _, effects in _acts()
    for effect in effects
    if isinstance(effect, OpenTask) and effect.kind.startswith("visit_")
)
# Task kind -> the acts that end it, as machine.step or record.kind.
CLOSERS: Final = _all()
