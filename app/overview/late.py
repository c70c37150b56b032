"""What is late and why: each late duty with what blocks the step or record that would end it, by stage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from app.access.desk import Desk
from app.access.log import looked
from app.access.may import permitted
from app.casework.held import Held, at_matter, hold_case, hold_referral
from app.casework.kinds import KINDS
from app.casework.stages import stage_of
from app.kit.paging import Ask
from app.overview import supervision_queries as queries
from app.statistics.stages import CAUSE_OF, CAUSES
from app.worklist.clocks import STOP as STOP_CLOCK
from app.worklist.closers import CLOSERS, RECORD
from workflows import engine
from workflows.facts import SigningFacts

__all__ = ["Late", "LatePage", "late"]

READ: Final = "task:read"
US: Final = "us"


@dataclass(frozen=True, slots=True)
class Late:
    """One late duty. ``blocked``: why the step that would end it cannot be taken; ``missing``: the record it waits for.

    Both empty: nothing blocks it, or the case is not the actor's to look into. ``waits_for``: the cause as a rule.
    """

    task: Any
    stage: str
    days: int
    blocked: Sequence[str]
    missing: Sequence[str]
    known: bool
    waits_for: str


@dataclass(frozen=True, slots=True)
class LatePage:
    """One page of late duties by stage, the longest late first within each; on the first also the clocks that stand.

    stops: whether the actor may let one run again.
    """

    stages: Sequence[tuple[str, Sequence[Late]]]
    next: str | None
    standing: Sequence[Any] = ()
    stops: bool = False


def late(desk: Desk, asked: Ask) -> LatePage:
    """One page of what is late within `task:read`; the look is noted."""
    rows, following = queries.late_tasks(desk, READ, asked)
    held: dict[str, Held] = {}
    found: dict[str, list[Late]] = {}
    for row in rows:
        stage = (stage_of(row.care) or "closed") if row.care else "referral"
        blocked, missing = _reasons(desk, row, held) if row.reference else ((), ())
        days = (desk.now - row.due_at).days
        cause = CAUSE_OF.get(row.kind, US)
        one = Late(row, stage, days, blocked, missing, row.reference is not None, "" if cause == US else CAUSES[cause])
        found.setdefault(stage, []).append(one)
    looked(desk, "late_read", "task", "-", {"count": len(rows)})
    standing = queries.standing_clocks(desk, READ) if asked.key is None else []
    return LatePage(sorted(found.items()), following, standing, permitted(desk, STOP_CLOCK))


def _reasons(desk: Desk, task: Any, held: dict[str, Held]) -> tuple[Sequence[str], Sequence[str]]:
    """Why each step that would end the duty is blocked, in the words of its guards, and the records that would."""
    subject = task.referral_id or task.case_id
    if subject not in held:
        held[subject] = hold_referral(desk, subject, False) if task.referral_id else hold_case(desk, subject, False)
    seen = at_matter(held[subject], task.matter_id).situation(desk)
    situation = replace(seen, signing=SigningFacts(anybody=True))
    missing, blocked = [], []
    for act in CLOSERS.get(task.kind, ()):
        machine, _, word = act.partition(".")
        if machine == RECORD:
            missing.append(KINDS[word].title)
            continue
        spec = engine.MACHINES[machine]
        if (spec.aggregate == "referral") != (task.referral_id is not None):
            continue
        for choice in engine.choices(machine, situation, desk.policies, lambda _: True):
            if choice.step.name == word:
                blocked += [reason.sentence for reason in choice.refusals if reason.sentence not in blocked]
    return blocked, missing
