"""Decides: loads each machine once into `transitions` and answers with a move or with every refusal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from types import SimpleNamespace
from typing import Any

from transitions import Machine

from policies.model import Policies
from workflows import (
    care,
    embassy,
    fund_claim,
    identification,
    inquiry,
    non_punishment,
    proceeding,
    referral,
    relative,
    remedy,
    service,
    threat,
    transfer,
)
from workflows.effects import Effect, SendMessage
from workflows.facts import Situation
from workflows.matter import MATTER
from workflows.step import Fork, MachineSpec, Step
from workflows.verdict import Refusal

MACHINES: dict[str, MachineSpec] = {
    spec.name: spec
    for spec in (
        identification.MACHINE, care.MACHINE, referral.MACHINE, service.MACHINE, remedy.MACHINE, fund_claim.MACHINE,
        transfer.MACHINE, non_punishment.MACHINE, proceeding.MACHINE, threat.MACHINE, relative.MACHINE,
        inquiry.MACHINE, embassy.MACHINE,
    )
}  # fmt: skip


class UnknownStep(LookupError):
    """No machine of that name, or no such step in it."""


class EngineBug(RuntimeError):
    """The table and the machine disagree; never a user's fault."""


@dataclass(frozen=True, slots=True)
class Moved:
    """Allowed: the state after the step (the same when the step does not move) and what follows."""

    step: Step
    to: str
    effects: tuple[Effect, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """Not allowed: every reason at once."""

    step: Step
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """A step the actor's role could take from here, with the reasons that block it (empty = allowed)."""

    step: Step
    refusals: tuple[Refusal, ...]

    @property
    def allowed(self) -> bool:
        """True when nothing blocks the step."""
        return not self.refusals


def _fork_condition(fact: str, value: str) -> Callable[[Any], bool]:
    def chosen(event: Any) -> bool:
        said = getattr(event.model.facts, fact)
        return bool(said == value) if value != "*" else True

    return chosen


def _load(spec: MachineSpec) -> Machine:
    """One shared machine without models: tokens are never attached, so no case stays in memory."""
    rows: list[dict[str, Any]] = []
    for step in spec.steps:
        base: dict[str, Any] = {"trigger": step.name, "source": list(step.start)}
        if isinstance(step.to, Fork):
            rows.extend(
                {**base, "dest": dest, "conditions": [_fork_condition(step.to.fact, value)]}
                for value, dest in step.to.ways.items()
            )
        else:
            rows.append({**base, "dest": "=" if step.to is None else step.to})
    return Machine(
        model=None,
        states=spec.states,
        transitions=rows,
        initial=spec.initial[0],
        auto_transitions=False,
        send_event=True,
    )


_LOADED: dict[str, Machine] = {name: _load(spec) for name, spec in MACHINES.items()}


def state_of(spec: MachineSpec, situation: Situation) -> StrEnum | None:
    """The current state of the machine's subject as an enum member; None for a matter that is not open yet."""
    if spec.aggregate == "referral":
        if situation.referral is None:
            raise EngineBug("a referral step needs referral facts")
        return spec.states(situation.referral.state)
    if situation.case is None:
        raise EngineBug("a case step needs case facts")
    if spec.aggregate == MATTER:
        matter = situation.matter
        if matter is not None and matter.machine != spec.name:
            raise EngineBug(f"{spec.name} cannot move a matter of {matter.machine}")
        return spec.states(matter.state) if matter is not None and matter.state else None
    return spec.states(getattr(situation.case, spec.name))


def find_step(machine: str, step: str) -> tuple[MachineSpec, Step]:
    """The machine and the row of that name; UnknownStep when there is none."""
    spec = MACHINES.get(machine)
    row = spec.step(step) if spec else None
    if spec is None or row is None:
        raise UnknownStep(f"{machine}.{step}")
    return spec, row


def matter_machines() -> tuple[MachineSpec, ...]:
    """The machines of which a case can have many matters, in the order of MACHINES."""
    return tuple(spec for spec in MACHINES.values() if spec.aggregate == MATTER)


def machine_of_case_step(step: str) -> str:
    """The case machine (identification or care) that has this step; step names are unique among them."""
    for name in ("identification", "care"):
        if MACHINES[name].step(step):
            return name
    raise UnknownStep(step)


def decide(machine: str, step: str, situation: Situation, policies: Policies) -> Moved | Refused:
    """Decide one step. Pure: the answer depends on nothing but the arguments.

    Returns Moved with the new state and the effects, or Refused with every reason (wrong state, wrong
    side, each guard). Raises UnknownStep for a name that does not exist.
    """
    spec, row = find_step(machine, step)
    reasons = _refusals(spec, row, situation, policies)
    if reasons:
        return Refused(row, reasons)
    return Moved(row, replay(machine, step, situation), row.effects)


def replay(machine: str, step: str, situation: Situation) -> str:
    """The state after the step, from the map alone, for a step that another country has decided.

    Raises EngineBug when the step does not leave the current state.
    """
    spec, row = find_step(machine, step)
    here = state_of(spec, situation)
    if not _begins(row, here):
        raise EngineBug(f"{machine}.{step} does not leave {here}")
    if row.opens:
        return str(row.targets()[0].value)
    # A fork asks the facts of what moves: a case may be looked at with a copy of a referral beside it.
    of = {"referral": situation.referral, MATTER: situation.matter}.get(spec.aggregate, situation.case)
    token = SimpleNamespace(state=here, facts=of)
    if not _LOADED[machine].events[step].trigger(token):
        raise EngineBug(f"{machine}.{step} from {here}: the map has no way")
    return str(token.state.value)


def forked(row: Step, facts: object, recorded: str) -> str:
    """Where a step leads by the facts as they are now: ``recorded``, unless a fork chooses another way.

    For facts that are computed again after a correction: what is paid in full, for example, may have become less.
    """
    if not isinstance(row.to, Fork):
        return recorded
    said = getattr(facts, row.to.fact)
    return str(next((to.value for value, to in row.to.ways.items() if value in (said, "*")), recorded))


def _begins(row: Step, here: StrEnum | None) -> bool:
    """Whether the step begins where the subject stands; a step that opens a matter, where there is none yet."""
    return here in row.start if here is not None else row.opens


def _refusals(spec: MachineSpec, row: Step, situation: Situation, policies: Policies) -> tuple[Refusal, ...]:
    reasons: list[Refusal] = []
    here = state_of(spec, situation)
    if not _begins(row, here):
        reasons.append(_wrong_state(row, here))
    if row.by is not None and situation.referral is not None and situation.referral.side != row.by:
        reasons.append(_wrong_side(row))
    if row.system_only and not situation.actor.system:
        reasons.append(_only_system(row))
    if any(isinstance(effect, SendMessage) for effect in row.effects):
        travels = row.form_required or situation.abroad.with_form
        lacks = situation.abroad.lacks(row.name, row.form if travels else None)
        if lacks and not situation.actor.system:
            reasons.append(_not_read_there(lacks, situation))
    for guard in row.guards:
        reason = guard.objection(situation, policies)
        if reason is not None and not excused(reason, situation):
            reasons.append(reason)
    return tuple(reasons)


def excused(reason: Refusal, situation: Situation) -> bool:
    """A reasoned override by somebody else, still running, on a guard whose sources allow it."""
    if not reason.overridable or situation.case is None:
        return False
    return any(
        pass_.guard == reason.code and pass_.by != situation.actor.id and situation.today.date <= pass_.until
        for pass_ in situation.case.overrides
    )


def override_refusal(guard_name: str, policies: Policies) -> Refusal | None:
    """Why this guard cannot be excused, or None: it exists, and every source it rests on allows an exception."""
    every = (guard for spec in MACHINES.values() for row in spec.steps for guard in row.guards)
    named = [guard for guard in every if guard.name == guard_name]
    if named and policies.overridable(named[0].sources):
        return None
    known = f"'{guard_name}' rests on sources that never bend" if named else "There is no guard of that name"
    return Refusal(
        "cannot_be_overridden",
        f"{known}, so no exception from it can be granted.",
        "Principles are hard; only a guideline point may be set aside, with reasons and for a time.",
        "Mend what the guard misses.",
        ("case_manager", "supervisor"),
        (*(named[0].sources if named else ()), "WM-OVERRIDE"),
    )


def _wrong_state(row: Step, here: StrEnum | None) -> Refusal:
    starts = ", ".join(f"'{state.value}'" for state in row.start) or "nothing"
    return Refusal(
        "wrong_state",
        f"'{row.title}' starts from {starts}; this is '{here.value if here else 'not open yet'}'.",
        "Each step has its place in the lifecycle.",
        "Look at the next steps offered from here.",
        (),
        ("WM-LIFECYCLE",),
    )


def _wrong_side(row: Step) -> Refusal:
    return Refusal(
        "wrong_side",
        f"'{row.title}' belongs to the {'sending' if row.by == 'sender' else 'receiving'} country.",
        "In every state one country holds the pen, so that crossing messages cannot contradict each other.",
        "Wait for the other country, or ask.",
        ("national_focal_point", "border_focal_point"),
        ("WM-PROTOCOL",),
    )


def _only_system(row: Step) -> Refusal:
    return Refusal(
        "only_by_proof",
        f"'{row.title}' follows by itself from what the other side has signed.",
        "Nobody can claim a handover or an end that no receipt proves.",
        "Take the step in the referral that leads here.",
        ("border_focal_point",),
        ("WM-PROTOCOL", "WM-CUSTODY"),
    )


def _not_read_there(lacks: str, situation: Situation) -> Refusal:
    there = situation.referral.other_country if situation.referral is not None else ""
    return Refusal(
        "other_side_cannot_read",
        f"The installation of {there} cannot read this yet: it lacks {lacks}.",
        "What the other side cannot read would lie there and move nothing.",
        "Ask the operators of both installations to bring the older one up to date. In a hurry, telephone.",
        ("national_focal_point", "administrator"),
        ("WM-PROTOCOL",),
    )


def choices(
    machine: str, situation: Situation, policies: Policies, permitted: Callable[[str], bool]
) -> tuple[Choice, ...]:
    """Every step from the current state that the actor's roles permit, allowed or with all its refusals.

    For a machine of matters and a situation without one: the steps that open one.
    """
    spec = MACHINES[machine]
    here = state_of(spec, situation)
    side = situation.referral.side if situation.referral else None
    return tuple(
        Choice(row, _refusals(spec, row, situation, policies))
        for row in spec.steps
        if _begins(row, here)
        and not row.system_only
        and (not row.answers or getattr(situation.referral, row.answers))
        and permitted(row.permission)
        and (spec.aggregate != "referral" or row.by == side)
    )


def draw(machine: str) -> str:
    """The machine as a Mermaid state diagram, in the order of the table."""
    spec = MACHINES[machine]
    lines = ["stateDiagram-v2", "    direction LR"]
    opening = [row for row in spec.steps if row.opens]
    lines += [f"    [*] --> {to.value}: {row.name}" for row in opening for to in row.targets()]
    lines += [f"    [*] --> {state.value}" for state in spec.initial if not opening]
    loops: dict[str, list[str]] = {}
    for row in spec.steps:
        label = row.name + (f" ({row.by.value})" if row.by else "")
        for start in row.start:
            if not row.targets():
                loops.setdefault(start.value, []).append(label)
            lines += [f"    {start.value} --> {to.value}: {label}" for to in row.targets()]
    lines += [f"    {state} --> {state}: {', '.join(names)}" for state, names in loops.items()]
    lines += [f"    {state.value} --> [*]" for state in spec.states if state in spec.final]
    return "\n".join(lines) + "\n"
