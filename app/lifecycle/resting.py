"""What rests on a source: conditions of steps, clocks, texts, lists and other rules that cite it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from policies.model import Policies
from workflows import engine
from workflows.recording import guards_for
from workflows.step import MachineSpec, Step

__all__ = ["Condition", "Rule", "conditions", "rules", "starts"]


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition of a step that cites the source: the step's title and the condition's sentence."""

    machine: str
    step: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Rule:
    """Another entry of the policies that cites it.

    ``kind``: clock, text, point, meeting, entitlement, list, retention or report. ``name``: its code or title.
    ``where``: the countries or corridors it stands in, by code or key; none for a rule of the whole house.
    """

    kind: str
    name: str
    where: tuple[str, ...] = ()


def conditions(source_id: str) -> list[Condition]:
    """The conditions that cite ``source_id``, in the order of the machines; each sentence once for a step."""
    found: dict[Condition, None] = {}
    for spec, step, sentence in _citing(source_id):
        found[Condition(spec.title, step.title, sentence)] = None
    return list(found)


def starts(source_id: str) -> dict[str, frozenset[str]]:
    """Machine -> the states from which a step leads that has a condition citing ``source_id``."""
    found: dict[str, set[str]] = {}
    for spec, step, _ in _citing(source_id):
        found.setdefault(spec.name, set()).update(state.value for state in step.start)
    return {machine: frozenset(states) for machine, states in found.items()}


def rules(policies: Policies, source_id: str) -> list[Rule]:
    """Everything else in the policies that cites ``source_id``."""
    found: dict[tuple[str, str], dict[str, None]] = {}
    for (kind, name, where), sources in _rules(policies):
        if source_id in sources:
            found.setdefault((kind, name), {})[where] = None
    return [Rule(kind, name, tuple(filter(None, places))) for (kind, name), places in found.items()]


def _citing(source_id: str) -> Iterator[tuple[MachineSpec, Step, str]]:
    for spec in engine.MACHINES.values():
        for step in spec.steps:
            for guard in (*step.guards, *(guards_for(step.form) if step.form else ())):
                if source_id in guard.sources:
                    yield spec, step, guard.sentence


def _rules(policies: Policies) -> Iterator[tuple[tuple[str, str, str], tuple[str, ...]]]:
    """Kind, name and place of every other entry that cites sources, and the sources."""
    for code, country in policies.countries.items():
        for name, versions in country.clocks.items():
            yield from ((("clock", name, code), each.sources) for each in versions)
        for entitlement in country.entitlements:
            yield from ((("entitlement", entitlement.title, code), each.sources) for each in entitlement.amounts)
    for corridor in (policies.default_corridor, *policies.corridors.values()):
        for name, versions in corridor.dated_clocks.items():
            yield from ((("clock", name, corridor.key), each.sources) for each in versions)
        yield from ((("text", each.kind, corridor.key), (each.source,)) for each in corridor.instruments)
        for point in corridor.border_points:
            yield ("point", " – ".join(point.names.values()), corridor.key), point.sources
        yield from ((("meeting", each.kind, corridor.key), each.sources) for each in corridor.meetings)
    for codes in policies.codes.values():
        yield ("list", codes.title, ""), (codes.source,)
    for rule in policies.retention.values():
        for period in (*rule.periods, *rule.child_periods):
            yield ("retention", rule.title, ""), period.sources
    for report in policies.reports.values():
        yield ("report", report.title, ""), report.sources
