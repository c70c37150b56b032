"""The answer of a rule: a refusal that a person can act on, or nothing to object."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lack:
    """What a guard misses; the values fill the guard's sentence."""

    values: tuple[tuple[str, str], ...] = ()


def lacking(**values: object) -> Lack:
    """Build a Lack whose values fill the placeholders of the guard's sentence."""
    return Lack(tuple((key, str(value)) for key, value in values.items()))


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason why a step may not be taken now.

    code: machine word; sentence: what is missing; why: the reason behind the rule; mend: what to do;
    who: roles that can do it; sources: ids in policies/sources.yaml; overridable: a reasoned exception
    by another role is possible because every source allows it.
    """

    code: str
    sentence: str
    why: str
    mend: str
    who: tuple[str, ...]
    sources: tuple[str, ...]
    overridable: bool = False
