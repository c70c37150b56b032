"""A case that begins again owes what it owed: the duties of a case are derived anew from what is known of it.

Closing ends every task. Whoever opens the case again, or corrects a death that was written down wrongly, finds the
duties that the facts ask for, each once: what follows from what is known as if it became known now (workflows.
consequences), what its stage owes (OWED, VISITED), and what is due by a day on record (dated).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from workflows.effects import CloseTask, Following, OpenTask
from workflows.facts import CaseFacts
from workflows.identification import ASK_AGAIN, DECIDE, DUTIES, EXPLAIN_REMEDIES, RECONSIDER, REFLECTION, SCREEN
from workflows.stay import LIVED_IN
from workflows.staying import SETTLE_STAY, has_to_settle

CLOSED = "closed"
# Where nobody else's calendar asks for visits: at home the country that received the person has its own (visit_1 to 4).
BY_CLOCK = frozenset({"including_locally", "resettling"})
FOLLOW_UP = OpenTask("follow_up_visit", "case_manager", "follow_up")
WRITE_PLAN = OpenTask("write_care_plan", "social_worker", "care_plan")
REVIEW_PLAN = OpenTask("review_care_plan", "case_manager", "care_plan_review", due_on="plan_due")
# Answered by what is on record; a case that is opened again asks for a new look with its step.
ASSESSED = "assess_needs"

_PRESUMED = (*DUTIES, DECIDE, REFLECTION)
# What the question of identification owes where it stands; each says itself where it is done already.
OWED: dict[str, tuple[OpenTask, ...]] = {
    "reported": (SCREEN,),
    "screening": (SCREEN,),
    "presumed": _PRESUMED,
    "deciding": _PRESUMED,
    "identified": (*DUTIES, EXPLAIN_REMEDIES, REFLECTION),
    "not_identified": (ASK_AGAIN,),
    "screened_out": (ASK_AGAIN,),
    "reconsidering": (RECONSIDER,),
}


def begins_again(before: CaseFacts, after: CaseFacts) -> bool:
    """Whether a closed case is open again, or somebody who was said to be dead is not."""
    if after.care == CLOSED or after.deceased:
        return False
    return before.care == CLOSED or before.deceased


def nothing_known(case: CaseFacts) -> CaseFacts:
    """The same case before anything was known of it: closed, so that all that follows from the facts is new."""
    return CaseFacts(
        country=case.country, office=case.office, identification="reported", care=CLOSED, opened_on=case.opened_on,
        child=False, sex=case.sex,
    )  # fmt: skip


def owed(case: CaseFacts) -> tuple[OpenTask, ...]:
    """What the stage of the case owes; a time that counts from a day which is not on record runs for nobody."""
    found = [task for task in OWED[case.identification] if task.kind != ASSESSED or case.needs is None]
    if case.care in BY_CLOCK:
        found.append(FOLLOW_UP)
    if case.care_plan is not None:
        found.append(REVIEW_PLAN)
    elif case.care in LIVED_IN:
        found.append(WRITE_PLAN)
    if has_to_settle(case):
        found.append(SETTLE_STAY)
    return tuple(task for task in found if task.since is None or getattr(case, task.since) is not None)


def dated(
    follows: Mapping[str, Iterable[Following]], case: CaseFacts, said: Collection[str]
) -> tuple[OpenTask, ...]:
    """What is due by a day on record, of the tasks that follow records.

    said: kinds of tasks that are opened anyhow; whoever does one of them writes the record that answers the others.
    """
    found: list[OpenTask] = []
    for effects in follows.values():
        if any(isinstance(each, CloseTask) and each.kind in said for each in effects):
            continue
        tasks = (each for each in effects if isinstance(each, OpenTask) and each.due_on is not None)
        found += [task for task in tasks if task.only_dated and getattr(case, task.due_on or "") is not None]
    return tuple(found)


def never_twice(effects: Iterable[Following]) -> tuple[Following, ...]:
    """The same, each task once beside one that is open; what runs out has a task for each of its days."""
    return tuple(
        replace(each, once=True) if isinstance(each, OpenTask) and each.ends is None else each for each in effects
    )
