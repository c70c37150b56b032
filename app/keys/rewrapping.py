"""Wraps every stored data key under the newest key-encryption key, in small steps, while everybody works on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, LargeBinary, and_, func, literal, select, tuple_, update
from sqlalchemy.orm import Session

from app.access import rows
from app.kit.crypto import KeyMissing, KeyRing
from app.kit.db import Database
from app.models import load_all
from app.models.base import Base

__all__ = ["Rewrapped", "left", "places", "rewrap"]

# What a wrapped data key is called, in whichever table.
NAMES: Final = frozenset({"wrapped", "data_key"})
BATCH: Final = 200
# Which layout and which version of the key-encryption key stand in the first bytes.
_HEAD_BYTES: Final = 5


@dataclass(frozen=True, slots=True)
class Rewrapped:
    """How many keys were wrapped anew, by table, and which do not open, each named."""

    done: dict[str, int]
    unreadable: tuple[str, ...]


def places() -> tuple[Column[Any], ...]:
    """Every column that holds a wrapped data key, parents first."""
    load_all()
    return tuple(
        column
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if column.name in NAMES and isinstance(column.type, LargeBinary)
    )


def rewrap(database: Database, keys: KeyRing, tell: Callable[[str, int], None] | None = None) -> Rewrapped:
    """Wrap what is not under the current version; what it sealed stays as it is. Again after a crash: it goes on.

    ``database``: as the owner of its tables, since the role that serves may not change all of them. ``tell``: is given
    each table's name and number once it is through. A key that somebody changed or destroyed meanwhile is left as they
    left it.
    """
    done: dict[str, int] = {}
    unreadable: list[str] = []
    for column in places():
        count = 0
        for batch in _batches(database, keys, column):
            fresh = []
            for row in batch:
                try:
                    fresh.append((row, keys.rewrap(row[-1])))
                except KeyMissing as error:
                    unreadable.append(f"{column.table.name} {' '.join(map(str, row[:-1]))}: {error}")
            count += _put(database, column, fresh)
        if count:
            done[column.table.name] = count
        if tell is not None:
            tell(column.table.name, count)
    return Rewrapped(done, tuple(unreadable))


def left(database: Database, keys: KeyRing) -> int:
    """How many stored keys are wrapped under another version than the current one."""
    with database.read() as session:
        rows.enter_everything(session)
        return sum(
            int(session.execute(select(func.count()).select_from(each.table).where(_older(each, keys))).scalar_one())
            for each in places()
        )


def _older(column: Column[Any], keys: KeyRing) -> Any:
    """Not under the current version; empty is not a key any more."""
    head = literal(keys.head_of(keys.current), LargeBinary())
    return and_(func.length(column) > 0, func.substr(column, 1, _HEAD_BYTES) != head)


def _batches(database: Database, keys: KeyRing, column: Column[Any]) -> Iterator[list[Any]]:
    """The rows to be wrapped anew, a few at a time in the order of their names."""
    names = tuple(column.table.primary_key.columns)
    after: tuple[Any, ...] | None = None
    while True:
        query = select(*names, column).where(_older(column, keys)).order_by(*names).limit(BATCH)
        if after is not None:
            query = query.where(_behind(names, after))
        with database.read() as session:
            rows.enter_everything(session)
            batch = list(session.execute(query).all())
        if not batch:
            return
        after = tuple(batch[-1][:-1])
        yield batch


def _behind(names: tuple[Any, ...], after: tuple[Any, ...]) -> Any:
    if len(names) == 1:
        return names[0] > after[0]
    return tuple_(*names) > tuple_(*(literal(value, name.type) for name, value in zip(names, after, strict=True)))


def _put(database: Database, column: Column[Any], fresh: list[tuple[Any, bytes]]) -> int:
    """Exchange the keys that are still as they were read; how many."""
    if not fresh:
        return 0
    with database.write() as session:
        rows.enter_everything(session)
        return sum(_exchange(session, column, row, wrapped) for row, wrapped in fresh)


def _exchange(session: Session, column: Column[Any], row: Any, wrapped: bytes) -> int:
    names = column.table.primary_key.columns
    same = [name == value for name, value in zip(names, row[:-1], strict=True)]
    result: Any = session.execute(
        update(column.table).where(*same, column == row[-1]).values({column: wrapped})
    )
    return int(result.rowcount)
