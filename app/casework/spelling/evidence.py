"""Whether two people may be one: the likeness of their names, and what birth and place of origin say beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.casework.spelling.latin import letters_of
from app.casework.spelling.likeness import compared, every_part

__all__ = ["LIKELY", "Known", "Likely", "covers", "weighed"]

# From here on a worker is asked to look. Found on the labelled pairs (benchmarks/matching.py), seed 1.
LIKELY: Final = 0.78
_SAME_YEAR, _NEAR_YEAR, _OTHER_YEAR, _FAR_YEAR = 0.04, 0.02, -0.06, -0.15
_SAME_PLACE, _OTHER_PLACE = 0.04, -0.03
# An age that was told or guessed is wrong by so many years and still the same person's.
_GUESSED: Final = 2
_FAR: Final = 5


@dataclass(frozen=True, slots=True)
class Known:
    """What is compared of one person: their names in parts, and a year and place where somebody told them."""

    names: tuple[str, ...]
    year: int | None = None
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Likely:
    """How likely two are one, from 0 to 1, and the reasons: codes, the name's first."""

    score: float
    reasons: tuple[str, ...]


def weighed(one: Known, other: Known) -> Likely:
    """Weigh two people; a hint for a worker who looks, never a decision."""
    likeness = compared(one.names, other.names)
    reasons = [f"name_{likeness.reason}"]
    score = likeness.score
    if one.year is not None and other.year is not None:
        apart = abs(one.year - other.year)
        if apart <= 1:
            score += _NEAR_YEAR if apart else _SAME_YEAR
            reasons.append("birth_near" if apart else "birth_same")
        elif apart > _GUESSED:
            score += _FAR_YEAR if apart > _FAR else _OTHER_YEAR
            reasons.append("birth_other")
    if one.place and other.place:
        same = _one_place(one.place, other.place)
        score += _SAME_PLACE if same else _OTHER_PLACE
        reasons.append("place_same" if same else "place_other")
    return Likely(max(0.0, min(1.0, score)), tuple(reasons))


def covers(typed: str, names: Sequence[str]) -> bool:
    """Whether every part of what was typed sounds like a part of these names."""
    return every_part(typed, names)


def _one_place(one: str, other: str) -> bool:
    first, second = letters_of(one).split(), letters_of(other).split()
    if not first or not second:
        return False
    return set(first) <= set(second) or set(second) <= set(first) or compared([one], [other]).score >= 0.9
