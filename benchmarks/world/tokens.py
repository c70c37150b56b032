"""Tokens: the places in a text of a pattern where each copy says something of its own, and the text between them.

A pattern's texts are JSON, or lines of codes and ids. What differs from copy to copy in them has a shape of its own (an
id, a digest, a day, a moment) or is one of a few known words, so it is found wherever it stands, also in JSON inside of
JSON.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final

_SHAPES: Final = (
    ("id", r"(?<![0-9a-f-])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9a-f-])"),
    ("digest", r"(?<![0-9a-f])(?:[0-9a-f]{128}|[0-9a-f]{64})(?![0-9a-f])"),
    ("moment", r"(?<![0-9])\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)"),
    ("day", r"(?<![0-9-])\d{4}-\d\d-\d\d(?![0-9-])"),
    ("reference", r"(?<![\w-])[A-Z]{2}(?:-[A-Z]{2})?-\d{4}-[2-9A-Z]{8}(?![\w-])"),
    ("born", r'(?<="birth_year":)\d{4}'),
)
_REMEMBERED: Final = 20_000
# What stands in a text, and the number of the slot from which a copy takes what it says there; None: it stays.
Find = Callable[[str, str], int | None]


class Tokens:
    """Finds the tokens of texts. Patterns of one course share most of their texts: each is searched through once."""

    def __init__(self, words: Iterable[str]) -> None:
        """words: at least one text that is a token by itself, where it stands as a whole word."""
        known = "|".join(re.escape(word) for word in sorted(set(words), key=len, reverse=True))
        shapes = "|".join(f"(?P<{name}>{pattern})" for name, pattern in _SHAPES)
        self._pattern = re.compile(rf"{shapes}|(?P<word>(?<![\w-])(?:{known})(?![\w-]))")
        self._found = lru_cache(maxsize=_REMEMBERED)(self._searched)

    def text(self, text: str, find: Find) -> Text:
        """A text as its slots and what stands between them; ``find`` gets the kind and the token."""
        between: list[str] = []
        slots: list[int] = []
        done = 0
        for kind, begins, ends in self._found(text):
            slot = find(kind, text[begins:ends])
            if slot is None:
                continue
            between.append(text[done:begins])
            slots.append(slot)
            done = ends
        between.append(text[done:])
        return Text(between, slots)

    def _searched(self, text: str) -> tuple[tuple[str, int, int], ...]:
        """Kind, begin and end of each token."""
        return tuple((str(found.lastgroup), *found.span()) for found in self._pattern.finditer(text))


class Text:
    """A text with slots. ``slots``: their numbers, in the order in which they stand."""

    __slots__ = ("_format", "_values", "alone", "slots")

    def __init__(self, between: Sequence[str], slots: Sequence[int]) -> None:
        """between: what stands before, between and after the slots, one more than there are slots."""
        self.slots = tuple(slots)
        # Whether the text is one slot and nothing else.
        self.alone = len(slots) == 1 and not any(between)
        self._format = "%s".join(each.replace("%", "%%") for each in between)
        self._values = getter(self.slots)

    def of(self, values: Sequence[Any]) -> str:
        """The text with the values of one copy, by the numbers of their slots."""
        return self._format % self._values(values)


def getter(slots: Sequence[int]) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
    """Takes the values of these slots, always as a tuple."""
    if not slots:
        return lambda _values: ()
    if len(slots) == 1:
        only = slots[0]
        return lambda values: (values[only],)
    return itemgetter(*slots)
