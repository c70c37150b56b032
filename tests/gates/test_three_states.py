"""The simulation of three installations in the suite: some seeds, every message in every state, and planted faults."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.gates.states_mutants import MUTANTS, planted
from tests.gates.states_people import ACTS, TAKES_BACK
from tests.gates.states_seeds import ENDS, run_again, run_seed, shortest
from tests.gates.states_table import ERASING, EVERY, NEVER_MET, OWN_WORD, STEPS, TOUR, declared, honest, why_never
from tests.gates.states_world import World
from tests.gates.three_states import LONG, SHORT, a_world, play, report, tour
from workflows.erasure_abroad import OF_ERASURE
from workflows.referral import Referral

# From which seed on each fault is looked for, so that the suite has it soon, and in how many seeds it has to be found.
LOOK_FROM = {"no_inbox_dedupe": 0, "applies_out_of_order": 6, "custody_before_the_receipt": 18, "clock_decides": 6}
FOUND_WITHIN = 25
# In the suite a few of the messages in each state; the long form tries all.
A_FEW = 4


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """Three installations."""
    with a_world() as made:
        yield made


def test_every_pair_is_declared_and_whatever_never_happens_has_its_reason() -> None:
    assert set(TOUR) == {state.value for state in Referral}
    for pair in EVERY:
        assert declared(pair, crossed=False) and declared(pair, crossed=True)
        assert bool(why_never(pair)) == (pair not in honest()), pair
    reasons = {why_never(pair) for pair in EVERY}
    assert {OWN_WORD, ERASING, NEVER_MET} <= reasons
    assert honest() <= EVERY
    # What honest countries bring about is taken in, or comes when it moves nothing any more.
    for side, state, name in honest():
        outcome = declared((side, state, name), crossed=True)
        assert outcome in ("applied", "already_ended"), (side, state, name)


def test_people_can_take_every_step_that_is_theirs() -> None:
    said = {name for name, row in STEPS.items() if not row.system_only} - OF_ERASURE
    assert said == set(ACTS)
    assert set(TAKES_BACK) < set(STEPS)
    for name, act in ACTS.items():
        assert STEPS[name].by == act.side


def test_every_message_in_every_state_becomes_what_is_declared(world: World) -> None:
    found = tour(world)
    assert found.wrong == []
    assert set(found.tried) == EVERY
    print(f"GATE g20-simulation pairs_not_tried=0 limit=0 n={len(EVERY)}")


def test_whatever_happens_the_copies_agree_at_rest(world: World) -> None:
    assert SHORT * 100 < LONG
    found = play(world, range(SHORT))
    found.tried.update(EVERY)
    assert report(found, 0)
    assert set(found.ends) <= set(ENDS)


def test_a_day_that_a_wrong_clock_has_set_is_set_anew(world: World) -> None:
    # The shortest schedule of seed 3691: on the clock of that office the handover was for today.
    seen = run_again(world, 3691, [("clock", "TH", 40.0), ("act", 0, "schedule_handover")])
    assert (seen.faults, seen.ends[0]) == ([], "completed")


@pytest.mark.parametrize("name", MUTANTS)
def test_a_planted_fault_is_found_and_told_briefly(world: World, name: str) -> None:
    with planted(name):
        for seed in range(LOOK_FROM[name], LOOK_FROM[name] + FOUND_WITHIN):
            seen = run_seed(world, seed)
            if seen.faults:
                break
        else:
            pytest.fail(f"{name} was not found in {FOUND_WITHIN} seeds")
        brief = shortest(world, seed, tuple(seen.schedule), tries=6)
        assert len(brief) <= len(seen.schedule)
        assert run_again(world, seed, brief).faults
    # The same schedule without the fault is none.
    assert run_again(world, seed, brief).faults == []
    print(f"GATE g20-simulation mutant={name} seed={seed} events={len(brief)} expected=some")
