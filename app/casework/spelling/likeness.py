"""How alike two names are, part by part: the order does not count, and what is written as one may be two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Final

from app.casework.spelling.name import Part, parts_in
from app.casework.spelling.nearness import near

__all__ = ["Likeness", "compared", "every_part"]

_MOST_JOINED: Final = 3
# Below this two parts are not the same part written differently.
_NEAR: Final = 0.7
_SLIP: Final = 0.9
_LONG: Final = 5
_SURE: Final = 0.86
# What only one of two names has: people leave parts of their name out.
_LEFT_OUT: Final = 0.3
_WEAK_WEIGHT: Final = 0.2


@dataclass(frozen=True, slots=True)
class Likeness:
    """From 0 to 1, and why: ``spelled`` all parts are written alike, ``sounds`` all sound alike, ``partly`` some do."""

    score: float
    reason: str


@dataclass(frozen=True, slots=True)
class _Pair:
    gain: float
    score: float
    weight: float
    left: int
    right: int


def compared(one: Sequence[str], other: Sequence[str]) -> Likeness:
    """Compare two names, each given as its parts or lines."""
    left, right = parts_in(*one), parts_in(*other)
    if not left or not right:
        return Likeness(0.0, "partly")
    if {part.letters for part in left} == {part.letters for part in right} and _marks(left, right) == 1.0:
        return Likeness(1.0, "spelled")
    pairs = _pairs(left, right)
    # What is written together may be told apart in two ways; the kinder one counts.
    return max(
        (_taken(left, right, sorted(pairs, key=order)) for order in (_by_gain, _by_score)),
        key=lambda likeness: likeness.score,
    )


def _by_gain(pair: _Pair) -> float:
    return -pair.gain


def _by_score(pair: _Pair) -> float:
    return -pair.score


def _taken(left: Sequence[Part], right: Sequence[Part], pairs: list[_Pair]) -> Likeness:
    """Pair the parts in the order given, none twice."""
    taken_left = taken_right = 0
    got = weight = 0.0
    for pair in pairs:
        if not pair.left & taken_left and not pair.right & taken_right:
            taken_left |= pair.left
            taken_right |= pair.right
            got += pair.score * pair.weight
            weight += pair.weight
    rest = (_rest(left, taken_left), _rest(right, taken_right))
    # One name may leave parts out; two names that each have their own parts are two names.
    lost = max(rest) * _LEFT_OUT if min(rest) <= _WEAK_WEIGHT else sum(rest) * 0.75
    score = got / (weight + lost) if weight else 0.0
    return Likeness(score, "partly" if max(rest) > _WEAK_WEIGHT else "sounds")


def every_part(typed: str, names: Sequence[str]) -> bool:
    """Whether every part that was typed is near some part of a name; a title is a part like others here."""
    left, right = parts_in(typed), parts_in(*names)
    taken = 0
    for pair in _pairs(left, right):
        if pair.score >= _SURE:
            taken |= pair.left
    return bool(left) and taken == _mask(tuple(range(len(left))))


def _rest(parts: Sequence[Part], taken: int) -> float:
    return sum(_weight(part) for place, part in enumerate(parts) if not taken & (1 << place))


def _weight(part: Part) -> float:
    return _WEAK_WEIGHT if part.weak else 1.0


def _pairs(left: Sequence[Part], right: Sequence[Part]) -> list[_Pair]:
    found = []
    for first in _groups(left, _strong(right) == 1):
        for second in _groups(right, _strong(left) == 1):
            if len(first) > 1 and len(second) > 1:
                continue
            mine, yours = [left[place] for place in first], [right[place] for place in second]
            score = _score(tuple(mine), tuple(yours))
            if score < _NEAR:
                continue
            # A little unlike is a slip; more than that is soon another name.
            score -= max(0.0, _SLIP - score) * 0.8
            weight = max(sum(map(_weight, mine)), sum(map(_weight, yours))) or _WEAK_WEIGHT
            size = len(first) + len(second)
            gain = (score - 0.5) * size * (0.3 if all(part.weak for part in mine + yours) else 1.0)
            found.append(_Pair(gain, score, weight, _mask(first), _mask(second)))
    return found


def _groups(parts: Sequence[Part], turned: bool) -> list[tuple[int, ...]]:
    """Parts alone and with their neighbours; ``turned``: two neighbours also the other way round."""
    count = len(parts)
    found = [
        tuple(range(begin, begin + length))
        for length in range(1, min(_MOST_JOINED, count) + 1)
        for begin in range(count - length + 1)
    ]
    found = [each for each in found if len(each) == 1 or not any(parts[place].weak for place in each)]
    return found + [each[::-1] for each in found if len(each) == 2 and turned]


def _strong(parts: Sequence[Part]) -> int:
    return sum(not part.weak for part in parts)


def _mask(places: tuple[int, ...]) -> int:
    return sum(1 << place for place in places)


@lru_cache(maxsize=100_000)
def _score(mine: tuple[Part, ...], yours: tuple[Part, ...]) -> float:
    first, second = ("".join(part.letters for part in each) for each in (mine, yours))
    if first == second:
        return _marks(mine, yours)
    best = max(near(one, other) for one in _joined(mine) for other in _joined(yours))
    # Sounding alike is a little less than being written alike.
    return max(best * 0.97, _typed(first, second)) * _marks(mine, yours)


def _typed(one: str, other: str) -> float:
    """How alike two Latin words are as typed: of a long one a letter may be lost or turned round."""
    if min(len(one), len(other)) < _LONG or not (one.isascii() and other.isascii()):
        return 0.0
    return SequenceMatcher(None, one, other).ratio() - 0.02


def _joined(parts: tuple[Part, ...]) -> list[str]:
    sounds = [""]
    for part in parts:
        sounds = [begun + each for begun in sounds for each in sorted(part.sounds)][:12]
    return sounds


def _marks(mine: Sequence[Part], yours: Sequence[Part]) -> float:
    """Where both were written with tones, other tones are another name; where one was not, they tell nothing."""
    if any(part.script != "latin" for part in (*mine, *yours)):
        return 1.0
    ours = (sorted(part.marked for part in mine), sorted(part.marked for part in yours))
    bare = [all(marked.isascii() for marked in each) for each in ours]
    return 1.0 if any(bare) or ours[0] == ours[1] else 0.86
