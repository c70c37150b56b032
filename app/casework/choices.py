"""The next steps of a case or referral copy: what the actor's role could take, and what blocks it."""

from __future__ import annotations

from collections.abc import Callable

from app.access.desk import Desk
from app.casework.held import Held
from app.casework.move import refusal_out
from app.casework.shapes import NextStepOut, RefusalOut
from workflows import engine

CASE_MACHINES = ("identification", "care")


def next_steps(desk: Desk, held: Held, permitted: Callable[[str], bool]) -> list[NextStepOut]:
    """Every step from here that the role could take, allowed or with all its reasons (design 2.5).

    permitted: whether the actor's permission reaches this very subject.
    """
    machines = CASE_MACHINES if held.kind == "case" else ("referral",)
    situation = held.situation(desk)
    return [
        NextStepOut(
            machine=machine,
            step=choice.step.name,
            title=choice.step.title,
            allowed=choice.allowed,
            form=choice.step.form,
            form_required=choice.step.form_required,
            given=dict(choice.step.given),
            refusals=[RefusalOut(**refusal_out(desk, reason)) for reason in choice.refusals],
        )
        for machine in machines
        for choice in engine.choices(machine, situation, desk.policies, permitted)
    ]
