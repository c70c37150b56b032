"""The level of a needs and risk assessment: what the answers give by policy, and what a worker may say beside it."""

from __future__ import annotations

from collections.abc import Mapping

from policies.model import Policies


def rank(policies: Policies, level: str) -> int:
    """The place of a level in its list, the least first; ValueError for no such level."""
    return list(policies.codes["risk_level"].codes).index(level)


def computed_level(policies: Policies, degrees: Mapping[str, str]) -> str | None:
    """The level that the answers (question -> degree) give; None where nothing was answered.

    It is the highest of what any answer gives alone and what all give together. What stays open adds nothing.
    """
    if not degrees:
        return None
    rules = policies.needs
    found = ["low"]
    found += [rules.alone[name][degree] for name, degree in degrees.items() if degree in rules.alone.get(name, {})]
    total = sum(rules.degrees.get(degree, 0) for degree in degrees.values())
    found += [level for level, least in rules.sum.items() if total >= least]
    return max(found, key=lambda level: rank(policies, level))


def needs_a_reason(policies: Policies, computed: str | None, own: str | None) -> bool:
    """Whether the worker's own level lies below what the answers give: nobody is made safer by a pen."""
    return computed is not None and own is not None and rank(policies, own) < rank(policies, computed)


def holds_days(policies: Policies, level: str) -> int:
    """For how many days an assessment of this level holds."""
    return policies.needs.holds_days[level]
