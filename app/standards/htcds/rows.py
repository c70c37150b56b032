"""A record as flat rows: the first carries all, further ones the second event, plan, comment or referral."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from policies.standards import EXTENSION, Standard

__all__ = ["MORE", "RECORD", "ROW", "UNKNOWN", "Nested", "Row", "Value", "nested", "rows_of"]

RECORD: Final = f"{EXTENSION}record"
ROW: Final = f"{EXTENSION}row"
UNKNOWN: Final = f"{EXTENSION}unknown"
MORE: Final = f"{EXTENSION}more"

# Days are text, year-month-day; several values of a list are a tuple of its names.
Value = str | bool | int | float | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One row. ``unknown``: field -> what stood there and is no value of the list; ``beside``: columns of others.

    ``made``: the file gives its record no number, and the reader counted.
    """

    record: str
    number: int
    values: Mapping[str, Value]
    unknown: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    beside: Mapping[str, str] = field(default_factory=dict)
    line: int = 0
    made: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Nested:
    """One record: what is there once, and what -> one mapping for each that it has several of."""

    record: str
    once: Mapping[str, Value]
    several: Mapping[str, tuple[Mapping[str, Value], ...]]
    unknown: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def rows_of(
    standard: Standard,
    record: str,
    once: Mapping[str, Value],
    several: Mapping[str, Sequence[Mapping[str, Value]]],
    unknown: Mapping[str, tuple[str, ...]] | None = None,
    beside: Mapping[str, str] | None = None,
) -> tuple[Row, ...]:
    """The rows of a record, numbered from 1: everything that is there once stands in the first.

    several: what repeats (``repeats`` of a field) -> one mapping for each; an empty one says nothing and is left out.
    """
    kept = {name: [each for each in entries if each] for name, entries in several.items()}
    count = max((len(entries) for entries in kept.values()), default=0)
    rows = []
    for at in range(max(1, count)):
        values: dict[str, Value] = dict(once) if at == 0 else {}
        for entries in kept.values():
            if at < len(entries):
                values |= entries[at]
        ordered = {name: values[name] for name in standard.fields if name in values}
        rows.append(
            Row(record, at + 1, ordered, dict(unknown or {}) if at == 0 else {}, dict(beside or {}) if at == 0 else {})
        )
    return tuple(rows)


def nested(standard: Standard, rows: Iterable[Row]) -> Nested:
    """The record that some rows are; ValueError for none, or for rows of several records."""
    ordered = sorted(rows, key=lambda row: row.number)
    if not ordered or len({row.record for row in ordered}) != 1:
        raise ValueError("rows of exactly one record are needed")
    once: dict[str, Value] = {}
    unknown: dict[str, tuple[str, ...]] = {}
    several: dict[str, list[dict[str, Value]]] = {}
    for row in ordered:
        parts: dict[str, dict[str, Value]] = {}
        for name, value in row.values.items():
            what = standard.fields[name].repeats
            if what is None:
                once.setdefault(name, value)
            else:
                parts.setdefault(what, {})[name] = value
        for what, part in parts.items():
            several.setdefault(what, []).append(part)
        for name, kept in row.unknown.items():
            unknown[name] = (*unknown.get(name, ()), *kept)
    return Nested(ordered[0].record, once, {what: tuple(parts) for what, parts in several.items()}, unknown)


def plain_list(value: Any) -> tuple[str, ...]:
    """The texts of a JSON list of texts; ValueError for anything else."""
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise ValueError("a list of texts is needed")
    return tuple(value)
