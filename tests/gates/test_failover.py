"""The failover drill in the suite: two kills that catch commits where it hurts, and set-ups that it must see lose."""

from __future__ import annotations

from tests.gates.failover import LONG, LONGER, Plan, report, run

# Two clients are enough to see a set-up lose.
FEW = 2


def test_what_was_confirmed_outlives_the_primary() -> None:
    plan = Plan(("unapplied", "unsent"))
    assert len(plan.kills) * 3 < LONG and plan.calm < LONGER[0]
    found = run(plan)
    assert report(found)
    doubted = [each.answers["503 outcome_unknown"] for each in found.outages]
    assert all(doubted), "no commit was caught"
    kept, lost = found.outages
    assert kept.replayed and lost.done_anew and not lost.replayed


def test_a_standby_that_nobody_waits_for_loses_what_was_confirmed() -> None:
    found = run(Plan(("unsent",), synchronous=False, clients=FEW))
    assert found.judged.lost
    _seen("asynchronous", found.judged.lost)


def test_commits_that_wait_for_one_disk_lose_what_was_confirmed() -> None:
    """The program refuses such a connection (tests/app/kit/test_db.py); here it does not."""
    local, taken = "-c%20synchronous_commit%3Dlocal", ("weak_commits_taken",)
    found = run(Plan(("unsent",), options=local, mutants=taken, clients=FEW))
    assert found.judged.lost
    _seen("weak_commits_taken", found.judged.lost)


def test_keys_that_are_forgotten_do_it_twice() -> None:
    found = run(Plan(("unapplied",), acts=("open",), mutants=("keys_forgotten",), clients=FEW))
    assert found.judged.twice and not found.judged.lost
    _seen("keys_forgotten", found.judged.twice)


def test_an_outage_that_has_no_name_is_noticed() -> None:
    found = run(Plan(("unsent",), acts=("look", "open"), mutants=("outage_unnamed",), clients=FEW))
    assert [said for said in found.desk.faults if " 500 " in said]
    _seen("outage_unnamed", found.desk.faults)


def _seen(mutant: str, faults: list[str]) -> None:
    print(f"GATE failover mutant={mutant} faults={len(faults)} expected=some n=1")
