"""Side by side: the figures of one act at Waymark's door and at a peer's, their ratio, and the table of them all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from benchmarks.load import Figures

TITLES: Final = {
    "step": "step", "page": "case page", "timeline": "timeline", "opened": "page and timeline", "list": "list",
    "search": "search by name",
}  # fmt: skip
_EACH: Final = ("per s", "p50 ms", "p95 ms", "CPU ms", "rows")


@dataclass(frozen=True, slots=True)
class Measured:
    """One act at one door: how the door is served, the figures, and the rows each time added, table -> how many."""

    setting: str
    figures: Figures
    rows: dict[str, float]

    def as_json(self) -> dict[str, Any]:
        """The same for a file."""
        return {"setting": self.setting, **self.figures.as_json(), "rows": self.rows}


@dataclass(frozen=True, slots=True)
class Line:
    """One act at both doors; ``others``: the peer's settings that were slower than ``peer``."""

    act: str
    waymark: Measured
    peer: Measured
    others: list[Measured]

    @property
    def ratio(self) -> float:
        """How many times the peer's pace Waymark has."""
        return self.waymark.figures.per_second / self.peer.figures.per_second

    @property
    def cpu_ratio(self) -> float | None:
        """How many times Waymark's processor time the peer needs for one act; None where the kernel tells none."""
        ours, theirs = self.waymark.figures.cpu_ms, self.peer.figures.cpu_ms
        return theirs / ours if ours and theirs else None

    def as_json(self) -> dict[str, Any]:
        """The same for a file."""
        cpu = self.cpu_ratio
        return {
            "act": self.act, "ratio": round(self.ratio, 3), "cpu_ratio": None if cpu is None else round(cpu, 3),
            "waymark": self.waymark.as_json(), "peer": self.peer.as_json(),
            "others": [each.as_json() for each in self.others],
        }  # fmt: skip


def table(lines: Sequence[Line]) -> Iterator[str]:
    """The lines for people, ratios first: Waymark's pace to the peer's, the peer's processor time to Waymark's."""
    yield f"{'':20}{'':18}{'Waymark':^45}{'Django':^45}"
    heads = ("ratio", "CPU ratio", *_EACH, *_EACH)
    yield f"{'':20}" + "".join(f"{head:>9}" for head in heads[:2]) + "".join(f"{head:>9}" for head in heads[2:])
    for line in lines:
        cpu = "-" if line.cpu_ratio is None else f"{line.cpu_ratio:.2f}"
        values = (f"{line.ratio:.2f}", cpu, *_values(line.waymark), *_values(line.peer))
        yield f"{TITLES[line.act]:20}" + "".join(f"{value:>9}" for value in values) + f"  {line.peer.setting}"


def _values(found: Measured) -> tuple[str, ...]:
    figures = found.figures
    cpu = "-" if figures.cpu_ms is None else f"{figures.cpu_ms:.2f}"
    added = f"{sum(found.rows.values()):.1f}"
    return f"{figures.per_second:.0f}", f"{figures.p50_ms:.1f}", f"{figures.p95_ms:.1f}", cpu, added
