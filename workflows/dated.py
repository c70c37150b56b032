"""Which duties wait for a day of the world: a hearing, the last day of a court, the end of a leave, a birthday.

Such a day comes whether or not anybody can act, so no cause stops its clock and none moves it. Read from what the
duties themselves say of their day (`OpenTask.is_fixed`), so that a new one needs no list.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from typing import Final

from workflows.consequences import NEXT_GUARDIAN, TELL_NEWS
from workflows.effects import CloseTask, MoveTask, OpenTask
from workflows.engine import MACHINES
from workflows.facts import CaseFacts, MatterFacts
from workflows.leave import ANSWER_REFUSED
from workflows.recording import BY_CALENDAR, FOLLOWS
from workflows.reminders import REMINDERS
from workflows.staying import SETTLE_STAY, hearings_set


def _opened() -> Iterator[OpenTask]:
    for spec in MACHINES.values():
        for step in spec.steps:
            yield from (each for each in step.effects if isinstance(each, OpenTask))
    for effects in FOLLOWS.values():
        yield from (each for each in effects if isinstance(each, OpenTask))
    yield from (each.task for each in REMINDERS)
    yield from (NEXT_GUARDIAN, ANSWER_REFUSED, SETTLE_STAY, TELL_NEWS)


# Kind of task -> how a day of the world is found for it.
FIXED: Final[dict[str, tuple[OpenTask, ...]]] = {}
for _task in _opened():
    if _task.is_fixed:
        FIXED[_task.kind] = (*FIXED.get(_task.kind, ()), _task)
_BIRTHDAYS: Final = frozenset(each.kind for each in BY_CALENDAR)


def never_stands(kind: str, case: CaseFacts | None, matter: MatterFacts | None = None) -> bool:
    """Whether a task of that kind has a day of the world now, by its case or by the matter it is about."""
    if kind in _BIRTHDAYS:
        return True
    return any(_has_day(task, case, matter) for task in FIXED.get(kind, ()))


def _has_day(task: OpenTask, case: CaseFacts | None, matter: MatterFacts | None) -> bool:
    if task.lead:
        return True
    if task.by_matter:
        return matter is not None and matter.due is not None
    return case is not None and task.due_on is not None and getattr(case, task.due_on) is not None


def moved(before: MatterFacts, after: MatterFacts) -> tuple[MoveTask, ...]:
    """The tasks of a matter that are due by another day, because a correction has changed the day its form names."""
    if not after.is_open:
        return ()
    effects = [each for step in MACHINES[after.machine].steps for each in step.effects]
    # Where a matter has several days, each with a task of its own, no one day moves them all.
    several = {each.kind for each in effects if isinstance(each, CloseTask) and each.of_day}
    tasks = {each.kind: each for each in effects if isinstance(each, OpenTask) and each.by_matter}
    found = [MoveTask(each) for kind, each in tasks.items() if kind not in several and before.due != after.due]
    was, now = hearings_set(before), hearings_set(after)
    pairs = tuple(zip_longest(sorted(was - now), sorted(now - was)))
    found += [MoveTask(tasks[kind], pair) for kind in sorted(several & tasks.keys()) for pair in pairs]
    return tuple(found)
