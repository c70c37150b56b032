"""The verbs of a case's matters: list them, open one, take a step of one."""

from __future__ import annotations

from collections.abc import Callable

from app.access.desk import Desk
from app.access.log import looked
from app.access.may import visible_case
from app.cases.matters_schemas import CaseMattersOut, MatterIn, MatterMovedOut, MatterOut
from app.casework import fieldgroups
from app.casework.choices import openings, own_steps
from app.casework.held import Held, at_matter, hold_case
from app.casework.matter_steps import take
from app.casework.reach import SEEING, reach_of
from app.casework.shapes import StepIn
from app.kit.errors import NotFound
from workflows.engine import matter_machines
from workflows.facts import CaseFacts, MatterFacts
from workflows.step import MachineSpec, Step


def listed(desk: Desk, case_id: str) -> CaseMattersOut:
    """The matters of a case that the actor sees, each with its next steps; the look is noted."""
    visible_case(desk, SEEING, case_id)
    held = hold_case(desk, case_id, lock=False)
    reach = reach_of(desk, case_id, SEEING)
    assert isinstance(held.facts, CaseFacts)
    found = fieldgroups.matters(desk, held.facts)
    looked(desk, "matters_listed", "case", case_id, {"count": len(found)})
    return CaseMattersOut(
        version=held.version,
        items=[shown(desk, held, each, reach) for each in found],
        openings=openings(desk, held, reach),
    )


def opened(desk: Desk, case_id: str, body: MatterIn, seen: int) -> MatterMovedOut:
    """Open a matter. NotFound for an unknown case, machine or step; Forbidden and the rest as for other steps."""
    spec, step = step_called(body.step)
    if spec.name != body.machine or not step.opens:
        raise NotFound()
    return _taken(desk, case_id, None, spec, step, body, seen)


def stepped(desk: Desk, case_id: str, matter_id: str, word: str, body: StepIn, seen: int) -> MatterMovedOut:
    """Take a step of one matter of a case. NotFound for one that the case does not have."""
    spec, step = step_called(word)
    return _taken(desk, case_id, matter_id, spec, step, body, seen)


def step_called(word: str) -> tuple[MachineSpec, Step]:
    """The machine and step of matters of that name; NotFound when there is none, or only the program takes it."""
    for spec in matter_machines():
        step = spec.step(word)
        if step is not None and not step.system_only:
            return spec, step
    raise NotFound()


def shown(desk: Desk, held: Held, matter: MatterFacts, reach: Callable[[str], bool]) -> MatterOut:
    """A matter as the doors show it, with what can be done next."""
    return MatterOut(
        id=matter.id,
        machine=matter.machine,
        state=matter.state,
        open=matter.is_open,
        about=matter.about,
        office=matter.office,
        due=matter.due,
        opened_on=matter.opened_on,
        changed_on=matter.changed_on,
        ended_on=matter.ended_on,
        claimed=matter.claimed,
        amount=matter.amount,
        paid=matter.paid,
        currency=matter.currency,
        concerns=matter.concerns,
        days=matter.days,
        paid_on=matter.paid_on,
        flags=sorted(matter.flags),
        by=matter.by,
        decided_by=matter.decided_by,
        next_steps=own_steps(desk, at_matter(held, matter.id), reach),
    )


def _taken(
    desk: Desk, case_id: str, matter_id: str | None, spec: MachineSpec, step: Step, body: StepIn, seen: int
) -> MatterMovedOut:
    held = take(desk, case_id, matter_id, spec, step, body, seen)
    assert held.matter is not None
    reach = reach_of(desk, case_id, step.permission)
    return MatterMovedOut(version=held.version, matter=shown(desk, held, held.matter, reach))
