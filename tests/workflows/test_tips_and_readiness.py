"""Tables of the rules of tips and of planned operations; each refusal cites a source that policies know."""

from __future__ import annotations

import pytest

from policies.load import load_policies
from workflows import readiness, tips
from workflows.readiness import Expected, Need, Reserve
from workflows.tips import TipFacts

MEN = Expected(4, "M", "adult", "my")
WOMEN = Expected(2, "F", "adult", "km")
UNSAID = Expected(1, "unknown", "adult", "km")
GIRL = Expected(1, "F", "child", "lo")


@pytest.mark.parametrize(
    ("state", "danger", "children", "here", "reason", "codes"),
    [
        ("waiting", "low", "no", True, "no_sign", []),
        ("passed", "low", "unknown", True, "too_little_known", []),
        ("waiting", "high", "no", True, "too_little_known", ["danger_is_answered"]),
        ("waiting", "serious", "no", True, "no_sign", ["danger_is_answered"]),
        ("waiting", "low", "yes", True, "not_here", ["danger_is_answered"]),
        ("waiting", "serious", "yes", True, "authority_acted", []),
        ("waiting", "serious", "yes", True, "known_already", []),
        ("passed", "serious", "yes", False, "no_sign", ["tip_is_here"]),
        ("closed", "serious", "yes", True, "no_sign", ["tip_waits"]),
        ("case", "low", "no", True, "no_sign", ["tip_waits"]),
    ],
)  # fmt: skip
def test_danger_is_never_closed_away(
    state: str, danger: str, children: str, here: bool, reason: str, codes: list[str]
) -> None:
    facts = TipFacts(state, danger, children, here)
    assert [each.code for each in tips.against_closing(facts, reason)] == codes


def test_a_tip_is_passed_to_another_office_that_hears_it() -> None:
    facts = TipFacts("waiting", "low", "no")
    assert tips.against_passing(facts, to_itself=False, heard=True) == ()
    assert [each.code for each in tips.against_passing(facts, to_itself=True, heard=True)] == ["office_is_another"]
    assert [each.code for each in tips.against_passing(facts, to_itself=False, heard=False)] == ["office_reads_tips"]


def held(kind: str, people: int = 0, sex: str = "any", ages: str = "adult", language: str = "") -> Reserve:
    return Reserve(kind, "held", people, sex, ages, language)


REST = (held("health"), held("ngo"))
TONGUES = (held("interpreter", language="my"), held("interpreter", language="km"))


@pytest.mark.parametrize(
    ("reserves", "codes"),
    [
        ((), ["beds_are_reserved", "interpreters_are_reserved", "health_staff_are_reserved", "ngo_is_reserved"]),
        ((held("beds", 4, "M"), held("beds", 3, "any"), *TONGUES, *REST), []),
        ((held("beds", 7, "any"), *TONGUES, *REST), []),
        ((held("beds", 9, "M"), *TONGUES, *REST), ["beds_are_reserved"]),
        ((held("beds", 4, "M"), held("beds", 2, "F"), *TONGUES, *REST), ["beds_are_reserved"]),
        ((held("beds", 9, "any", "child"), *TONGUES, *REST), ["beds_are_reserved"]),
        ((Reserve("beds", "asked", 9), *TONGUES, *REST), ["beds_are_reserved"]),
        ((Reserve("beds", "given_back", 9), *TONGUES, *REST), ["beds_are_reserved"]),
        ((held("beds", 7), TONGUES[0], *REST), ["interpreters_are_reserved"]),
        ((held("beds", 7), *TONGUES, held("ngo")), ["health_staff_are_reserved"]),
        ((held("beds", 7), *TONGUES, held("health")), ["ngo_is_reserved"]),
    ],
)  # fmt: skip
def test_an_operation_waits_for_everything(reserves: tuple[Reserve, ...], codes: list[str]) -> None:
    expected = (MEN, WOMEN, UNSAID)
    assert [each.code for each in readiness.against_release("planned", expected, reserves)] == codes
    assert [each.code for each in readiness.against_release("released", expected, reserves)] == ["operation_is_planned"]


def test_a_childs_bed_is_not_an_adults() -> None:
    found = readiness.needs((MEN, GIRL), (held("beds", 3, "M"), held("beds", 5, "any", "child")))
    assert found[:2] == (Need("beds", 4, 3, "M", "adult"), Need("beds", 1, 1, "F", "child"))


def test_every_reason_stands_on_a_known_source_and_names_who_mends_it() -> None:
    policies = load_policies()
    for each in (*tips.EVERY, *readiness.EVERY):
        assert each.sources and set(each.sources) <= set(policies.sources), each.code
        assert each.who and set(each.who) <= set(policies.roles), each.code
        assert each.mend and each.why, each.code
