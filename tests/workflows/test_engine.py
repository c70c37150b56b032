"""The engine, whatever it is asked: never a crash, always a reason, nothing remembered, nothing changed."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policies.model import Policies
from tests.workflows.randomly import situations
from tests.workflows.situations import ready, with_actor, with_case, with_referral
from tests.workflows.test_every_guard import must_be_complete
from workflows import engine
from workflows.engine import MACHINES, EngineBug, Moved, Refused, choices, decide, draw, replay
from workflows.facts import Situation
from workflows.step import Fork, guard

ANY = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("machine", MACHINES)
@ANY
@given(data=st.data())
def test_any_question_gets_an_answer(machine: str, data: st.DataObject, policies: Policies) -> None:
    situation = data.draw(situations(machine))
    before = copy.deepcopy(situation)
    spec = MACHINES[machine]
    for row in spec.steps:
        answer = decide(machine, row.name, situation, policies)
        assert decide(machine, row.name, situation, policies) == answer
        if isinstance(answer, Moved):
            assert answer.to in {state.value for state in spec.states}
            assert row.to is not None or answer.to == engine.state_of(spec, situation)
        else:
            assert answer.refusals
            codes = [refusal.code for refusal in answer.refusals]
            assert len(codes) == len(set(codes))
            for refusal in answer.refusals:
                if refusal.code not in {"wrong_state", "wrong_side", "only_by_proof"}:
                    must_be_complete(refusal, policies)
    assert situation == before


def test_a_fork_asks_the_facts_of_what_moves(policies: Policies) -> None:
    beside = ready("referral", "approve").referral
    again = replace(ready("care", "reopen", start="closed"), referral=beside)
    answer = decide("care", "reopen", again, policies)
    assert isinstance(answer, Moved) and answer.to == "recovering"


@pytest.mark.parametrize("machine", MACHINES)
@ANY
@given(data=st.data())
def test_the_choices_are_the_decisions(machine: str, data: st.DataObject, policies: Policies) -> None:
    situation = data.draw(situations(machine))
    spec = MACHINES[machine]
    here = engine.state_of(spec, situation)
    offered = choices(machine, situation, policies, lambda permission: True)
    assert [choice.step.name for choice in offered] == [
        row.name
        for row in spec.steps
        if (here in row.start if here is not None else row.opens)
        and not row.system_only
        and (not row.answers or getattr(situation.referral, row.answers))
        and (row.by is None or (situation.referral is not None and row.by == situation.referral.side))
    ]
    for choice in offered:
        answer = decide(machine, choice.step.name, situation, policies)
        assert choice.allowed == isinstance(answer, Moved)
        if isinstance(answer, Refused):
            assert choice.refusals == answer.refusals


def test_only_permitted_steps_are_offered(policies: Policies) -> None:
    situation = ready("referral", "acknowledge")
    everything = choices("referral", situation, policies, lambda permission: True)
    answers = choices("referral", situation, policies, lambda permission: permission == "referral:answer")
    assert {choice.step.permission for choice in answers} == {"referral:answer"}
    assert len(answers) == len(everything) == 3
    assert not choices("referral", situation, policies, lambda permission: False)


def test_blocked_steps_are_offered_with_their_reasons(policies: Policies) -> None:
    situation = with_case(ready("care", "plan_return"), asylum_claim=True)
    offered = {choice.step.name: choice for choice in choices("care", situation, policies, lambda _: True)}
    assert not offered["plan_return"].allowed
    assert [refusal.code for refusal in offered["plan_return"].refusals] == ["no_asylum_claim_is_open"]
    assert offered["include_locally"].allowed


def test_what_only_the_system_may_do_is_offered_to_nobody(policies: Policies) -> None:
    situation = with_actor(ready("care", "record_handover"), system=True)
    names = {choice.step.name for choice in choices("care", situation, policies, lambda _: True)}
    assert names == {"turn_back"}


@pytest.mark.parametrize("row", [row for row in MACHINES["referral"].steps if isinstance(row.to, Fork)])
def test_a_fork_goes_where_the_fact_says(row: engine.Step) -> None:
    assert isinstance(row.to, Fork)
    situation = ready("referral", row.name)
    for said, to in row.to.ways.items():
        value = "missing" if said == "*" else said
        assert replay("referral", row.name, with_referral(situation, **{row.to.fact: value})) == to.value


def test_a_map_without_a_way_is_a_bug_not_a_refusal() -> None:
    with pytest.raises(EngineBug):
        replay("referral", "acknowledge", ready("referral", "send"))
    with pytest.raises(EngineBug):
        replay("referral", "supply_info", with_referral(ready("referral", "supply_info"), came_from=None))
    with pytest.raises(EngineBug):
        engine.state_of(MACHINES["care"], Situation(*_nobody()))
    with pytest.raises(EngineBug):
        engine.state_of(MACHINES["referral"], Situation(*_nobody()))


def _nobody() -> tuple[object, object]:
    situation = ready("care", "admit")
    return situation.actor, situation.today


@pytest.mark.parametrize("machine", MACHINES)
def test_the_drawing_shows_every_step_and_state(machine: str) -> None:
    text = draw(machine)
    spec = MACHINES[machine]
    assert text.startswith("stateDiagram-v2\n")
    assert draw(machine) == text
    for row in spec.steps:
        for start in row.start:
            for to in row.targets() or (start,):
                assert any(
                    line.strip().startswith(f"{start.value} --> {to.value}: ") and row.name in line
                    for line in text.splitlines()
                ), (row.name, start)
    assert all(f"[*] --> {state.value}" in text for state in spec.initial)
    assert all(f"{state.value} --> [*]" in text for state in spec.final)


def test_a_missing_case_is_a_reason_not_a_crash(policies: Policies) -> None:
    situation = replace(ready("referral", "start_reintegration"), case=None)
    answer = decide("referral", "start_reintegration", situation, policies)
    assert isinstance(answer, Refused)
    assert {refusal.code for refusal in answer.refusals} == {"case_manager_is_named", "reintegration_is_planned"}
    assert not any(refusal.overridable for refusal in answer.refusals)


def test_a_guard_may_name_only_what_is_on_offer() -> None:
    with pytest.raises(TypeError, match="weather"):

        @guard(sources=("OHCHR-P1",), says="No.", why="No.", mend="No.", who=("supervisor",))
        def the_sun_shines(weather: object) -> bool:
            return bool(weather)
