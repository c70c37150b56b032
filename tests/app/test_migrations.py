"""Migrations with data in every table: up, down to nothing, up again, and no row lost that need not be."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Engine,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    Table,
    func,
    insert,
    inspect,
    select,
)

from app.kit import migrate
from app.kit.db import Database
from tests.inspect import see_all

OWN_TABLES = {"alembic_version"}
QUOTED = re.compile(r"'([^']*)'")
# (table, column) -> value, for columns whose check no generic value meets.
SPECIAL: dict[tuple[str, str], Any] = {}


def tables(engine: Engine | Connection) -> list[Table]:
    """Return the tables as the database describes them, parents first."""
    reflected = MetaData()
    reflected.reflect(engine)
    return [table for table in reflected.sorted_tables if table.name not in OWN_TABLES]


def fill(database: Database) -> dict[str, int]:
    """Put two rows into every table and return how many rows each has then."""
    with database.engine.begin() as connection:
        see_all(connection)
        looked = inspect(connection)
        made: dict[str, list[dict[str, Any]]] = {}
        for table in tables(connection):
            choices = _choices(looked.get_check_constraints(table.name))
            made[table.name] = [_row(table, number, made, choices) for number in (0, 1)]
            connection.execute(insert(table), made[table.name])
    return count(database)


def count(database: Database) -> dict[str, int]:
    with database.engine.connect() as connection:
        see_all(connection)
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in tables(connection)
        }


def _choices(checks: list[Any]) -> dict[str, str]:
    """Return column -> a value its check names, for checks of the form `column IN ('a', 'b')`."""
    found = {}
    for check in checks:
        values = QUOTED.findall(check["sqltext"])
        column = re.search(r"\w+", check["sqltext"])
        if values and column:
            found[column[0]] = values[0]
    return found


def _row(table: Table, number: int, made: dict[str, list[dict[str, Any]]], choices: dict[str, str]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for column in table.columns:
        key = next(iter(column.foreign_keys), None)
        if (table.name, column.name) in SPECIAL:
            row[column.name] = SPECIAL[table.name, column.name]
        elif key is not None and key.column.table is not table:
            row[column.name] = made[key.column.table.name][number][key.column.name]
        elif key is not None and column.nullable:
            row[column.name] = None
        elif column.name in choices:
            row[column.name] = choices[column.name]
        else:
            row[column.name] = _value(column, number)
    return row


def _value(column: Column[Any], number: int) -> Any:
    kind = column.type
    if isinstance(kind, Boolean):
        return True
    if isinstance(kind, Integer | Numeric | Float):
        return number + 1
    if isinstance(kind, DateTime):
        moment = datetime(2026, 1, 1 + number, tzinfo=UTC)
        return moment if kind.timezone else moment.replace(tzinfo=None)
    if isinstance(kind, Date):
        return date(2026, 1, 1 + number)
    if isinstance(kind, LargeBinary):
        return bytes([number])
    length = getattr(kind, "length", None) or 36
    return f"{number}{column.name}"[:length]


def test_every_table_takes_rows_and_the_way_down_and_up_is_open(empty_url: str) -> None:
    assert migrate.revisions(), "there is no revision yet: write migrations/versions/001_*.py"
    migrate.upgrade(empty_url)
    database = Database(empty_url)
    full = fill(database)
    assert full
    assert set(full.values()) == {2}
    database.dispose()
    migrate.downgrade(empty_url, "base")
    assert count(database) == {}
    database.dispose()
    migrate.upgrade(empty_url)
    assert count(database) == dict.fromkeys(full, 0)
    assert fill(database) == full
    database.dispose()


def test_rows_survive_the_latest_revision_both_ways(empty_url: str) -> None:
    assert migrate.revisions(), "there is no revision yet: write migrations/versions/001_*.py"
    migrate.upgrade(empty_url)
    database = Database(empty_url)
    full = fill(database)
    database.dispose()
    migrate.downgrade(empty_url, "-1")
    below = count(database)
    assert below == {name: full[name] for name in below if name in full}
    database.dispose()
    migrate.upgrade(empty_url)
    again = count(database)
    assert again == {name: below.get(name, 0) for name in full}
    database.dispose()


def test_every_step_is_reversible_with_rows_in_it(empty_url: str) -> None:
    for revision in migrate.revisions():
        migrate.upgrade(empty_url, revision)
        database = Database(empty_url)
        before = count(database)
        missing = [name for name, number in before.items() if number == 0]
        if len(missing) == len(before):
            fill(database)
        database.dispose()
        migrate.downgrade(empty_url, "-1")
        migrate.upgrade(empty_url, revision)
        assert migrate.current(empty_url) == revision


def test_three_programs_that_start_at_once_build_the_tables_once(empty_url: str) -> None:
    program = "import sys; from app.kit import migrate; migrate.upgrade(sys.argv[1])"
    started = [
        subprocess.Popen([sys.executable, "-W", "error", "-c", program, empty_url], stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    for process in started:
        _, text = process.communicate(timeout=120)
        assert process.returncode == 0, text.decode()
    assert migrate.current(empty_url) == migrate.head()
