"""The situations in policies/examples, put to the workflow engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from policies.model import Policies
from tests.policies.situations import Example, example_files, read_example
from workflows.engine import MACHINES, Moved, decide, find_step

ALLOW, DENY = example_files("allow"), example_files("deny")


def objections(example: Example, policies: Policies) -> set[str]:
    """The codes of all refusals; `not_permitted` when no role of the actor holds the step's permission."""
    answer = decide(example.machine, example.step, example.situation, policies)
    codes = set() if isinstance(answer, Moved) else {each.code for each in answer.refusals}
    _, step = find_step(example.machine, example.step)
    if not policies.scope_for(example.situation.actor.roles, step.permission):
        codes.add("not_permitted")
    return codes


@pytest.mark.parametrize("path", ALLOW, ids=lambda path: path.stem)
def test_allowed(policies: Policies, path: Path) -> None:
    example = read_example(path)
    assert objections(example, policies) == set(), example.why
    answer = decide(example.machine, example.step, example.situation, policies)
    assert isinstance(answer, Moved)
    assert answer.to == example.to


@pytest.mark.parametrize("path", DENY, ids=lambda path: path.stem)
def test_denied_by_exactly_these_rules(policies: Policies, path: Path) -> None:
    example = read_example(path)
    assert example.refused_by, "a denied example names its refusals"
    assert objections(example, policies) == example.refused_by, example.why


@pytest.mark.parametrize("path", [*ALLOW, *DENY], ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_examples_speak_of_what_exists(policies: Policies, path: Path) -> None:
    example = read_example(path)
    actor, case = example.situation.actor, example.situation.case
    office = policies.office(actor.office)
    assert (office.organisation, office.country) == (actor.organisation, actor.country)
    assert actor.roles <= set(policies.roles)
    assert case is None or policies.office(case.office).country == case.country
    assert example.why.endswith(".")
    _, step = find_step(example.machine, example.step)
    for name, value in example.situation.given.items():
        assert policies.knows(step.given[name], str(value))


def test_there_are_enough_and_every_machine_is_covered() -> None:
    assert len(ALLOW) >= 12
    assert len(DENY) >= 18
    for kind in (ALLOW, DENY):
        assert {read_example(path).machine for path in kind} == set(MACHINES)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("case: {child: perhaps}", "is a bool"),
        ("case: {moon: full}", r"has no \['moon'\]"),
        ("case: {opened_on: someday}", "is a date"),
        ("case: {visits: true}", "is a int"),
        ("case: {consents: none}", "is a list"),
        ("case: {screening: {on: 2026-01-01}}", "is missing"),
        ("weather: {}", "a situation has no"),
    ],
)
def test_a_slip_in_an_example_is_not_overlooked(tmp_path: Path, change: str, says: str) -> None:
    path = tmp_path / "slip.yaml"
    path.write_text(
        "machine: care\nstep: admit\nwhy: A slip.\nlike: admit-without-statement\nsituation:\n"
        f"  {change}\nrefused_by: [x]\n",
        encoding="utf-8",
    )
    with pytest.raises(ValueError, match=says):
        read_example(path)
