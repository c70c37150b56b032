"""How well people are found again: recall and precision on labelled pairs of each script, as the program decides.

    python -m benchmarks.matching [--pairs 2000] [--seed 2] [--misses 10]

A pair counts as found when the two records meet under a key of the index and are then weighed as likely one person.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from time import perf_counter

from app.casework.spelling.evidence import LIKELY, Known, Likely, weighed
from app.casework.spelling.name import keys_of
from tests.app.casework.spelling.pairs import SCRIPTS, Pair, labelled

RECALL, PRECISION = 0.95, 0.90


@dataclass(frozen=True)
class Measured:
    """What came of the pairs of one script."""

    pairs: int
    recall: float
    precision: float
    by_keys: float
    wrong: tuple[tuple[Pair, Likely], ...]

    @property
    def good(self) -> bool:
        """Whether both limits are kept."""
        return self.recall >= RECALL and self.precision >= PRECISION


def measure(script: str, pairs: int, seed: int) -> Measured:
    """Decide every pair of a script as the program does."""
    found = right = wanted = met = 0
    wrong = []
    for pair in labelled(script, pairs, seed):
        one, other = (Known(each.names, each.year, each.place) for each in (pair.one, pair.other))
        meet = bool(keys_of(*one.names) & keys_of(*other.names))
        likely = weighed(one, other)
        told = meet and likely.score >= LIKELY
        wanted += pair.same
        met += pair.same and meet
        found += told
        right += told and pair.same
        if told != pair.same:
            wrong.append((pair, likely))
    return Measured(pairs, right / wanted, right / found if found else 0.0, met / wanted, tuple(wrong))


def main() -> int:
    """Print a line for each script; 1 if a limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=2, help="the limits were set on seed 1")
    parser.add_argument("--misses", type=int, default=0, help="show so many of the wrong answers")
    parser.add_argument("--script", choices=SCRIPTS)
    given = parser.parse_args()
    good = True
    print(f"limits: recall {RECALL}, precision {PRECISION}")
    for script in (given.script,) if given.script else SCRIPTS:
        began = perf_counter()
        measured = measure(script, given.pairs, given.seed)
        each = (perf_counter() - began) / given.pairs * 1000
        good = good and measured.good
        print(
            f"{script:6} pairs={measured.pairs} recall={measured.recall:.3f} precision={measured.precision:.3f}"
            f" met_by_keys={measured.by_keys:.3f} ms_each={each:.2f} {'ok' if measured.good else 'MISSED'}"
        )
        for pair, likely in measured.wrong[: given.misses]:
            print(f"  {'not found' if pair.same else 'wrongly ' + pair.why}: {pair.one} {pair.other} {likely}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
