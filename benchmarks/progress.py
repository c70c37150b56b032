"""Progress of what fills a store: a bar on the terminal's error output, with the seconds that are left."""

from __future__ import annotations

import sys
from time import perf_counter


def bar(done: int, of: int, began: float) -> None:
    """Draw the bar anew: so many cases of how many are done since ``began`` (a `perf_counter`)."""
    took = perf_counter() - began
    left = took / done * (of - done) if done else 0.0
    marks = "#" * (30 * done // of)
    print(f"\r[{marks:<30}] {done:,} of {of:,} cases, {left:.0f} s left ", end="", file=sys.stderr, flush=True)
