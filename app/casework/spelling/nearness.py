"""How near two sounds are: an edit distance in which vowels weigh little, and consonants that are mixed up less."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

__all__ = ["near"]

_VOWELS: Final = frozenset("aeiou?")
_GLIDES: Final = frozenset("yw")
_MIXED: Final = {
    frozenset(pair): cost
    for pair, cost in (
        ("lr", 0.25), ("nN", 0.35), ("cs", 0.3), ("ct", 0.5), ("st", 0.5), ("nm", 0.5), ("ny", 0.5), ("nl", 0.5),
        ("wp", 0.45), ("kc", 0.6), ("kt", 0.6), ("yl", 0.6), ("yr", 0.5), ("pt", 0.7), ("hk", 0.6), ("yc", 0.6),
        ("wm", 0.8), ("hp", 0.8),
    )
}  # fmt: skip
_WEAK: Final = {"h": 0.3, "y": 0.3, "w": 0.35, "r": 0.4, "l": 0.5, "N": 0.7, "n": 0.7, "t": 0.75, "k": 0.8}
_FRONT: Final = frozenset("ei")
_BACK: Final = frozenset("ou")


@lru_cache(maxsize=200_000)
def near(one: str, other: str) -> float:
    """From 0 (nothing alike) to 1 (one sound)."""
    if one == other:
        return 1.0
    if not one or not other:
        return 0.0
    left, right = _runs(one), _runs(other)
    row = [0.0]
    for run in right:
        row.append(row[-1] + _alone(run))
    for here in left:
        before, row = row, [row[0] + _alone(here)]
        for place, there in enumerate(right, start=1):
            row.append(
                min(before[place] + _alone(here), row[-1] + _alone(there), before[place - 1] + _instead(here, there))
            )
    weight = max(sum(map(_weight, left)), sum(map(_weight, right)))
    return max(0.0, 1.0 - row[-1] / weight)


@lru_cache(maxsize=50_000)
def _runs(sound: str) -> tuple[str, ...]:
    """Consonants one by one, vowels in runs."""
    out: list[str] = []
    for sign in sound:
        if sign in _VOWELS and out and out[-1][0] in _VOWELS:
            out[-1] += sign
        else:
            out.append(sign)
    return tuple(out)


def _weight(run: str) -> float:
    return 0.4 if run[0] in _VOWELS else 0.5 if run in _GLIDES or run == "h" else 1.0


def _alone(run: str) -> float:
    """What it costs that one of the two has this and the other nothing."""
    if run == "?":
        return 0.0
    if run[0] in _VOWELS:
        return 0.2
    return _WEAK.get(run, 1.0)


@lru_cache(maxsize=20_000)
def _instead(one: str, other: str) -> float:
    if one == other:
        return 0.0
    vowels = (one[0] in _VOWELS) + (other[0] in _VOWELS)
    if vowels == 2:
        return _vowels(one, other)
    if vowels == 1:
        glide = one if other[0] in _VOWELS else other
        return 0.35 if glide in _GLIDES else 2.0
    return _MIXED.get(frozenset((one, other)), 1.1)


def _vowels(one: str, other: str) -> float:
    if "?" in (one, other):
        return 0.03
    first, second = _colours(one), _colours(other)
    if first == second:
        return 0.04
    if first & second:
        return 0.1
    return 0.22 if "a" in first | second else 0.3


def _colours(run: str) -> frozenset[str]:
    return frozenset("i" if sign in _FRONT else "u" if sign in _BACK else "a" for sign in run if sign != "?")
