"""Explaining: what PostgreSQL does for each statement that the program sends, in the words of its own plans."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any, Final

from psycopg import sql
from sqlalchemy import event

from app.kit.db import Database

_PARAMETER: Final = re.compile(r"%\((\w+)\)s|%%")
_NUMBERS: Final = count(1)


@dataclass(frozen=True, slots=True)
class Scan:
    """A table as one statement read it: by which index ("": whole), and how many rows were looked at, taken or not."""

    table: str
    index: str
    rows: int


@dataclass(frozen=True, slots=True)
class Told:
    """One statement: its text, the pages (8 KB) it looked at in all, and the tables it read."""

    statement: str
    pages: int
    scans: tuple[Scan, ...]

    @property
    def rows(self) -> int:
        """Rows that were looked at, in all tables together."""
        return sum(scan.rows for scan in self.scans)

    @property
    def whole(self) -> tuple[Scan, ...]:
        """The tables that were read from end to end."""
        return tuple(scan for scan in self.scans if not scan.index)


@contextmanager
def explained(db: Database) -> Iterator[list[Told]]:
    """Explain every SELECT that is sent through ``db`` (on PostgreSQL) while the block lasts, just before it is sent.

    Each is explained by the connection and in the transaction that sends it, so for the role that serves, behind row
    security as it stands there, and by the plan that is kept for any values: the one that the program gets. What
    functions of the wall read by themselves is in the pages, and not among the tables.
    """
    found: list[Told] = []

    def explain(_conn: Any, cursor: Any, statement: str, values: Any, _context: Any, many: bool) -> None:
        if not many and statement.lstrip().startswith("SELECT") and "set_config(" not in statement:
            found.append(_told(cursor.connection, statement, values or {}))

    event.listen(db.engine, "before_cursor_execute", explain)
    try:
        yield found
    finally:
        event.remove(db.engine, "before_cursor_execute", explain)


def _told(connection: Any, statement: str, values: Mapping[str, Any]) -> Told:
    text, given = _numbered(statement, values)
    name = f"hot_{next(_NUMBERS)}"
    literals = ", ".join(sql.Literal(value).as_string(connection) for value in given)
    with connection.cursor() as cursor:
        cursor.execute(f"PREPARE {name} AS {text}", prepare=False)
        call = f"{name}({literals})" if given else name
        how = "EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON)"
        plan = cursor.execute(f"{how} EXECUTE {call}", prepare=False).fetchone()[0][0]["Plan"]
        cursor.execute(f"DEALLOCATE {name}", prepare=False)
    pages = plan.get("Shared Hit Blocks", 0) + plan.get("Shared Read Blocks", 0)
    return Told(" ".join(statement.split()), pages, tuple(_scans(plan)))


def _numbered(statement: str, values: Mapping[str, Any]) -> tuple[str, Sequence[Any]]:
    """The statement with $1, $2 and so on, as it is prepared, and their values in this order."""
    names: list[str] = []

    def number(match: re.Match[str]) -> str:
        if match[1] is None:
            return "%"
        if match[1] not in names:
            names.append(match[1])
        return f"${names.index(match[1]) + 1}"

    text = _PARAMETER.sub(number, statement)
    return text, [values[name] for name in names]


def _scans(node: Mapping[str, Any]) -> Iterator[Scan]:
    """Every table that is read in a plan, once for each place in which it is; what never ran is left out."""
    inner = node.get("Plans", ())
    loops = node.get("Actual Loops", 0)
    if "Relation Name" in node and loops:
        seen = ("Actual Rows", "Rows Removed by Filter", "Rows Removed by Index Recheck")
        index = node.get("Index Name") or next((each["Index Name"] for each in _below(inner)), "")
        yield Scan(node["Relation Name"], index, loops * sum(node.get(name, 0) for name in seen))
    for each in inner:
        yield from _scans(each)


def _below(nodes: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """The index scans of a bitmap, which may be joined by AND and OR."""
    for node in nodes:
        if "Index Name" in node and "Relation Name" not in node:
            yield node
        elif node["Node Type"] in ("BitmapAnd", "BitmapOr"):
            yield from _below(node.get("Plans", ()))
