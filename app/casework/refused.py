"""What a kept refusal says: history holds its code alone, the sentence is that of the rule as it stands today."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from app.casework.kinds import KINDS
from app.kit.words import mark
from workflows.engine import MACHINES
from workflows.recording import guards_for
from workflows.step import Guard

__all__ = ["REFUSED_BY", "sentence_of"]

# Why somebody was refused, where it was not a condition of the step.
REFUSED_BY: Final = {
    "permission_missing": mark("Their role does not allow this."),
    "code_wrong": mark("The code that was given is not the one of this handover."),
    "field_group_missing": mark("Their role does not see what this is about."),
}


def _every_guard() -> Iterator[Guard]:
    for spec in MACHINES.values():
        for step in spec.steps:
            yield from step.guards
    for kind in KINDS:
        yield from guards_for(kind)


_GUARDS: Final[Mapping[str, Guard]] = {guard.name: guard for guard in _every_guard()}


def sentence_of(code: str) -> str:
    """What was missing (a marked sentence, context "block"); for a code that nobody knows any more, the code.

    Where the sentence asks for values that history does not keep, it says why the rule matters instead.
    """
    guard = _GUARDS.get(code)
    if guard is None:
        return REFUSED_BY.get(code, code)
    return guard.why if "{" in guard.sentence else guard.sentence
