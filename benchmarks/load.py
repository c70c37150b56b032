"""Load: does the same thing again and again in a few threads, and says how often and how fast it was done."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from time import perf_counter
from typing import Any

Act = Callable[[], None]
WARM_UP = 3


@dataclass(frozen=True, slots=True)
class Figures:
    """What a run came to: how many, how many a second, and how long one took (milliseconds)."""

    count: int
    per_second: float
    p50_ms: float
    p95_ms: float
    cpu_ms: float | None = None

    def as_json(self) -> dict[str, Any]:
        """The figures, rounded to what they are worth."""
        return {name: round(value, 3) if isinstance(value, float) else value for name, value in asdict(self).items()}


def run(acts: Sequence[Act], *, seconds: float, most: int, cpu_seconds: Callable[[], float | None]) -> Figures:
    """Repeat each act in a thread of its own until time or number is up.

    acts: one for each thread; each is done WARM_UP times before the clock starts. seconds: for how long at most;
    most: how many acts at most, all threads together. cpu_seconds: CPU time the server has used so far, or None.
    Raises whatever an act raises.
    """
    for act in acts:
        for _ in range(WARM_UP):
            act()
    each = max(1, most // len(acts))
    gate = threading.Barrier(len(acts) + 1)

    def repeat(act: Act) -> list[float]:
        spans: list[float] = []
        gate.wait()
        end = perf_counter() + seconds
        while len(spans) < each:
            began = perf_counter()
            if spans and began >= end:
                break
            act()
            spans.append(perf_counter() - began)
        return spans

    with ThreadPoolExecutor(len(acts)) as pool:
        running = [pool.submit(repeat, act) for act in acts]
        used = cpu_seconds()
        gate.wait()
        began = perf_counter()
        spans = sorted(span for each_run in running for span in each_run.result())
        took = perf_counter() - began
    after = cpu_seconds()
    cpu = None if used is None or after is None else (after - used) * 1000 / len(spans)
    return Figures(len(spans), len(spans) / took, _at(spans, 0.50) * 1000, _at(spans, 0.95) * 1000, cpu)


def _at(spans: Sequence[float], share: float) -> float:
    return spans[min(len(spans) - 1, int(len(spans) * share))]
