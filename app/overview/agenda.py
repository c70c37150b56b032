"""What is to be done in a case, in the order of the desk: late, due, ready, blocked; and what is done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from app.access.desk import Desk
from app.casework import blocking, fieldgroups
from app.casework.blocking import Blocking, Reason
from app.casework.choices import next_steps
from app.casework.kinds import KINDS
from app.casework.shapes import NextStepOut, RefusalOut
from app.casework.stopping import ticking_of
from app.casework.tasks import NORMAL, UNDONE, priority_of
from app.overview import case_queries as queries
from app.overview.case_frame import Opened
from app.worklist.clocks import STOP as STOP_CLOCK
from app.worklist.closers import CLOSERS, RECORD
from workflows.clocks import may_change
from workflows.engine import MACHINES
from workflows.facts import CaseFacts
from workflows.guards.fund import fund_answers
from workflows.guards.services import answers_itself
from workflows.mending import Act, answered_by_form

__all__ = ["Agenda", "Item", "agenda_of", "around", "open_refusals"]

LATE: Final = "late"
DUE: Final = "due"
READY: Final = "ready"
BLOCKED: Final = "blocked"
STOPPED: Final = "stopped"
REFERRAL: Final = "referral"
_ORDER: Final = (LATE, DUE, READY, STOPPED, BLOCKED)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to do. Its words are ``title`` (marked), or the label of ``task`` in the list of tasks.

    about: a code list and the code in it that tell one matter of the case from another; empty for the case as a whole.
    path: where it is done; empty where the reader cannot. role and names: who holds it. reasons: what blocks it.
    waits: only the other country can answer it. clock: the page of its clock, for whoever may stop it. rung: the last
    rung of its ladder that rang. cause: why its clock stands still, and since when.
    """

    state: str
    title: str
    task: str = ""
    path: str = ""
    due_at: datetime | None = None
    role: str = ""
    names: tuple[str, ...] = ()
    mine: bool = False
    waits: bool = False
    reasons: tuple[Reason, ...] = ()
    about: tuple[str, str] = ("", "")
    clock: str = ""
    rung: str = ""
    cause: str = ""
    since: datetime | None = None
    # Of a task: a code of task_priority, its place in that list, and where the reader says how pressing it is.
    priority: str = NORMAL
    rank: int = 1
    press: str = ""


@dataclass(frozen=True, slots=True)
class Agenda:
    """Everything to be done in the order shown, the first that can be done now, and what is done (kind, when)."""

    items: tuple[Item, ...]
    first: Item | None
    done: tuple[tuple[str, datetime], ...] = field(default=())


def agenda_of(desk: Desk, opened: Opened) -> Agenda:
    """The agenda of an opened case for the desk's actor."""
    steps = {f"{each.machine}.{each.step}": each for each in next_steps(desk, opened.held, opened.reach)}
    team = queries.team_by_role(desk, opened.id)
    tasks = queries.tasks_of_case(desk, opened.id)
    since = _since(tasks)
    stoppable = queries.within_permission(desk, opened.id, STOP_CLOCK)
    used: set[str] = set()
    items = []
    for task in (each for each in tasks if each.state in UNDONE):
        act = _act_of(desk, opened, task, steps)
        used.add(act)
        items.append(_of_task(desk, opened, task, act, steps.get(act), team, since, stoppable))
    for name, step in steps.items():
        if name not in used:
            items.append(_of_step(desk, opened, step, team, since))
    items.sort(key=lambda item: (_ORDER.index(item.state), item.rank, item.due_at or desk.now))
    doable = [item for item in items if item.path and not item.waits and item.state != BLOCKED and not item.reasons]
    # The reader's own duties come before those of colleagues, and any duty before what is merely possible.
    first = min(doable, key=lambda item: (item.state in (READY, STOPPED), not item.mine), default=None)
    done = tuple((each.kind, each.done_at) for each in tasks if each.state == "done" and each.done_at)
    return Agenda(tuple(items), first, tuple(sorted(done, key=lambda pair: pair[1], reverse=True)))


def open_refusals(step: NextStepOut, case: CaseFacts | None) -> list[RefusalOut]:
    """The refusals that the form of the step itself does not answer: what really stands in the way of this case."""
    return [each for each in step.refusals if not answered_by_form(each.code, step.form, step.step, case)]


def around(desk: Desk, opened: Opened, step: str, back: str) -> Blocking:
    """What a page of this case knows around a blocked step."""
    team = queries.team_by_role(desk, opened.id)
    return _around(desk, opened, step, back, team, _since(queries.tasks_of_case(desk, opened.id)))


def _around(
    desk: Desk,
    opened: Opened,
    step: str,
    back: str,
    team: Mapping[str, Sequence[tuple[str, str]]],
    since: Mapping[str, datetime],
) -> Blocking:
    moved = queries.moved_at(desk, opened.id)

    def opened_at(act: Act) -> datetime | None:
        return since.get(act.what, moved)

    return Blocking(
        reference=opened.bar.reference,
        back=back,
        reach=opened.reach,
        step=step,
        referral=_referral_path(desk, opened),
        team={role: [name for _, name in people] for role, people in team.items()},
        since=opened_at,
    )


def _referral_path(desk: Desk, opened: Opened) -> str:
    found = queries.newest_referral(desk, opened.id)
    return f"/referrals/{found.reference}" if found is not None else f"{opened.path}/refer"


def _since(tasks: Iterable[Any]) -> dict[str, datetime]:
    """Since when each act is awaited: act (record kind, or machine.step) -> when its task was opened."""
    found: dict[str, datetime] = {}
    for task in tasks:
        if task.state in UNDONE:
            for act in CLOSERS.get(task.kind, ()):
                name = act.removeprefix(f"{RECORD}.")
                found[name] = min(found.get(name, task.opened_at), task.opened_at)
    return found


def _act_of(desk: Desk, opened: Opened, task: Any, steps: Mapping[str, NextStepOut]) -> str:
    """The act the reader can answer a task with: a step that is possible here before a record; else nothing."""
    acts = CLOSERS.get(task.kind, ())
    possible = [act for act in acts if act in steps]
    free = [act for act in possible if not open_refusals(steps[act], opened.held.case_facts)]
    recorded = [act for act in acts if act.startswith(f"{RECORD}.") and _records(desk, opened, act.partition(".")[2])]
    return next(iter([*free, *recorded, *possible]), "")


def _records(desk: Desk, opened: Opened, kind: str) -> bool:
    return opened.reach(KINDS[kind].permission) and fieldgroups.sees(desk, KINDS[kind].group)


def _of_task(
    desk: Desk,
    opened: Opened,
    task: Any,
    act: str,
    step: NextStepOut | None,
    team: Mapping[str, Sequence[tuple[str, str]]],
    since: Mapping[str, datetime],
    stoppable: frozenset[str],
) -> Item:
    reasons: tuple[Reason, ...] = ()
    path, about = "", ("", "")
    if task.referral_id is not None:
        path = f"/referrals/{task.referral_reference}"
    elif task.matter_id is not None:
        path, about = _of_matter(desk, opened, task)
    elif step is not None:
        path = _step_path(opened, step)
        known = _around(desk, opened, step.step, path, team, since)
        reasons = tuple(blocking.explained(desk, open_refusals(step, opened.held.case_facts), known))
    elif act:
        path = f"{opened.path}/records/new/{act.partition('.')[2]}"
    elif any(each.startswith(f"{REFERRAL}.") for each in CLOSERS.get(task.kind, ())):
        # A duty of the case that is done on its referral.
        path = _referral_path(desk, opened)
    people = team.get(task.role, ())
    if task.assignee_id is not None:
        people = [one for each in team.values() for one in each if one[0] == task.assignee_id][:1]
    mine = any(user_id == desk.actor.id for user_id, _ in people) or (not people and task.role in desk.actor.roles)
    if task.record_id is not None and opened.reach("record:read"):
        path = f"{opened.path}/records/{task.record_id}"
    if not path and mine and not CLOSERS.get(task.kind):
        path = f"/tasks/done?task_id={task.id}"
    stopped = task.state == STOPPED
    return Item(
        state=STOPPED if stopped else LATE if task.due_at < desk.now else DUE,
        title=step.title if step is not None else "",
        task=task.kind,
        path=path,
        due_at=task.due_at,
        role=task.role,
        names=tuple(name for _, name in people),
        mine=mine,
        waits=_is_theirs(task),
        reasons=reasons,
        about=about,
        clock=f"/tasks/{task.id}/clock" if task.id in stoppable and _clock_may_change(desk, opened, task) else "",
        rung=task.rung or "",
        cause=task.stop_cause if stopped else "",
        since=task.stopped_at if stopped else None,
        priority=priority_of(desk.policies, task.priority),
        rank=task.priority,
        press=f"/tasks/priority?task_id={task.id}" if opened.reach("case:task") else "",
    )


def _of_matter(desk: Desk, opened: Opened, task: Any) -> tuple[str, tuple[str, str]]:
    """Where a task of a matter leads, for whoever may see the matter and take a step that ends the task.

    To the step itself where there is one, to the choice on the page of the matter where there are several.
    """
    facts = opened.held.case_facts
    matter = facts.matter(task.matter_id) if facts is not None else None
    if matter is None or not fieldgroups.sees_matters(desk, matter.machine):
        return "", ("", "")
    spec = MACHINES[matter.machine]
    acts = [act.partition(".")[2] for act in CLOSERS.get(task.kind, ())]
    steps = [step for step in spec.steps if step.name in acts and opened.reach(step.permission)]
    page = f"{opened.path}/matters/{matter.id}"
    alone = len(steps) == 1 and not answers_itself(matter) and not fund_answers(matter)
    path = f"{page}/steps/{steps[0].name}" if alone else page if steps else ""
    return path, (spec.about, matter.about)


def _clock_may_change(desk: Desk, opened: Opened, task: Any) -> bool:
    ticking = ticking_of(opened.held, task)
    return may_change(ticking, opened.held.case_facts, desk.actor.roles, desk.now, desk.policies)


def _is_theirs(task: Any) -> bool:
    """Whether only steps of the other country end a task of a referral."""
    acts = [act.partition(".")[2] for act in CLOSERS.get(task.kind, ()) if act.startswith(f"{REFERRAL}.")]
    steps = [MACHINES[REFERRAL].step(act) for act in acts]
    sides = {step.by.value for step in steps if step is not None and step.by is not None}
    return task.referral_id is not None and bool(sides) and task.referral_side not in sides


def _of_step(
    desk: Desk,
    opened: Opened,
    step: NextStepOut,
    team: Mapping[str, Sequence[tuple[str, str]]],
    since: Mapping[str, datetime],
) -> Item:
    path = _step_path(opened, step)
    refusals = open_refusals(step, opened.held.case_facts)
    if not refusals:
        return Item(READY, step.title, path=path, mine=True)
    known = _around(desk, opened, step.step, path, team, since)
    return Item(BLOCKED, step.title, path=path, reasons=tuple(blocking.explained(desk, refusals, known)))


def _step_path(opened: Opened, step: NextStepOut) -> str:
    return f"{opened.path}/steps/{step.machine}/{step.step}"
