"""One row of a machine: a step, where it leads, who may take it, what must be true and what follows."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from policies.model import FieldGroup, Policies
from workflows.effects import Effect
from workflows.facts import Situation
from workflows.verdict import Lack, Refusal

Question = Callable[..., bool | Lack]
PARTS = ("actor", "today", "case", "referral", "matter", "given", "signing", "keeping", "directory", "policies")
# A receiving country has no case before it accepts: what cannot be looked at is a refusal, never a crash.
ABSENT = {
    "case": "There is no case here yet that could show it.",
    "referral": "There is no referral here that could show it.",
    "matter": "The form that could show it has not been filled in.",
}


@dataclass(frozen=True, slots=True)
class Guard:
    """A named question with the words for a refusal. It is handed only the parts its signature names.

    The part ``justice`` (cooperation with police) is not on offer: no guard can ask for it (OHCHR-P8).
    """

    name: str
    ask: Question
    needs: tuple[str, ...]
    sources: tuple[str, ...]
    sentence: str
    why: str
    mend: str
    who: tuple[str, ...]
    rule: str = ""

    def objection(self, situation: Situation, policies: Policies) -> Refusal | None:
        """The refusal, or None when the claim holds."""
        for name in self.needs:
            if name in ABSENT and getattr(situation, name) is None:
                return self._refusal(ABSENT[name], situation, policies)
        parts: dict[str, Any] = {
            name: policies if name == "policies" else getattr(situation, name) for name in self.needs
        }
        answer = self.ask(**parts)
        if answer is True:
            return None
        values = dict(answer.values) if isinstance(answer, Lack) else {}
        return self._refusal(self.sentence.format_map(values), situation, policies)

    def _refusal(self, sentence: str, situation: Situation, policies: Policies) -> Refusal:
        # Overrides are recorded on the case; where there is none yet, nobody can grant one.
        bends = situation.case is not None and policies.overridable(self.sources)
        return Refusal(self.name, sentence, self.why, self.mend, self.who, self.sources, bends)


def guard(
    *,
    sources: tuple[str, ...],
    says: str,
    why: str,
    mend: str,
    who: tuple[str, ...],
    rule: str = "",
) -> Callable[[Question], Guard]:
    """Turn a question into a Guard; a parameter name outside PARTS stops the program at import."""

    def wrap(ask: Question) -> Guard:
        name = getattr(ask, "__name__", "")
        needs = tuple(inspect.signature(ask).parameters)
        foreign = [part for part in needs if part not in PARTS]
        if foreign:
            raise TypeError(f"guard {name} asks for {foreign}: only {PARTS} are on offer")
        return Guard(name, ask, needs, sources, says, why, mend, who, rule)

    return wrap


class Side(StrEnum):
    """Which end of a referral may take a step."""

    SENDER = "sender"
    RECEIVER = "receiver"


@dataclass(frozen=True, slots=True)
class Fork:
    """A destination chosen by a fact of the referral, e.g. 'back to where it came from'."""

    fact: str
    ways: Mapping[str, StrEnum]


@dataclass(frozen=True, slots=True)
class Step:
    """One row. ``to`` None = the state stays. ``form``: the record kind filled in with the step.

    A step without ``start`` opens a matter of its machine, in the state ``to``.
    given: names of plain inputs beside the form -> code list they are checked against ("" = free code word).
    answers: the fact of the referral that it answers; while there is none, nobody is offered it.
    """

    name: str
    title: str
    start: tuple[StrEnum, ...]
    to: StrEnum | Fork | None
    permission: str
    guards: tuple[Guard, ...]
    effects: tuple[Effect, ...] = ()
    form: str | None = None
    form_required: bool = False
    given: Mapping[str, str] = field(default_factory=dict)
    by: Side | None = None
    system_only: bool = False
    answers: str = ""

    @property
    def opens(self) -> bool:
        """Whether the step opens a new matter."""
        return not self.start

    def targets(self) -> tuple[StrEnum, ...]:
        """Every state this step can lead to (none when the state stays)."""
        if self.to is None:
            return ()
        if isinstance(self.to, Fork):
            return tuple(self.to.ways.values())
        return (self.to,)


@dataclass(frozen=True, slots=True)
class MachineSpec:
    """One machine as data.

    aggregate: whose state it is: case, referral, or matter (one of many on a case, workflows.matter).
    group: who may see its matters; what its forms hold belongs to the same group. about: the code list that a
    matter's ``about`` is of. deciding: the steps whose actor is kept as the one who decided.
    """

    name: str
    title: str
    states: type[StrEnum]
    initial: tuple[StrEnum, ...]
    final: frozenset[StrEnum]
    steps: tuple[Step, ...]
    aggregate: str
    group: FieldGroup | None = None
    about: str = ""
    deciding: frozenset[str] = frozenset()

    def step(self, name: str) -> Step | None:
        """The row of that name, or None."""
        return next((row for row in self.steps if row.name == name), None)
