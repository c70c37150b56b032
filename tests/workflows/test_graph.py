"""The shape of the machines: reachable, without dead ends, named once, granted to somebody, one pen per state."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

# The kinds live above the workflows; their names are what both agree on.
from app.casework.kinds import KINDS
from app.worklist.notice_words import SENTENCES
from policies.model import Policies
from tests.workflows.situations import TODAY, all_steps, ready, step_of
from workflows import engine
from workflows.death import SEE_TO
from workflows.effects import Alert, Arbitrate, CloseTask, MoveCustody, OpenTask, SendMessage, StepOnCase
from workflows.engine import MACHINES, matter_machines
from workflows.erasure_abroad import OF_ERASURE
from workflows.guards.conversation import THEIR_TURN
from workflows.harm import CONSIDER_REOPENING, HELD
from workflows.leave import (
    AGREE_WORK,
    ANSWER_REFUSED,
    ASK_EMPLOYMENT,
    FROM_IDENTIFICATION,
    FROM_PROTECTION,
)
from workflows.matter import MATTER
from workflows.recording import BY_CALENDAR, FOLLOWS, ONLY_WITH_STEP
from workflows.remedy_abroad import OF_CLAIMS
from workflows.staying import ASK_STAY, SETTLE_STAY
from workflows.step import MachineSpec, Side, Step

SPECS = list(MACHINES.values())
HARM_IS_REPORTED = {"report_penalty", "report_threat"}
# Steps of the receiver that only answer a request to end: taken while the sender is tied, never beside it.
ANSWERS_A_REQUEST = "grant_end"
# What a withdrawn consent asks for is said also when the referral is over; it moves nothing.
TOLD_AFTERWARDS = OF_ERASURE | OF_CLAIMS | {
    "tell_withdrawal", "confirm_withdrawal", "tell_withdrawal_back", "confirm_withdrawal_back",
    "ask_to_forget", "ask_embassy_to_forget", "note_embassy_told",
}
# Tasks that are opened elsewhere: by writing a draft, by each visit in turn, and where a consent is gone.
OPENED_ELSEWHERE = {"approve_referral", "visit_next", "tell_provider", "*"}


def arrows(spec: MachineSpec) -> set[tuple[str, str]]:
    return {(start.value, to.value) for row in spec.steps for start in row.start for to in row.targets()}


def test_only_a_step_of_a_matter_opens_and_it_opens_in_an_initial_state() -> None:
    for spec in SPECS:
        opening = [row for row in spec.steps if row.opens]
        assert bool(opening) == (spec.aggregate == MATTER), spec.name
        for row in opening:
            assert row.form_required and len(row.targets()) == 1, row.name
        assert not opening or {to for row in opening for to in row.targets()} == set(spec.initial)


def test_a_machine_of_matters_says_who_may_see_them_and_its_forms_agree(policies: Policies) -> None:
    for spec in matter_machines():
        assert spec.group is not None and spec.deciding <= {row.name for row in spec.steps}
        assert policies.codes[spec.about].codes and f"{spec.name}_state" in policies.codes
        assert set(policies.codes[f"{spec.name}_state"].codes) == {state.value for state in spec.states}
        for row in spec.steps:
            assert row.form is None or KINDS[row.form].group == spec.group, row.name
            assert row.form is None or row.form in ONLY_WITH_STEP, row.form


def reached_from(starts: set[str], ways: set[tuple[str, str]]) -> set[str]:
    found, last = set(starts), None
    while found != last:
        last = set(found)
        found |= {to for start, to in ways if start in found}
    return found


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_every_state_can_be_reached_and_leads_to_an_end(spec: MachineSpec) -> None:
    ways = arrows(spec)
    every = {state.value for state in spec.states}
    assert reached_from({state.value for state in spec.initial}, ways) == every
    back = {(to, start) for start, to in ways}
    # A negative identification may rest where it is: it is an answer, though one that can be asked again.
    ends = {state.value for state in spec.final}
    assert reached_from(ends, back) == every, "states from which no end can be reached"


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_nothing_but_opening_again_leaves_a_final_state(spec: MachineSpec) -> None:
    assert spec.final
    for row in spec.steps:
        leaves = bool(row.targets()) or row.name not in TOLD_AFTERWARDS
        assert not (leaves and set(row.start) & spec.final) or row.name == "reopen", f"{row.name} starts from an end"


@pytest.mark.parametrize(("machine", "step"), all_steps())
def test_every_step_is_complete(machine: str, step: str, policies: Policies) -> None:
    row = step_of(machine, step)
    assert row.name.isidentifier() and row.name == row.name.lower()
    assert row.title[:1].isupper() and not row.title.endswith(".")
    assert len(set(row.start)) == len(row.start)
    # Harm is written down whenever it is heard of: of a report nothing is asked, not even that the case is open.
    assert bool(row.guards) != (step in HARM_IS_REPORTED), f"{step} asks nothing at all"
    assert row.permission in policies.permissions
    granted = [role for role, rule in policies.roles.items() if row.permission in rule.permissions]
    assert granted, f"nobody may take {step}"
    assert (row.by is not None) == (machine == "referral")
    assert not row.form_required or row.form
    for code_list in row.given.values():
        assert policies.codes[code_list].codes


def test_titles_and_names_are_unique() -> None:
    for spec in SPECS:
        for names in (Counter(row.name for row in spec.steps), Counter(row.title for row in spec.steps)):
            assert max(names.values()) == 1, names
    every = Counter(row.name for spec in SPECS for row in spec.steps)
    assert max(every.values()) == 1, "timelines and conflicts find a step by its name alone"
    on_cases = Counter(row.name for name in ("identification", "care") for row in MACHINES[name].steps)
    for name in on_cases:
        assert engine.machine_of_case_step(name) in ("identification", "care")
    with pytest.raises(engine.UnknownStep):
        engine.machine_of_case_step("sign_receipt")


@pytest.mark.parametrize(("machine", "step"), all_steps())
def test_every_effect_can_be_carried_out(machine: str, step: str, policies: Policies) -> None:
    row = step_of(machine, step)
    for effect in row.effects:
        if isinstance(effect, OpenTask):
            assert effect.role in policies.roles
            for clock in (effect.clock, effect.child_clock, effect.urgent_clock):
                for country in policies.countries if clock else ():
                    others = [each for each in policies.countries if each != country]
                    for other in others if machine == "referral" else [None]:
                        assert policies.clock(clock or "", country, other, on=TODAY).value > 0
        elif isinstance(effect, CloseTask):
            assert effect.kind in OPENED_ELSEWHERE | _opened_kinds(), f"{step} closes a task nobody opens"
        elif isinstance(effect, Alert):
            assert effect.permission in policies.permissions and effect.kind in SENTENCES
        elif isinstance(effect, SendMessage):
            assert machine == "referral"
            assert all(policies.knows("data_group", group) for group in effect.carries)
        elif isinstance(effect, StepOnCase):
            assert MACHINES["care"].step(effect.step) is not None
            assert effect.side in {side.value for side in Side}


def _opened_kinds() -> set[str]:
    effects = [effect for spec in SPECS for row in spec.steps for effect in row.effects]
    effects += [effect for following in (*FOLLOWS.values(), HELD) for effect in following]
    effects += (*BY_CALENDAR, AGREE_WORK, ASK_STAY, SETTLE_STAY, CONSIDER_REOPENING, SEE_TO)
    effects += (FROM_PROTECTION, FROM_IDENTIFICATION, ASK_EMPLOYMENT, ANSWER_REFUSED)
    return {effect.kind for effect in effects if isinstance(effect, OpenTask)}


@pytest.mark.parametrize("kind", FOLLOWS)
def test_what_follows_a_record_can_be_carried_out(kind: str, policies: Policies) -> None:
    assert kind in KINDS
    for effect in FOLLOWS[kind]:
        if isinstance(effect, Alert):
            assert effect.permission in policies.permissions and effect.kind in SENTENCES
            continue
        assert effect.kind in _opened_kinds()
        if isinstance(effect, OpenTask):
            assert effect.role in policies.roles
            for country in policies.countries:
                assert policies.clock(effect.clock, country, on=TODAY).value > 0


def test_every_step_of_a_referral_but_those_of_the_draft_tells_the_other_side() -> None:
    for row in MACHINES["referral"].steps:
        told = sum(isinstance(effect, SendMessage) for effect in row.effects)
        assert told == (0 if row.name == "approve" else 1), row.name


def test_custody_moves_with_the_receipt_and_with_nothing_else() -> None:
    moving = [row.name for row in MACHINES["referral"].steps if MoveCustody() in row.effects]
    assert moving == ["sign_receipt"]
    receipt = step_of("referral", "sign_receipt")
    assert (receipt.by, [each.value for each in receipt.start]) == (Side.RECEIVER, ["handed_over"])
    assert [row.name for row in MACHINES["referral"].steps if Arbitrate() in row.effects] == ["request_end"]


def test_in_each_state_one_side_holds_the_pen() -> None:
    pen: dict[str, set[Side | None]] = {}
    for row in MACHINES["referral"].steps:
        if row.targets() and row.name != ANSWERS_A_REQUEST:
            for start in row.start:
                pen.setdefault(start.value, set()).add(row.by)
    assert all(len(sides) == 1 for sides in pen.values()), pen
    assert {state for state, sides in pen.items() if sides == {Side.RECEIVER}} == THEIR_TURN


def test_while_the_end_is_asked_for_the_sender_is_tied(policies: Policies) -> None:
    """That is why `grant_end` may move where the sender holds the pen: the sender asked, so it cannot move."""
    for row in MACHINES["referral"].steps:
        if row.by is not Side.SENDER or not row.targets() or row.name == "send":
            continue
        assert "end_is_not_asked" in {guard.name for guard in row.guards}, row.name
    assert "end_is_asked" in {guard.name for guard in step_of("referral", ANSWERS_A_REQUEST).guards}
    # Only a draft that was never sent can be sent, and nobody can ask to end a draft.
    assert "draft" not in {state.value for state in step_of("referral", "request_end").start}


def test_every_open_state_knows_a_way_to_end(policies: Policies) -> None:
    """Whoever holds the pen, the sender can end the referral or ask for its end, in every open state."""
    ends: set[str] = set()
    for name in ("withdraw", "cancel", "request_end"):
        ends |= {state.value for state in step_of("referral", name).start}
    final = {state.value for state in MACHINES["referral"].final}
    assert ends == {state.value for state in MACHINES["referral"].states} - final
    answered = {state.value for name in ("grant_end", "refuse_end") for state in step_of("referral", name).start}
    assert answered == {state.value for state in step_of("referral", "request_end").start}


def test_the_library_is_tamed() -> None:
    for name, machine in engine._LOADED.items():
        assert machine.auto_transitions is False
        assert not machine.ignore_invalid_triggers
        assert set(machine.events) == {row.name for row in MACHINES[name].steps}
        members = {state.value for state in machine.states.values()}
        assert members == set(MACHINES[name].states), "states are loaded as enum members"


def test_decisions_leave_nothing_behind(policies: Policies) -> None:
    situations = [(machine, step, ready(machine, step)) for machine, step in all_steps()]
    for number in range(1000):
        machine, step, situation = situations[number % len(situations)]
        engine.decide(machine, step, situation, policies)
    assert all(len(machine.models) == 0 for machine in engine._LOADED.values())


def test_an_unknown_step_or_machine_is_said_so(policies: Policies) -> None:
    for machine, step in (("care", "fly"), ("weather", "admit")):
        with pytest.raises(engine.UnknownStep):
            engine.decide(machine, step, ready("care", "admit"), policies)


def test_clocks_of_children_are_never_slower(policies: Policies) -> None:
    for machine, step in all_steps():
        for effect in step_of(machine, step).effects:
            if isinstance(effect, OpenTask) and effect.child_clock:
                for country in policies.countries:
                    other = next(each for each in policies.countries if each != country)
                    pair = (country, other if machine == "referral" else None)
                    assert _hours(policies, effect.child_clock, pair) <= _hours(policies, effect.clock, pair)


def _hours(policies: Policies, name: str, pair: tuple[str, str | None], on: date = TODAY) -> int:
    clock = policies.clock(name, pair[0], pair[1], on=on)
    return clock.value * {"hours": 1, "days": 24, "working_days": 24, "months": 28 * 24}[clock.unit]


@pytest.mark.parametrize("row", [row for spec in SPECS for row in spec.steps], ids=lambda row: row.name)
def test_every_form_is_a_record_kind_the_step_can_be_given(row: Step) -> None:
    assert row.form is None or row.form in KINDS
