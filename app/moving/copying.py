"""Copies the rows of every table: out of SQLite in the order in which they were written, into PostgreSQL by COPY."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import psycopg
from sqlalchemy import Row, func, inspect, literal_column, select
from sqlalchemy.orm import Session

from app.moving.columns import Columns
from app.moving.comparing import AT_ONCE, tables
from app.moving.refused import MoveRefused

__all__ = ["copy_all", "counted", "must_be_known"]


def must_be_known(here: Session) -> None:
    """MoveRefused if the old store holds a table that this program does not know: its rows would stay behind."""
    strange = set(inspect(here.connection()).get_table_names()) - {table.name for table in tables()}
    strange.discard("alembic_version")
    if strange:
        raise MoveRefused(f"the old store holds tables that this program does not know: {', '.join(sorted(strange))}.")


def counted(here: Session) -> int:
    """How many rows the store holds."""
    return sum(int(here.execute(select(func.count()).select_from(table)).scalar_one()) for table in tables())


def copy_all(here: Session, there: Session, told: Callable[[int], None]) -> int:
    """Copy every row; how many there were. Memory holds some thousand rows, however many there are.

    ``here``: of SQLite; ``there``: of the owner of PostgreSQL's empty tables, in the transaction that ends the move.
    ``told``: called with the rows that were copied since. Raises MoveRefused, naming the row, for a value that
    PostgreSQL does not take as it is, and psycopg.Error if the line is lost.
    """
    driver: Any = there.connection().connection.driver_connection
    return sum(_copy(here, driver, Columns(table), told) for table in tables())


def _copy(here: Session, driver: psycopg.Connection[Any], columns: Columns, told: Callable[[int], None]) -> int:
    # In the order in which they were written: PostgreSQL lays them down and finds them in the same.
    query = select(columns.table).order_by(literal_column("rowid"))
    names = ", ".join(f'"{name}"' for name in columns.names)
    done = 0
    with driver.cursor() as cursor, cursor.copy(f'COPY "{columns.table.name}" ({names}) FROM STDIN'.encode()) as copy:
        for row in _readable(here.execute(query, execution_options={"yield_per": AT_ONCE}), columns):
            wrong = columns.fault(row)
            if wrong is not None:
                raise MoveRefused(f"{wrong}. Nothing was moved.")
            copy.write_row(row)
            done += 1
            if done % AT_ONCE == 0:
                told(AT_ONCE)
    told(done % AT_ONCE)
    return done


def _readable(found: Iterable[Row[Any]], columns: Columns) -> Iterator[Row[Any]]:
    """The rows, one after the other; MoveRefused for one with a day, a moment or bytes that are none."""
    rows, last = iter(found), "the first row"
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except (TypeError, ValueError):
            raise MoveRefused(
                f"{columns.table.name}: among the {AT_ONCE} rows after {last} one holds a day, a moment or bytes that"
                " cannot be read as such. Nothing was moved."
            ) from None
        last = columns.named(row)
        yield row
