"""A part of the report: its lines, and what was found to be wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

WIDTH = 100


@dataclass(slots=True)
class Section:
    """One headed part of the report; any fault makes the whole run fail."""

    title: str
    lines: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def say(self, *lines: str) -> None:
        """Add lines as they are."""
        self.lines.extend(lines)

    def compare(self, what: str, found: object, wanted: object) -> bool:
        """Note a fault unless both are equal; whether they are."""
        if found != wanted:
            self.faults.append(f"{what}: built {found}, wanted {wanted}")
        return found == wanted

    def text(self) -> str:
        """The section with its heading and, at the end, its faults."""
        told = [self.title, "=" * len(self.title), *self.lines, *(f"  DIFFERENT  {fault}" for fault in self.faults)]
        return "\n".join(line.rstrip() for line in told)


def grid(rows: Sequence[Sequence[str]], indent: str = "  ") -> list[str]:
    """Rows in columns: the first to the left, the others to the right."""
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    return [
        indent
        + row[0].ljust(widths[0])
        + "".join("  " + cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))
        for row in rows
    ]
