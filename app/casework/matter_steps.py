"""A step of one of a case's matters, taken by somebody who works on the case: one way for every door and list."""

from __future__ import annotations

from app.access.desk import Desk
from app.casework import fieldgroups
from app.casework.held import Held
from app.casework.move import Command, perform
from app.casework.reach import permit, refuse_as_attempt
from app.casework.shapes import StepIn
from workflows.step import MachineSpec, Step


def take(
    desk: Desk, case_id: str, matter_id: str | None, spec: MachineSpec, step: Step, body: StepIn, seen: int
) -> Held:
    """Take a step of the matter, or open one where ``matter_id`` is None; the case as it is held afterwards.

    NotFound for a case or matter that is not there for the actor; Forbidden (kept in the timeline) without the step's
    permission or the field group of the matter; the rest as `perform`.
    """
    permit(desk, step.permission, case_id, step.name)
    if not fieldgroups.sees_matters(desk, spec.name):
        assert spec.group is not None
        refusal = fieldgroups.missing(desk, spec.group, f", to which '{spec.title}' belongs")
        refuse_as_attempt(desk, case_id, step.name, refusal)
        raise refusal
    command = Command(
        spec.name, step.name, case_id, seen, body.record, body.given, body.note, body.happened_at, matter_id
    )
    return perform(desk, command).held
