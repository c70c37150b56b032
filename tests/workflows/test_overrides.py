"""A reasoned exception: by somebody else, for a time, and only where every source is a guideline that bends."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from policies.model import Policies, Strength
from tests.workflows.situations import TODAY, ready, step_of, with_case
from tests.workflows.test_every_guard import BREAKS, MEANINGFUL_START, PAIRS
from workflows.engine import Moved, Refused, decide
from workflows.facts import OverrideFacts, Situation
from workflows.recording import refusals_for

# The guards that may be set aside, named here so that nobody softens another one by changing a source.
SOFT = {
    "screening_is_recorded",
    "an_indicator_has_reasons",
    "interview_was_safe",
    "support_agency_is_named",
    "reception_is_arranged",
    "reintegration_is_planned",
    "screener_is_trained",
    "visits_are_made",
}
TOMORROW = TODAY + timedelta(days=1)


def override(guard: str, **changes: object) -> OverrideFacts:
    return replace(OverrideFacts(guard, "supervisor-1", TOMORROW), **changes)


def with_override(situation: Situation, *rows: OverrideFacts) -> Situation:
    return situation if situation.case is None else with_case(situation, overrides=rows)


def codes(answer: Moved | Refused) -> set[str]:
    return {refusal.code for refusal in answer.refusals} if isinstance(answer, Refused) else set()


@pytest.mark.parametrize(("machine", "step", "guard"), PAIRS)
def test_only_where_every_source_allows_it(machine: str, step: str, guard: str, policies: Policies) -> None:
    row = next(each for each in step_of(machine, step).guards if each.name == guard)
    soft = all(policies.source(source).strength is Strength.OVERRIDE for source in row.sources)
    assert soft == (guard in SOFT), f"{guard} rests on {row.sources}"
    start = MEANINGFUL_START.get((machine, step, guard))
    for way in BREAKS[guard]:
        rules = way.policies(policies) if way.policies else policies
        broken = way.change(ready(machine, step, child=bool(way.child), start=start))
        before = decide(machine, step, broken, rules)
        after = decide(machine, step, with_override(broken, override(guard)), rules)
        bends = soft and broken.case is not None
        assert codes(after) == codes(before) - ({guard} if bends else set())
        said = {refusal.code: refusal.overridable for refusal in before.refusals} if isinstance(before, Refused) else {}
        assert said[guard] == bends, "the answer says truly whether an override can help"


def test_principles_conventions_and_house_rules_never_bend(policies: Policies) -> None:
    for source in policies.sources.values():
        if source.kind in ("principle", "convention"):
            assert source.strength is Strength.HARD, source.id
    for name in ("OHCHR-G2.6", "WM-CONSENT", "WM-CUSTODY", "WM-TWO-EYES", "WM-PROTOCOL", "WM-SAFETY", "WM-REASONS"):
        assert not policies.overridable([name])
    assert not policies.overridable([])


@pytest.fixture
def unnamed_agency() -> Situation:
    """The police brought the case and no support agency is named: a guideline, so it bends."""
    return with_case(ready("identification", "open_decision"), support_agency=False)


def test_by_somebody_else_and_in_time(unnamed_agency: Situation, policies: Policies) -> None:
    def answer(*rows: OverrideFacts) -> set[str]:
        return codes(decide("identification", "open_decision", with_override(unnamed_agency, *rows), policies))

    guard = "support_agency_is_named"
    assert answer() == {guard}
    assert answer(override(guard)) == set()
    assert answer(override(guard, until=TODAY)) == set(), "its last day counts"
    assert answer(override(guard, until=TODAY - timedelta(days=1))) == {guard}, "never expired"
    assert answer(override(guard, by="worker-1")) == {guard}, "never one's own"
    assert answer(override("interview_was_safe")) == {guard}, "never for another guard"
    assert answer(override(guard, by="worker-1"), override(guard)) == set(), "one good one is enough"


def test_an_override_excuses_one_guard_and_nothing_else(unnamed_agency: Situation, policies: Policies) -> None:
    silent = with_override(with_case(unnamed_agency, rights=None), override("support_agency_is_named"))
    assert codes(decide("identification", "open_decision", silent, policies)) == {"rights_were_explained"}


def test_state_side_and_proof_cannot_be_overridden(policies: Policies) -> None:
    wrong = ready("identification", "identify", start="deciding")
    excused = with_override(wrong, *(override(code) for code in ("wrong_state", "wrong_side", "only_by_proof")))
    assert codes(decide("identification", "open_decision", excused, policies)) == {"wrong_state"}
    claimed = with_override(ready("care", "turn_back"), override("only_by_proof"), override("receipt_is_signed"))
    assert codes(decide("care", "record_handover", claimed, policies)) == {"only_by_proof", "receipt_is_signed"}


def test_records_know_no_override(policies: Policies) -> None:
    alone = with_case(ready("care", "plan_return", child=True), guardian=None)
    excused = with_override(alone, override("guardian_is_appointed"))
    assert [refusal.code for refusal in refusals_for("return_plan", excused, policies)] == ["guardian_is_appointed"]


def test_a_child_is_never_silenced_by_an_override(policies: Policies) -> None:
    """The guard has its own lawful exception (why none could be heard); there is no second one."""
    situation = ready("care", "depart", child=True)
    assert situation.case is not None and situation.case.best_interests is not None
    unheard = replace(situation.case.best_interests, views_heard=False)
    excused = with_override(with_case(situation, best_interests=unheard), override("child_was_heard"))
    assert codes(decide("care", "depart", excused, policies)) == {"child_was_heard"}
