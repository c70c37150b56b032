"""Lists of values in a statement: brought to few lengths, so that a statement is met again and its plan with it.

A list of another length is another statement, and on PostgreSQL row security makes a statement longer to plan than to
run (docs/decisions/0013).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import Final

__all__ = ["AT_ONCE", "in_few_lengths"]

# The most values of one list; engines have a limit.
AT_ONCE: Final = 512
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
