"""Lists in a statement, and lists as its answer: so that kept plans are met again and know how long they are.

A list of another length is another statement, and row security makes a statement longer to plan than to run
(docs/decisions/0013). A plan that is kept for any values takes a limit it does not know for a tenth of the table.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import Any, Final

from sqlalchemy import ColumnElement, Integer, literal_column

__all__ = ["AT_ONCE", "at_most", "in_few_lengths"]

# The most values of one list: engines have a limit, and for long ones PostgreSQL rather reads a whole table.
AT_ONCE: Final = 64
_SHORTEST: Final = 8


def in_few_lengths(values: Sequence[str], at_once: int = AT_ONCE) -> Iterator[list[str]]:
    """Cut ``values`` into lists of 8, 16, 32 and so on up to ``at_once``, the last one filled up with its last value.

    For ``column IN (...)`` alone, where a value that is named twice finds its row once. Nothing for no values.
    """
    for begin in range(0, len(values), at_once):
        part, length = values[begin : begin + at_once], _SHORTEST
        while length < len(part):
            length *= 2
        yield [*part, *repeat(part[-1], min(length, at_once) - len(part))]


def at_most(count: int) -> ColumnElement[Any]:
    """A number for LIMIT that stands in the statement itself, so that the plan is made for a list of that length."""
    return literal_column(str(int(count)), Integer)
