"""What all matters share: the many open things of a case, each with its own small machine (service, claim ...).

A matter lives inside its case: the case's lock, version and history chain are its own. It has facts
(workflows.facts.MatterFacts), a machine whose aggregate is "matter", and forms whose Kind folds into it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from workflows.facts import CaseFacts, MatterFacts
from workflows.step import MachineSpec, Step

MATTER = "matter"
# The flag of a matter that cannot wait: its tasks take the urgent clock.
URGENT = "urgent"
# The flag of a penalty by which the person is held.
HELD = "held"


def drafted(spec: MachineSpec, matter_id: str, actor: str, on: date) -> MatterFacts:
    """A matter that a step is about to open: no state yet, so that guards can already read what its form says."""
    return MatterFacts(matter_id, spec.name, "", on, on, by=actor)


def moved(
    matter: MatterFacts, spec: MachineSpec, step: Step, to: str, given: Mapping[str, object], actor: str, on: date
) -> MatterFacts:
    """The matter once ``step`` has led it to ``to``; the coded inputs of the step stay with it as flags."""
    said = {f"{name}.{value}" for name, value in given.items()}
    # A newer answer to the same question takes the place of the older one.
    kept = {flag for flag in matter.flags if flag.partition(".")[0] not in given}
    return replace(
        matter,
        state=to,
        changed_on=on,
        flags=frozenset(kept | said),
        decided_by=actor if step.name in spec.deciding else matter.decided_by,
        ended_on=on if to in {state.value for state in spec.final} else None,
    )


def untold(case: CaseFacts, machine: str, counted: int, since: date) -> int:
    """How many of a number that an older record only counted have not been opened one by one since that day."""
    return max(0, counted - sum(each.opened_on >= since for each in case.matters_of(machine)))


def put(case: CaseFacts, matter: MatterFacts) -> CaseFacts:
    """The facts of the case with this matter in the place of its older self, or as the last one."""
    if case.matter(matter.id) is None:
        return replace(case, matters=(*case.matters, matter))
    return replace(case, matters=tuple(matter if each.id == matter.id else each for each in case.matters))
