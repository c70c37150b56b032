"""G20: three installations with wrong clocks, played from a seed: whatever happens, their copies agree at rest.

    python -m tests.gates.three_states --long [--seeds 10000] [--jobs 2]
    python -m tests.gates.three_states --seed 4711          # one seed again, with its schedule

Thailand refers somebody to Myanmar, and Myanmar somebody to China. Each has the real program over a database and keys
of its own; one process plays all three, so that chance, and nothing else, says what happens next: steps that cross,
letters that are lost, doubled, late or astray, processes that die in the middle of a commit, clocks that go wrong by
hours, and people who say what they may not. A seed that fails is printed with the shortest schedule that fails as well.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Final

from tests.gates.ground import told
from tests.gates.scene import quiet
from tests.gates.states_people import OVER
from tests.gates.states_seeds import ENDS, Event, run_again, run_seed, shortest
from tests.gates.states_table import EVERY, STEPS, Pair, Table, honest, why_never
from tests.gates.states_world import World, opened
from tests.quick_folder import quick_folder
from tests.quick_heap import quick_heap

LONG: Final = 10_000
SHORT: Final = 12
A_PART: Final = 25


@dataclass
class Sum:
    """What came of many seeds. failed: seed -> what was wrong, and the shortest schedule that shows it."""

    seeds: int = 0
    failed: dict[int, tuple[list[str], tuple[Event, ...]]] = field(default_factory=dict)
    ends: Counter[str] = field(default_factory=Counter)
    heard: Counter[Pair] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    tried: Counter[Pair] = field(default_factory=Counter)
    counted: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def add(self, other: Sum) -> None:
        """Take over what another process has found."""
        self.seeds += other.seeds
        self.failed |= other.failed
        self.wrong += other.wrong
        for name in ("ends", "heard", "outcomes", "tried", "counted"):
            getattr(self, name).update(getattr(other, name))


@contextmanager
def a_world() -> Iterator[World]:
    """Three installations in a folder that goes with the block."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="waymark-states-", dir=quick_folder()))
        yield stack.enter_context(opened(Path(folder)))


def play(world: World, seeds: Sequence[int], *, shorten: bool = True) -> Sum:
    """Play these seeds in a world that is there."""
    found = Sum()
    table = Table(Random(seeds[0]))
    for seed in seeds:
        seen = run_seed(world, seed, table)
        found.seeds += 1
        found.ends.update(seen.ends)
        found.counted.update(seen.counted)
        found.heard.update((each.side, each.state, each.name) for each in seen.arrived)
        found.outcomes.update(each.outcome for each in seen.arrived)
        if seen.faults:
            schedule = tuple(seen.schedule)
            found.failed[seed] = (seen.faults, shortest(world, seed, schedule) if shorten else schedule)
    found.tried.update(table.tried)
    return found


def tour(world: World, wanted: int = len(STEPS)) -> Sum:
    """Every message in every state, by hand; wanted: so many in each state."""
    table = Table(Random(0))
    return Sum(wrong=table.tour(world, wanted), tried=table.tried)


_OURS: list[World] = []
_STACK = ExitStack()


def _open() -> None:
    """Called once in each process of the pool."""
    quiet()
    _OURS.append(_STACK.enter_context(a_world()))
    quick_heap()


def _part(seeds: range) -> Sum:
    return play(_OURS[0], seeds) if seeds else tour(_OURS[0])


def run(first: int, seeds: int, jobs: int) -> Sum:
    """Play that many seeds in so many processes, and take the tour."""
    found, began = Sum(), time.monotonic()
    parts = [*(range(at, min(at + A_PART, first + seeds)) for at in range(first, first + seeds, A_PART)), range(0)]
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_open) as pool:
        for done in as_completed([pool.submit(_part, part) for part in parts]):
            each = done.result()
            found.add(each)
            for seed, (faults, schedule) in each.failed.items():
                print(f"  seed {seed}: {faults[0]}\n    {list(schedule)}", flush=True)
            print(f"  {found.seeds} seeds, {time.monotonic() - began:.0f} s", flush=True)
    return found


def report(found: Sum, fewest: int) -> bool:
    """Print the gate's lines; whether everything holds. fewest: how often each end has to be reached."""
    honestly = set(found.heard)
    for seed, (faults, schedule) in sorted(found.failed.items()):
        print(f"  seed {seed}: {faults[:3]}\n    {list(schedule)}")
    for sentence in found.wrong[:20]:
        print(f"  {sentence}")
    print(f"  {dict(sorted(found.counted.items()))}\n  ends: {dict(found.ends)}\n  outcomes: {dict(found.outcomes)}")
    print(f"  not heard in honest play: {sorted(honest() - honestly)}")
    reasons = Counter(why_never(pair) for pair in EVERY)
    print(f"  why a pair never happens: {({why: n for why, n in reasons.items() if why})}")
    messages = sum(found.heard.values())
    return all([
        told("g20-simulation", "seeds_failed", len(found.failed), 0, found.seeds, messages=messages),
        told("g20-simulation", "pairs_not_tried", len(EVERY - set(found.tried)), 0, len(EVERY)),
        told("g20-simulation", "pairs_with_another_outcome", len(found.wrong), 0, sum(found.tried.values())),
        told("g20-simulation", "pairs_not_foreseen", len(honestly - honest()), 0, len(honestly), of=len(honest())),
        told("g20-simulation", "ends_missing", sum(max(0, fewest - found.ends[end]) for end in ENDS), 0, found.seeds),
    ])  # fmt: skip


def main() -> int:
    """The command: 0 if everything holds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--long", action="store_true", help=f"{LONG} seeds instead of {SHORT}")
    parser.add_argument("--seeds", type=int, help="that many seeds")
    parser.add_argument("--first", type=int, default=0, help="the first of them")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--seed", type=int, help="this one alone, told in full")
    asked = parser.parse_args()
    quiet()
    if asked.seed is not None:
        return _tell(asked.seed)
    seeds = asked.seeds or (LONG if asked.long else SHORT)
    began = time.monotonic()
    found = run(asked.first, seeds, asked.jobs)
    print(f"  {found.seeds} seeds in {time.monotonic() - began:.0f} s")
    return 0 if report(found, seeds // 100) else 1


def _tell(seed: int) -> int:
    with a_world() as world:
        seen = run_seed(world, seed)
        for event in seen.schedule:
            print(f"  {event}")
        print(f"  {seen.ends}, {all(end in OVER for end in seen.ends)}")
        for fault in seen.faults:
            print(f"  {fault}")
        if seen.faults:
            schedule = shortest(world, seed, tuple(seen.schedule))
            print(f"  the shortest: {list(schedule)}\n  {run_again(world, seed, schedule).faults}")
    return 1 if seen.faults else 0


if __name__ == "__main__":
    sys.exit(main())
