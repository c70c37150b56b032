"""What the columns of both engines hold: which values fit, and the one form in which two rows are compared.

SQLite keeps whatever it is given: a text longer than its column, a number in a column of texts. PostgreSQL does not,
and says so with the value in its words. So every value is looked at before it is sent, and told by its place alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final

from sqlalchemy import BigInteger, Boolean, Column, Date, Double, Integer, LargeBinary, SmallInteger, String, Table

from app.models.base import Stamp

__all__ = ["Columns", "UnknownType", "form"]

# The kinds of columns, the first that fits, and what Python makes of each. A kind that is not here stops the move.
_KINDS: Final[tuple[tuple[type[Any], type[Any]], ...]] = (
    (Boolean, bool), (Stamp, datetime), (Date, date), (LargeBinary, bytes), (Integer, int), (Double, float),
    (String, str),
)  # fmt: skip
_BITS: Final[tuple[tuple[type[Any], int], ...]] = ((SmallInteger, 15), (BigInteger, 63), (Integer, 31))
# Returns what is wrong with a value, in words that do not repeat it; None if nothing is.
Look = Callable[[Any], str | None]


class UnknownType(ValueError):
    """A column is of a type that nobody has said how to move."""


class Columns:
    """The columns of one table."""

    def __init__(self, table: Table) -> None:
        """``table``: as the models declare it. Raises UnknownType."""
        self.table = table
        self.names: Final = [column.name for column in table.columns]
        self._looks = [_look(column) for column in table.columns]
        self._keys = [self.names.index(column.name) for column in table.primary_key.columns]

    def key(self, values: Sequence[Any]) -> tuple[Any, ...]:
        """The values of the primary key, by which rows are ordered and named."""
        return tuple(values[place] for place in self._keys)

    def named(self, values: Sequence[Any]) -> str:
        """The row in words: its table and its key."""
        return f"{self.table.name} {':'.join(map(str, self.key(values)))}"

    def fault(self, values: Sequence[Any]) -> str | None:
        """The first value that PostgreSQL would not take as it is, by its place; None if all can go."""
        for look, name, value in zip(self._looks, self.names, values, strict=True):
            wrong = look(value)
            if wrong is not None:
                return f"{self.named(values)}, column {name}: {wrong}"
        return None

    def differing(self, first: Sequence[Any], second: Sequence[Any]) -> list[str]:
        """The columns in which two rows are not the same."""
        return [
            name
            for name, one, other in zip(self.names, first, second, strict=True)
            if form((one,)) != form((other,))
        ]


def form(values: Iterable[Any]) -> bytes:
    """One row as bytes, the same for both engines, and for no other row: each value with its kind and its length.

    Texts are taken as they are, not in a normal form: two spellings of one word are two texts here.
    """
    parts = []
    for value in values:
        kind, content = _told(value)
        parts.append(b"%b%d:%b" % (kind, len(content), content))
    return b"".join(parts)


def _told(value: Any) -> tuple[bytes, bytes]:
    if value is None:
        return b"n", b""
    if isinstance(value, str):
        return b"s", value.encode("utf-8", "surrogatepass")
    if isinstance(value, bytes):
        return b"b", value
    if isinstance(value, bool):
        return b"t", b"1" if value else b"0"
    if isinstance(value, int):
        return b"i", b"%d" % value
    if isinstance(value, datetime):
        return b"m", value.astimezone(UTC).isoformat(timespec="microseconds").encode("ascii")
    if isinstance(value, date):
        return b"d", value.isoformat().encode("ascii")
    if isinstance(value, float):
        return b"f", value.hex().encode("ascii")
    raise UnknownType(f"a value of type {type(value).__name__} has no form to be compared in")


def _look(column: Column[Any]) -> Look:
    kind = next((python for declared, python in _KINDS if isinstance(column.type, declared)), None)
    if kind is None:
        raise UnknownType(f"{column.table.name}.{column.name} is of a type that cannot be moved: {column.type!r}")
    may_lack = bool(column.nullable)
    bits = next((count for declared, count in _BITS if isinstance(column.type, declared)), 0)
    longest = column.type.length if isinstance(column.type, String) else None

    def look(value: Any) -> str | None:
        if value is None:
            return None if may_lack else "there is no value, and there has to be one"
        # By the very type: a truth value is a number to Python, and a moment a day.
        if type(value) is not kind:
            return f"it holds a {type(value).__name__} and not a {kind.__name__}"
        if kind is str:
            return _text(value, longest)
        if bits and not -(1 << bits) <= value < 1 << bits:
            return f"the number needs more than {bits + 1} bits"
        return None

    return look


def _text(value: str, longest: int | None) -> str | None:
    if longest is not None and len(value) > longest:
        return f"it is {len(value)} characters long, and PostgreSQL takes {longest}"
    if "\0" in value:
        return "the text holds a NUL, which PostgreSQL takes in no text"
    return None
