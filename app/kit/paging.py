"""Long lists in pages: a cursor says after which row the next page begins, so no row is lost or doubled."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from pydantic import BaseModel
from sqlalchemy import BigInteger, ColumnElement, Select, literal, tuple_

from app.kit.clock import as_utc
from app.kit.errors import Invalid
from app.kit.lists import at_most

__all__ = ["DEFAULT_LIMIT", "LARGEST_LIMIT", "Ask", "Page", "ask", "decode_cursor", "encode_cursor"]

Item = TypeVar("Item")
Row = TypeVar("Row")
Key = tuple[str | int | datetime, ...]

DEFAULT_LIMIT = 50
LARGEST_LIMIT = 100
LONGEST_CURSOR = 512
LARGEST_DATABASE_INTEGER = 2**63 - 1


class Page(BaseModel, Generic[Item]):
    """One page of a list and the cursor of the next page, None at the end."""

    items: list[Item]
    next: str | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """What a caller asked for: at most `limit` rows after the row with `key`, from the start if None."""

    limit: int
    key: Key | None

    def narrow(
        self, query: Select[Any], columns: Sequence[ColumnElement[Any]], *, newest_first: bool = False
    ) -> Select[Any]:
        """Return `query` ordered by `columns`, begun after the cursor, one row longer than the page.

        Args:
            query: any select; its own order, if it has one, is replaced.
            columns: the sort key, not null, the last one unique so that no two rows are equal; in the
                order of the shape the cursor was read with.
            newest_first: descend in all columns instead of ascending.
        """
        if self.key is not None:
            here = tuple_(*columns)
            there = tuple_(*(_literal(part, column) for part, column in zip(self.key, columns, strict=True)))
            query = query.where(here < there if newest_first else here > there)
        order = [column.desc() if newest_first else column.asc() for column in columns]
        return query.order_by(None).order_by(*order).limit(at_most(self.limit + 1))

    def cut(self, rows: Sequence[Row], key_of: Callable[[Row], Key]) -> tuple[Sequence[Row], str | None]:
        """Return the rows of this page and the cursor of the next.

        Args:
            rows: what the query of `narrow` gave, up to `limit` + 1.
            key_of: takes a row to its sort key, in the order of the columns.
        """
        if len(rows) <= self.limit:
            return rows, None
        page = rows[: self.limit]
        return page, encode_cursor(key_of(page[-1]))


def ask(limit: int | None, cursor: str | None, shape: tuple[type, ...]) -> Ask:
    """Check what a caller sent and return it as an `Ask`.

    Args:
        limit: rows per page, 1 to 100; None means 50.
        cursor: the `next` of the page before, None for the first page.
        shape: the types of the sort key: str, int or datetime.

    Raises:
        Invalid: a limit outside 1 to 100, or a cursor that this list never gave out.
    """
    wanted = DEFAULT_LIMIT if limit is None else limit
    if not 1 <= wanted <= LARGEST_LIMIT:
        raise Invalid(f"A page has 1 to {LARGEST_LIMIT} entries.", code="bad_limit")
    return Ask(wanted, None if cursor is None else decode_cursor(cursor, shape))


def _literal(part: str | int | datetime, column: ColumnElement[Any]) -> ColumnElement[Any]:
    # A number from outside may be too large for the column's own type; compared as a big one it is merely larger.
    return literal(part, BigInteger() if isinstance(part, int) else column.type)


def encode_cursor(key: Key) -> str:
    """Return the opaque text for a sort key; moments must be aware."""
    plain = [as_utc(part).isoformat() if isinstance(part, datetime) else part for part in key]
    return base64.urlsafe_b64encode(json.dumps(plain, separators=(",", ":")).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, shape: tuple[type, ...]) -> Key:
    """Return the sort key inside a cursor.

    A cursor is not secret and not signed: it only moves the beginning of a list that stays narrowed
    to what the caller may see.

    Raises:
        Invalid: it is not base64 of a JSON list, or its parts are not of the types in `shape`.
    """
    refusal = Invalid("The cursor is not one that this list gave out.", code="bad_cursor")
    if len(cursor) > LONGEST_CURSOR or not cursor.isascii():
        raise refusal
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        parts = json.loads(raw)
    except (ValueError, binascii.Error, RecursionError):
        raise refusal from None
    if not isinstance(parts, list) or len(parts) != len(shape):
        raise refusal
    try:
        return tuple(_part(part, kind) for part, kind in zip(parts, shape, strict=True))
    except (ValueError, TypeError, OverflowError):
        raise refusal from None


def _part(part: object, kind: type) -> str | int | datetime:
    if kind is datetime and type(part) is str:
        return as_utc(datetime.fromisoformat(part))
    if kind is str and type(part) is str and "\x00" not in part:
        part.encode("utf-8")  # half a surrogate pair is a ValueError here, not in the database driver
        return part
    if kind is int and type(part) is int and abs(part) <= LARGEST_DATABASE_INTEGER:
        return part
    raise TypeError("a part of the cursor has another type")
