"""The next steps of a case, a matter or a referral copy: what the actor's role could take, and what blocks it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from app.access.desk import Desk
from app.casework.fieldgroups import sees_matters
from app.casework.held import Held
from app.casework.move import refusal_out
from app.casework.shapes import NextStepOut, RefusalOut
from workflows import engine

CASE_MACHINES = ("identification", "care")
Permitted = Callable[[str], bool]
# The guards that say that a step is for another office to take, or that another one comes first.
THEIRS: Final = frozenset(
    {"asked_office_answers", "provider_answers", "provider_has_finished", "provider_is_outside", "fund_office_decides"}
)


def next_steps(desk: Desk, held: Held, permitted: Permitted) -> list[NextStepOut]:
    """Every step from here that the role could take, allowed or with all its reasons (design 2.5).

    Of a case seen at one of its matters: the steps of that matter. permitted: whether the actor's permission reaches
    this very subject.
    """
    if held.matter is not None:
        machines: tuple[str, ...] = (held.matter.machine,)
    else:
        machines = CASE_MACHINES if held.kind == "case" else ("referral",)
    return _steps(desk, held, machines, permitted)


def own_steps(desk: Desk, held: Held, permitted: Permitted) -> list[NextStepOut]:
    """The same of a matter, without what another office has to do: nobody is led to what cannot be theirs."""
    steps = next_steps(desk, held, permitted)
    return [each for each in steps if THEIRS.isdisjoint(reason.code for reason in each.refusals)]


def openings(desk: Desk, held: Held, permitted: Permitted) -> list[NextStepOut]:
    """The steps that open a new matter of a case, of the machines whose matters the actor sees."""
    machines = tuple(spec.name for spec in engine.matter_machines() if sees_matters(desk, spec.name))
    return _steps(desk, held, machines, permitted)


def _steps(desk: Desk, held: Held, machines: tuple[str, ...], permitted: Permitted) -> list[NextStepOut]:
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
