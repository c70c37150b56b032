"""Whatever a column can hold arrives as it is, in every table; and what did not is named, to the row and the column."""

from __future__ import annotations

import re
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Double,
    Integer,
    Interval,
    LargeBinary,
    MetaData,
    String,
    Table,
    select,
    text,
    update,
)

from app.kit import migrate
from app.kit.db import Database
from app.models.base import Base, Stamp
from app.moving import comparing, copying, moving
from app.moving.columns import Columns, UnknownType, form
from app.moving.comparing import tables
from app.moving.moving import Done
from app.moving.proving import Proof
from app.moving.refused import MoveRefused
from app.settings import Settings
from tests.app.moving.conftest import New
from tests.app.moving.old import Old
from tests.app.moving.pictures import Quiet, nothing_there, of_file, picture
from tests.app.test_migrations import fill
from tests.inspect import see_all

# What has gone wrong in other programs on the way between two engines.
LETTERS = "a\tb\nc\\d\\N 'e' \"f\" é e\u0301 ကျန်း\u200b 😀"
BYTES = bytes(range(256))
MOMENT = datetime(2026, 3, 29, 1, 59, 59, 999_999, tzinfo=UTC)


def hard(column: Column[Any]) -> Any:
    """A value of the column's type that is easily spoilt."""
    kind = column.type
    if isinstance(kind, Boolean):
        return False
    if isinstance(kind, Stamp):
        return MOMENT
    if isinstance(kind, Date):
        return date(1899, 12, 31)
    if isinstance(kind, LargeBinary):
        return BYTES
    if isinstance(kind, BigInteger):
        return -(2**63)
    if isinstance(kind, Integer):
        return -1
    if isinstance(kind, Double):
        return 0.1 + 0.2
    assert isinstance(kind, String), f"{column}: say what is hard for {kind!r}"
    return (LETTERS * 9)[: kind.length] if kind.length else LETTERS * 900


def free(column: Column[Any]) -> bool:
    """Whether a column may be given any value: no key, and nothing that points somewhere or is looked at."""
    return not (column.primary_key or column.foreign_keys or column.unique)


@pytest.fixture(scope="session")
def full_file(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with rows in every table, of which one holds what is hard in every column that takes it."""
    file = tmp_path_factory.mktemp("full") / "full.db"
    shutil.copyfile(sqlite_template, file)
    database = Database(f"sqlite:///{file}")
    assert set(fill(database)) == set(Base.metadata.tables)
    unique = {
        column.name
        for table in tables()
        for constraint in (*table.constraints, *table.indexes)
        if getattr(constraint, "unique", False) or type(constraint).__name__ == "UniqueConstraint"
        for column in constraint.columns
    }
    with database.write() as session:
        for table in tables():
            first = session.execute(select(*table.primary_key.columns).limit(1)).one()
            where = [column == value for column, value in zip(table.primary_key.columns, first, strict=True)]
            values = {each.name: hard(each) for each in table.columns if free(each) and each.name not in unique}
            if values:
                session.execute(update(table).where(*where).values(values))
        # What a mutant turns into an empty text.
        session.execute(text("UPDATE user_account SET email = NULL"))
    database.dispose()
    return file


@pytest.fixture
def full(old: Old, full_file: Path, tmp_path: Path) -> Settings:
    """A copy of it."""
    return old.settings(f"sqlite:///{shutil.copyfile(full_file, tmp_path / 'full.db')}")


@pytest.fixture
def unproven(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows that nobody lived through prove nothing; what proves a store has tests of its own."""
    monkeypatch.setattr(moving, "prove", lambda *_arguments: Proof((), ()))


def moved(old: Old, settings: Settings, new: New) -> Done:
    return moving.move(old.house(settings), settings, new.url, Quiet())


@pytest.mark.usefixtures("unproven")
def test_every_table_arrives_as_it_is_in_the_order_in_which_it_was_written(
    old: Old, full: Settings, new: New
) -> None:
    before, _, _ = of_file(full)
    done = moved(old, full, new)
    assert {each.table for each in done.tables} == set(Base.metadata.tables)
    assert all(each.same and each.here >= 2 and each.digest_here == each.digest_there for each in done.tables)
    there = new.opened()
    now = picture(there)
    lines = now.pop("access_entry")
    # One line for each country of the house says that it was moved, and both stores have it.
    assert set(before.pop("access_entry")) < set(lines) and any("store_moved" in line for line in lines)
    assert now == before
    ours = Database(full.database_url)
    with ours.read() as here, there.read() as session:
        see_all(session.connection())
        for table in tables():
            keys = [column.name for column in table.primary_key.columns]
            laid = session.execute(text(f'SELECT {", ".join(keys)} FROM "{table.name}" ORDER BY ctid')).all()
            written = here.execute(text(f'SELECT {", ".join(keys)} FROM "{table.name}" ORDER BY rowid')).all()
            assert [tuple(row) for row in laid] == [tuple(row) for row in written], table.name
        # What counts by itself would have to be told how far it had come.
        counting = "SELECT count(*) FROM pg_class WHERE relkind = 'S' AND relnamespace = current_schema()::regnamespace"
        assert session.execute(text(counting)).scalar_one() == 0, "a sequence has to be set to where the old store was"
    ours.dispose()
    there.dispose()


# What happens to the new store between copying and comparing -> what the move says.
SPOILT = {
    "a row is dropped": ("DELETE FROM notice WHERE id = (SELECT min(id) FROM notice)", r"notice \S+ is missing there"),
    "a row too many": ("INSERT INTO login_attempt VALUES ('zz', 1, now())", "login_attempt zz is there alone"),
    "a byte is altered": (
        "UPDATE data_key SET wrapped = set_byte(wrapped, 9, get_byte(wrapped, 9) # 1) WHERE length(wrapped) > 9",
        r"data_key \S+ differs in wrapped",
    ),
    "a byte is lost": (
        "UPDATE record SET sealed = substr(sealed, 1, length(sealed) - 1)", r"record \S+ differs in sealed"
    ),
    "a moment is shifted by an hour": (
        "UPDATE task SET opened_at = opened_at + interval '1 hour' WHERE id = (SELECT max(id) FROM task)",
        r"task \S+ differs in opened_at",
    ),
    "a moment is cut": (
        "UPDATE outbox_row SET next_at = date_trunc('second', next_at)", r"outbox_row \S+ differs in next_at"
    ),
    "a truth is turned": ("UPDATE case_facts SET child = NOT child", r"case_facts \S+ differs in child"),
    "nothing becomes an empty text": (
        "UPDATE user_account SET email = '' WHERE email IS NULL", r"user_account \S+ differs in email"
    ),
    "another spelling": (
        "UPDATE user_account SET display_name = normalize(display_name, NFC)",
        r"user_account \S+ differs in display_name",
    ),
    "two columns at once": (
        "UPDATE job SET done = total, faults = faults + 1 WHERE id = (SELECT min(id) FROM job)",
        r"job \S+ differs in done, faults|job \S+ differs in faults",
    ),
}  # fmt: skip


@pytest.mark.usefixtures("unproven")
def test_what_did_not_arrive_is_named_and_nothing_is_moved(
    old: Old, full: Settings, new: New, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, before, unnamed = copying.copy_all, of_file(full), []
    for what, (statement, named) in SPOILT.items():

        def spoilt(here: Any, there: Any, told: Any, statement: str = statement) -> int:
            count = real(here, there, told)
            assert there.execute(text(statement)).rowcount > 0, "the mutant has to change something"
            return count

        monkeypatch.setattr(copying, "copy_all", spoilt)
        with pytest.raises(MoveRefused, match="nothing was moved") as refused:
            moved(old, full, new)
        if not re.search(named, str(refused.value)):
            unnamed.append((what, str(refused.value)))
        assert of_file(full) == before
    assert not unnamed
    assert nothing_there(new)
    monkeypatch.setattr(copying, "copy_all", real)
    assert moved(old, full, new).rows > 150, "and then it goes"


# What SQLite keeps in a column of PostgreSQL's -> what is said of it.
UNFIT = {
    "UPDATE case_file SET reference = printf('%.41c', 'x') WHERE rowid = 1": (
        r"case_file \S+, column reference: it is 41 characters long, and PostgreSQL takes 40"
    ),
    "UPDATE task SET kind = char(65, 0, 66) WHERE rowid = 1": r"task \S+, column kind: the text holds a NUL",
    "UPDATE task SET stops = 3000000000 WHERE rowid = 1": r"task \S+, column stops: the number needs more than 32 bits",
    "UPDATE data_key SET wrapped = 'words' WHERE rowid = 1": "column wrapped: it holds a str and not a bytes",
    "UPDATE task SET opened_at = 'words' WHERE rowid = 2": r"task: among the 1000 rows after \S.* one holds",
}  # fmt: skip


@pytest.mark.usefixtures("unproven")
def test_a_value_that_does_not_fit_is_named_by_its_place_and_not_repeated(
    old: Old, full_file: Path, new: New, tmp_path: Path
) -> None:
    file = tmp_path / "unfit.db"
    for statement, named in UNFIT.items():
        settings = old.settings(f"sqlite:///{shutil.copyfile(full_file, file)}")
        with closing(sqlite3.connect(file)) as database:
            assert database.execute(statement).rowcount == 1
            database.commit()
        with pytest.raises(MoveRefused, match=named) as refused:
            moved(old, settings, new)
        assert "xxxx" not in str(refused.value) and "words" not in str(refused.value)
        assert migrate.current(settings.database_url) == migrate.head()
    assert nothing_there(new)


def test_a_type_that_nobody_said_how_to_move_stops_it() -> None:
    with pytest.raises(UnknownType, match="strange.when is of a type that cannot be moved"):
        Columns(Table("strange", MetaData(), Column("when", Interval())))
    with pytest.raises(UnknownType):
        form((object(),))
    for table in tables():
        Columns(table)


def test_no_two_rows_have_one_form() -> None:
    rows: list[tuple[Any, ...]] = [
        ("a", "b"), ("ab", ""), ("", "ab"), (None, ""), ("", None), (b"a", "b"), (1, True), (True, 1), ("1", 1),
        (date(2026, 1, 1), datetime(2026, 1, 1, tzinfo=UTC)), ("2026-01-01", MOMENT), (0.1, 0.2), ("é", "e\u0301"),
    ]  # fmt: skip
    assert len({form(row) for row in rows}) == len(rows)
    assert comparing.digest_of([]) != comparing.digest_of([comparing.Compared("task", 0, 0, "", "", None)])
