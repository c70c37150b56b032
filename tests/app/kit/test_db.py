"""The database: durable connections, whole transactions, one writer at a time, nothing swallowed."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    event,
    func,
    insert,
    select,
)
from sqlalchemy import text as sql
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, InvalidRequestError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.kit.db import POOL_OVERFLOW, POOL_SIZE, Database
from app.kit.durability import doubts
from app.kit.errors import Busy
from app.kit.gate import gate_for

PLAIN = MetaData()
PARENT = Table("parent", PLAIN, Column("id", Integer, primary_key=True), Column("word", String(20)))
CHILD = Table(
    "child",
    PLAIN,
    Column("id", Integer, primary_key=True),
    # Checked at commit, so that the commit itself is what fails.
    Column("parent_id", ForeignKey("parent.id", deferrable=True, initially="DEFERRED"), nullable=False),
)
COUNTER = Table(
    "counter", PLAIN, Column("id", Integer, primary_key=True), Column("n", Integer, CheckConstraint("n >= 0"))
)


class Thing(DeclarativeBase):
    """The base of the one mapped class below."""

    metadata = PLAIN


class Word(Thing):
    """A mapped row."""

    __tablename__ = "word"
    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]


@pytest.fixture
def db(empty_database: Database) -> Iterator[Database]:
    PLAIN.create_all(empty_database.engine)
    with empty_database.write() as session:
        session.execute(insert(COUNTER).values(id=1, n=0))
    yield empty_database


def rows(database: Database, table: Table) -> int:
    with database.read() as session:
        return int(session.scalar(select(func.count()).select_from(table)) or 0)


def ask(connection: Connection, question: str) -> str:
    return str(connection.exec_driver_sql(question).scalar_one())


def test_every_pooled_connection_is_durable_and_checks_foreign_keys(db: Database) -> None:
    with ExitStack() as stack:
        connections = [stack.enter_context(db.engine.connect()) for _ in range(POOL_SIZE + POOL_OVERFLOW)]
        assert len({id(connection.connection.dbapi_connection) for connection in connections}) == 12
        for connection in connections:
            if db.dialect == "sqlite":
                assert ask(connection, "PRAGMA journal_mode") == "wal"
                assert ask(connection, "PRAGMA synchronous") == "2"
                assert ask(connection, "PRAGMA foreign_keys") == "1"
                assert int(ask(connection, "PRAGMA busy_timeout")) >= 10_000
            else:
                assert ask(connection, "SHOW synchronous_commit") != "off"
                assert ask(connection, "SHOW statement_timeout") == "30s"
                assert ask(connection, "SHOW lock_timeout") == "10s"
                assert ask(connection, "SHOW timezone") == "UTC"


def test_durability_is_asked_and_a_weak_server_is_named(db: Database) -> None:
    # The test server runs without fsync: exactly what production must be told about.
    weak = ["fsync is off; it must be on", "full_page_writes is off; it must be on"]
    expected = [] if db.dialect == "sqlite" else weak
    assert doubts(db) == expected


def test_a_weak_sqlite_connection_is_named(tmp_path: Path) -> None:
    weak = Database(f"sqlite:///{tmp_path / 'weak.db'}")
    event.listen(weak.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous = NORMAL"))
    assert doubts(weak) == ["synchronous is 1; it must be 2 or 3"]
    weak.dispose()


@pytest.mark.parametrize("value", ["off", "local"])
def test_postgresql_without_synchronous_commit_is_refused(postgres, value: str) -> None:
    with postgres.database() as url:
        weak = Database(f"{url}&options=-c%20synchronous_commit%3D{value}")
        with pytest.raises(RuntimeError, match=f"synchronous_commit is {value}"), weak.read() as session:
            session.execute(sql("SELECT 1"))
        weak.dispose()


def test_write_commits_and_objects_stay_readable(db: Database) -> None:
    with db.write() as session:
        word = Word(id=1, text="kept")
        session.add(word)
    assert word.text == "kept"
    with db.read() as session:
        assert session.get(Word, 1).text == "kept"


def test_an_exception_rolls_everything_back_and_travels_on(db: Database) -> None:
    with pytest.raises(LookupError), db.write() as session:
        session.execute(insert(PARENT).values(id=1))
        raise LookupError
    assert rows(db, PARENT) == 0
    with db.write() as session:  # and the next writer gets through
        session.execute(insert(PARENT).values(id=2))
    assert rows(db, PARENT) == 1


def test_a_commit_that_fails_raises_and_leaves_nothing(db: Database) -> None:
    with pytest.raises(IntegrityError), db.write() as session:
        session.execute(insert(PARENT).values(id=7))
        session.execute(insert(CHILD).values(id=1, parent_id=404))
    assert rows(db, CHILD) == 0
    assert rows(db, PARENT) == 0
    with db.write() as session:
        session.execute(insert(PARENT).values(id=8))


def test_foreign_keys_hold(db: Database) -> None:
    with pytest.raises(IntegrityError), db.write() as session:
        session.execute(insert(CHILD).values(id=1, parent_id=404))
        session.execute(sql("SET CONSTRAINTS ALL IMMEDIATE" if db.dialect == "postgresql" else "SELECT 1"))
    assert rows(db, CHILD) == 0


def test_eight_threads_write_and_no_update_is_lost(db: Database) -> None:
    def work(_: int) -> None:
        for _ in range(20):
            with db.write() as session:
                # Reads, then writes: on SQLite only safe because the write lock is taken first.
                before = session.scalar(select(COUNTER.c.n).with_for_update())
                session.execute(COUNTER.update().values(n=before + 1))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(work, range(8)))
    with db.read() as session:
        assert session.scalar(select(COUNTER.c.n)) == 160


def test_readers_are_served_while_a_writer_writes(db: Database) -> None:
    with db.write() as session:
        session.execute(insert(PARENT).values(id=1))
        with ThreadPoolExecutor(1) as threads:
            assert threads.submit(rows, db, PARENT).result(timeout=10) == 0
    assert rows(db, PARENT) == 1


def test_write_inside_write_is_refused_at_once(db: Database) -> None:
    with db.write() as session:
        session.execute(insert(PARENT).values(id=1))
        with pytest.raises(RuntimeError, match="open in this thread already"), db.write():
            pass
    assert rows(db, PARENT) == 1


def test_a_second_database_object_on_the_same_place_shares_the_gate(db: Database, empty_url: str) -> None:
    twin = Database(empty_url)
    with db.write(), pytest.raises(RuntimeError, match="open in this thread already"), twin.write():
        pass
    twin.dispose()


def test_a_block_left_in_another_thread_is_undone_and_named(db: Database) -> None:
    block = db.write()
    session = block.__enter__()
    session.execute(insert(PARENT).values(id=1))
    with ThreadPoolExecutor(1) as threads, pytest.raises(RuntimeError, match="entered in one thread"):
        threads.submit(block.__exit__, None, None, None).result(timeout=10)
    assert rows(db, PARENT) == 0
    with db.write() as session:
        session.execute(insert(PARENT).values(id=2))
    assert rows(db, PARENT) == 1


def test_commit_inside_the_block_is_refused(db: Database) -> None:
    with pytest.raises(InvalidRequestError), db.write() as session:
        session.execute(insert(PARENT).values(id=1))
        session.commit()
        session.execute(insert(PARENT).values(id=2))


def test_read_refuses_changes(db: Database) -> None:
    with pytest.raises(DBAPIError), db.read() as session:
        session.execute(insert(PARENT).values(id=1))
    with pytest.raises(RuntimeError, match="use write"), db.read() as session:
        session.add(Word(id=1, text="would be lost"))
    with db.write() as session:  # the same connection writes again afterwards
        session.execute(insert(PARENT).values(id=1))
    assert rows(db, PARENT) == 1


def test_sqlite_readers_see_one_state(tmp_path: Path) -> None:
    db = Database(f"sqlite:///{tmp_path / 'one.db'}")
    PLAIN.create_all(db.engine)
    with db.read() as session:
        assert session.scalar(select(func.count()).select_from(PARENT)) == 0
        with ThreadPoolExecutor(1) as threads:
            threads.submit(_insert_parent, db).result(timeout=10)
        assert session.scalar(select(func.count()).select_from(PARENT)) == 0
    assert rows(db, PARENT) == 1
    db.dispose()


def _insert_parent(db: Database) -> None:
    with db.write() as session:
        session.execute(insert(PARENT).values(id=1))


def test_a_writer_that_waits_too_long_is_told_busy(tmp_path: Path) -> None:
    db = Database(f"sqlite:///{tmp_path / 'busy.db'}", writer_wait=0.2)
    PLAIN.create_all(db.engine)
    with db.write(), ThreadPoolExecutor(1) as threads:
        failure = threads.submit(_insert_parent, db).exception(timeout=10)
    assert isinstance(failure, Busy)
    assert rows(db, PARENT) == 0
    db.dispose()


HOLDER = """
import sqlite3, sys, time
c = sqlite3.connect(sys.argv[1], isolation_level=None)
c.execute("BEGIN IMMEDIATE"); print("held", flush=True); sys.stdin.readline(); c.execute("ROLLBACK")
"""


def test_another_process_that_holds_the_file_makes_us_busy_not_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.kit.sqlite.BUSY_MILLISECONDS", 200)
    path = tmp_path / "held.db"
    db = Database(f"sqlite:///{path}")
    PLAIN.create_all(db.engine)
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout.readline().strip() == "held"
        with pytest.raises(Busy):
            _insert_parent(db)
    finally:
        holder.communicate("\n", timeout=20)
    _insert_parent(db)
    assert rows(db, PARENT) == 1
    db.dispose()


def test_postgresql_lock_and_statement_timeouts_are_told_as_busy(postgres) -> None:
    with postgres.database() as url:
        db = Database(f"{url}&options=-c%20lock_timeout%3D200ms%20-c%20statement_timeout%3D400ms")
        PLAIN.create_all(db.engine)
        _insert_parent(db)
        with db.write() as session, ThreadPoolExecutor(1) as threads:
            session.execute(select(PARENT).with_for_update())
            assert isinstance(threads.submit(_lock_parent, db).exception(timeout=10), Busy)
        with pytest.raises(Busy), db.read() as session:
            session.execute(sql("SELECT pg_sleep(5)"))
        db.dispose()


def _lock_parent(db: Database) -> None:
    with db.write() as session:
        session.execute(select(PARENT).with_for_update())


def test_statement_values_stay_out_of_exception_texts(db: Database) -> None:
    with pytest.raises(IntegrityError) as caught, db.write() as session:
        session.execute(insert(COUNTER).values(id=1, n=-987654))
    assert "parameters hidden" in str(caught.value)


def test_first_connections_of_many_threads_do_not_disturb_each_other(tmp_path: Path) -> None:
    db = Database(f"sqlite:///{tmp_path / 'new' / 'fresh.db'}")
    ready = threading.Barrier(8)

    def connect(_: int) -> str:
        ready.wait(timeout=10)
        with db.engine.connect() as connection:
            return str(connection.exec_driver_sql("PRAGMA journal_mode").scalar_one())

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(connect, range(8))) == {"wal"}
    assert (tmp_path / "new" / "fresh.db").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700
    db.dispose()


def test_dispose_closes_and_the_database_opens_again(db: Database) -> None:
    db.dispose()
    assert db.engine.pool.checkedin() == 0
    assert rows(db, COUNTER) == 1


@pytest.mark.parametrize(
    "url",
    ["", "sqlite://", "sqlite:///:memory:", "sqlite:///file:x?uri=true", "mysql://u:s3cret@h/d", "no url"],
)
def test_unusable_urls_are_refused_without_repeating_them(url: str) -> None:
    with pytest.raises(ValueError, match="database|SQLite") as caught:
        Database(url)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_postgresql_means_psycopg(scheme: str) -> None:
    database = Database(f"{scheme}://user:s3cret@db.example/waymark")
    assert database.engine.url.drivername == "postgresql+psycopg"
    assert database.dialect == "postgresql"
    assert "s3cret" not in repr(database)


def test_a_gate_lets_the_next_in_after_an_exception(tmp_path: Path) -> None:
    gate = gate_for(make_url(f"sqlite:///{tmp_path / 'x.db'}"), exclusive=True)
    with pytest.raises(KeyError), gate.passage(1):
        raise KeyError
    started = time.monotonic()
    with gate.passage(5):
        assert time.monotonic() - started < 1


@pytest.mark.parametrize("refused", [False, True])
def test_what_was_prepared_stays_prepared_after_a_look(db: Database, refused: bool) -> None:
    if db.dialect != "postgresql":
        return
    ask = sql("SELECT count(*) FROM pg_prepared_statements WHERE name LIKE '_pg3_%'")

    def look() -> int:
        with db.read() as session:
            for _ in range(3):
                session.execute(sql("SELECT count(*) FROM counter")).scalar_one()
            return int(session.execute(ask).scalar_one())

    for _ in range(2):
        look()
        if refused:
            with pytest.raises(LookupError), db.read() as session:
                session.execute(sql("SELECT 1"))
                raise LookupError
    with db.read() as session:
        assert session.execute(ask).scalar_one() > 0
