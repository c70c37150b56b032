"""Help, shelter and return never depend on cooperation with the authorities (OHCHR-P8, G6.1)."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import workflows.facts as facts
from policies.model import Policies
from tests.workflows.randomly import situations
from tests.workflows.situations import all_steps, bare, ready
from tests.workflows.test_every_guard import BREAKS, PAIRS
from workflows import (
    care,
    entitlements,
    fund_claim,
    identification,
    non_punishment,
    proceeding,
    referral,
    relative,
    remedy,
    service,
    threat,
    transfer,
)
from workflows.engine import MACHINES, choices, decide
from workflows.facts import JusticeFacts, Situation
from workflows.step import PARTS, Guard, guard

EVERY_ANSWER = [JusticeFacts(*said) for said in ((a, b) for a in (None, True, False) for b in (None, True, False))]


def flip(situation: Situation, decided: Callable[[Situation], object]) -> None:
    """Whatever the person says to the police, the answer stays."""
    answers = [decided(replace(situation, justice=justice)) for justice in EVERY_ANSWER]
    assert all(answer == answers[0] for answer in answers)


@pytest.mark.parametrize("child", [False, True], ids=["adult", "child"])
@pytest.mark.parametrize(("machine", "step"), all_steps())
def test_full_and_empty_files(machine: str, step: str, child: bool, policies: Policies) -> None:
    for situation in (ready(machine, step, child=child), bare(machine, step, child=child)):
        flip(situation, lambda each: decide(machine, step, each, policies))
        flip(situation, lambda each: choices(machine, each, policies, lambda permission: True))


@pytest.mark.parametrize(("machine", "step", "guard_name"), PAIRS)
def test_every_situation_of_the_table(machine: str, step: str, guard_name: str, policies: Policies) -> None:
    for way in BREAKS[guard_name]:
        broken = way.change(ready(machine, step, child=bool(way.child)))
        flip(broken, lambda each: decide(machine, step, each, policies))


@pytest.mark.parametrize("machine", MACHINES)
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_random_situations(machine: str, data: st.DataObject, policies: Policies) -> None:
    situation = data.draw(situations(machine))
    for row in MACHINES[machine].steps:
        name = row.name
        flip(situation, lambda each, name=name: decide(machine, name, each, policies))  # type: ignore[misc]


def test_no_guard_is_handed_cooperation() -> None:
    assert "justice" not in PARTS
    for spec in MACHINES.values():
        for row in spec.steps:
            for each in row.guards:
                assert set(each.needs) <= set(PARTS), each.name
                assert set(inspect.signature(each.ask).parameters) == set(each.needs)


def test_a_guard_that_asks_for_it_stops_the_program() -> None:
    def helps_the_police(case: object, justice: JusticeFacts) -> bool:
        return bool(justice.cooperates)

    mark = guard(sources=("OHCHR-P8",), says="No.", why="No.", mend="No.", who=("supervisor",))
    with pytest.raises(TypeError, match="justice"):
        mark(helps_the_police)


def test_a_guard_that_smuggles_it_in_would_be_found(policies: Policies) -> None:
    """The mutant of the flip test: a guard made by hand, past the check, turns it red."""

    def helps_the_police(justice: JusticeFacts) -> bool:
        return bool(justice.cooperates)

    smuggled = Guard("helps_the_police", helps_the_police, ("justice",), (), "No.", "No.", "No.", ())
    with pytest.raises(AssertionError):
        flip(ready("care", "admit"), lambda each: smuggled.objection(each, policies))


def test_cooperation_lives_in_one_class_alone() -> None:
    words = ("cooperat", "statement", "testif", "testimon", "witness_need")
    for name, kind in inspect.getmembers(facts, inspect.isclass):
        if not kind.__module__.startswith("workflows.") or kind is JusticeFacts:
            continue
        # What is told of facts without holding any has annotations alone.
        names = [each.name for each in fields(kind)] if is_dataclass(kind) else list(kind.__annotations__)
        found = [name for name in names if any(word in name for word in words)]
        assert not found, f"{name} holds {found}"
    for module in (
        care, entitlements, fund_claim, identification, non_punishment, proceeding, referral, relative, remedy,
        service, threat, transfer,
    ):  # fmt: skip
        assert "justice" not in inspect.getsource(module)
