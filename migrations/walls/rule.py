"""What a rule of one table is, and the words that all rules share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["HERE", "ME", "Rule"]

HERE: Final = "country = waymark_said('country')"
ME: Final = "waymark_said('me')"


@dataclass(frozen=True, slots=True)
class Rule:
    """The rule of one table; ``keeps`` and ``removes`` (which rows may go) are ``sees`` if they say nothing else."""

    sees: str
    adds: str
    keeps: str = ""
    removes: str = ""
