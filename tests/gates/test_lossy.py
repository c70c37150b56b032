"""The lossy drill in the suite: a few referrals under fire on each engine, and planted faults that it must notice."""

from __future__ import annotations

import pytest

from tests.conftest import ENGINE_KINDS, Grounds
from tests.gates.lossy import LONG, SHORT, Found, Plan, report, run

# A planted fault is looked for by a few courses that do not wait for ever for what cannot come.
MUTANT = {"courses": 5, "kills": 0, "fewest": 1, "patience": 12.0}


def _run(grounds: Grounds, engine: str, plan: Plan) -> Found:
    with grounds(engine) as near, grounds(engine) as far:
        return run((near, far), plan)


@pytest.mark.parametrize("engine", ENGINE_KINDS)
def test_both_say_the_same_after_losses_and_kills(grounds: Grounds, engine: str) -> None:
    assert SHORT[0] * 10 < LONG[engine][0]
    plan = Plan(*SHORT)
    found = _run(grounds, engine, plan)
    assert report(found, plan, engine)
    for line in found.lines:
        assert line.counted["requests_lost"] and line.counted["answers_lost"] and line.counted["doubled"]


def test_a_receiver_that_forgets_what_it_took_in_is_noticed(grounds: Grounds) -> None:
    found = _run(grounds, "sqlite", Plan(**MUTANT, mutants=("no_inbox_dedupe",)))
    assert found.faults and found.verdict.disagreements
    print(f"GATE g20 mutant=no_inbox_dedupe faults={len(found.faults)} expected=some n={MUTANT['courses']}")


def test_a_copy_that_says_the_day_of_arrival_is_noticed(grounds: Grounds) -> None:
    """It begins between the two midnights: Bangkok has the day after already."""
    plan = Plan(**{**MUTANT, "courses": 2, "ends": ("completed",)}, hours=15.02, mutants=("day_of_arrival",))
    found = _run(grounds, "sqlite", plan)
    assert [each for each in found.verdict.disagreements if "2026, 11, 24" in each and "2026, 11, 23" in each]
    print(f"GATE g20 mutant=day_of_arrival faults={len(found.faults)} expected=some n={plan.courses}")


def test_a_hole_in_the_numbers_is_what_keeps_the_order(grounds: Grounds) -> None:
    """A sender that waits for no receipt does no harm as long as the receiver asks for the number before."""
    # All of them go home: at home, five messages of one referral wait together.
    going_home = {**MUTANT, "patience": 60.0, "ends": ("completed",), "courses": 2}
    careful = _run(grounds, "sqlite", Plan(**going_home, mutants=("overtaking",)))
    assert careful.faults == []
    careless = _run(grounds, "sqlite", Plan(**{**going_home, "patience": 12.0}, mutants=("overtaking", "gap_accepted")))
    assert [each for each in careless.verdict.disagreements if "order" in each or "visits" in each]
    print(f"GATE g20 mutant=gap_accepted faults={len(careless.faults)} expected=some n={going_home['courses']}")
