"""What an examination gives: findings, what was looked at, and what could not be, with the exit code they make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from app.doctor.meanings import MEANINGS, Level

__all__ = ["Finding", "Report", "Unasked", "found"]

# What the command ends with.
EXIT: Final = {Level.NOTE: 0, Level.ATTENTION: 1, Level.BROKEN: 2}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. ``about``: the setting, country, folder or program that it is about, if any."""

    name: str
    level: Level
    what: str
    why: str
    mend: str
    who: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Unasked:
    """A check that was not made, and because of what."""

    check: str
    because: str


@dataclass(frozen=True, slots=True)
class Report:
    """All of an examination, the worst first."""

    findings: Sequence[Finding]
    looked_at: Sequence[str]
    not_looked_at: Sequence[Unasked]

    @property
    def exit_code(self) -> int:
        """0: nothing is wrong; 1: something needs attention; 2: something is broken."""
        return max((EXIT[each.level] for each in self.findings), default=0)

    @property
    def verdict(self) -> str:
        """The same as a word."""
        return ("well", "attention", "broken")[self.exit_code]

    def plain(self) -> dict[str, Any]:
        """All of it for a machine."""
        return {
            "verdict": self.verdict,
            "findings": [asdict(each) for each in self.findings],
            "looked_at": list(self.looked_at),
            "not_looked_at": [asdict(each) for each in self.not_looked_at],
        }


def found(name: str, what: str, mend: str, about: str = "") -> Finding:
    """A finding of this name. what: is wrong; mend: what to do about it; neither holds anything secret or personal."""
    meaning = MEANINGS[name]
    return Finding(name, meaning.level, what, meaning.why, mend, meaning.who, about)
