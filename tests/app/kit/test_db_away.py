"""The database that is away, only reads, is full or takes no more connections: each told as what it is, and healed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import psycopg
import pytest
from sqlalchemy import event
from sqlalchemy import text as sql
from sqlalchemy.exc import DBAPIError

from app.kit import postgresql
from app.kit.address import address_of, has_several_hosts, hosts_of
from app.kit.db import Database
from app.kit.durability import doubts
from app.kit.errors import Away, Busy, InDoubt, NoRoom
from tests.postgres import SUPERUSER, Cluster


@pytest.fixture
def url(postgres: Cluster) -> Iterator[str]:
    with postgres.database() as made:
        yield made


@pytest.fixture
def db(url: str) -> Iterator[Database]:
    opened = Database(url)
    with opened.write() as session:
        session.execute(sql("CREATE TABLE word (text text)"))
    yield opened
    opened.dispose()


def _end_all(postgres: Cluster, db: Database) -> int:
    """End every connection of a database from outside, as a server does that goes down; how many there were."""
    name = db.engine.url.database
    with psycopg.connect(f"host={postgres.folder} user={SUPERUSER} dbname=postgres", autocommit=True) as outside:
        query = "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE datname = %s"
        (ended,) = outside.execute(query, [name]).fetchone() or (0,)
    return int(ended)


def _words(db: Database) -> list[str]:
    with db.read() as session:
        return list(session.execute(sql("SELECT text FROM word ORDER BY text")).scalars())


def _put(db: Database, word: str) -> None:
    with db.write() as session:
        session.execute(sql("INSERT INTO word VALUES (:word)"), {"word": word})


def test_a_server_that_cannot_be_reached_is_away(postgres: Cluster) -> None:
    nowhere = Database(f"postgresql://waymark_app@/x?host={postgres.folder}/nobody")
    for opened in (nowhere.read, nowhere.write):
        with pytest.raises(Away, match="Nothing was changed"), opened() as session:
            session.execute(sql("SELECT 1"))
    nowhere.dispose()


def test_a_connection_lost_before_the_commit_has_changed_nothing(postgres: Cluster, db: Database) -> None:
    with pytest.raises(Away) as told, db.write() as session:
        session.execute(sql("INSERT INTO word VALUES ('half')"))
        assert _end_all(postgres, db) >= 1
        session.execute(sql("INSERT INTO word VALUES ('other half')"))
    assert not isinstance(told.value, InDoubt) and told.value.status == 503
    assert told.value.headers["Retry-After"]
    _put(db, "whole")
    assert _words(db) == ["whole"]


def test_a_connection_lost_at_the_commit_leaves_a_doubt(postgres: Cluster, db: Database) -> None:
    with pytest.raises(InDoubt, match="Nobody knows") as told, db.write() as session:
        session.execute(sql("INSERT INTO word VALUES ('doubtful')"))
        assert _end_all(postgres, db) >= 1
    assert (told.value.status, told.value.code) == (503, "outcome_unknown")
    assert _words(db) == []


def test_a_refusal_at_the_commit_is_no_doubt(db: Database) -> None:
    with db.write() as session:
        session.execute(sql("CREATE TABLE one (n int UNIQUE DEFERRABLE INITIALLY DEFERRED)"))
    with pytest.raises(DBAPIError), db.write() as session:
        session.execute(sql("INSERT INTO one VALUES (1), (1)"))


def test_who_comes_after_a_rest_is_not_told_of_a_server_that_died_meanwhile(
    postgres: Cluster, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    ping = db.engine.dialect.do_ping
    monkeypatch.setattr(db.engine.dialect, "do_ping", lambda connection: asked.append(1) or ping(connection))
    for n in range(5):
        _put(db, str(n))
    assert asked == [], "a connection in use is asked nothing"
    assert _end_all(postgres, db) >= 1
    monkeypatch.setattr(postgresql, "RESTED_SECONDS", 0.05)
    time.sleep(0.1)
    _put(db, "after")
    assert asked == [1] and "after" in _words(db)


def test_one_that_finds_a_dead_connection_clears_the_way_for_all(postgres: Cluster, db: Database) -> None:
    with ExitStack() as stack:
        for _ in range(4):
            stack.enter_context(db.engine.connect())
    assert db.engine.pool.checkedin() == 4 and _end_all(postgres, db) >= 4
    with pytest.raises(Away):
        _put(db, "first")
    for n in range(4):
        _put(db, str(n))
    assert _words(db) == ["0", "1", "2", "3"]


def test_a_server_that_takes_no_writes_is_refused_when_connected_to(db: Database, url: str) -> None:
    reading = Database(f"{url}&options=-c%20default_transaction_read_only%3Don")
    with pytest.raises(Away), reading.read() as session:
        session.execute(sql("SELECT 1"))
    reading.dispose()
    # And one that was told so later changes nothing and says so.
    with pytest.raises(Away), db.write() as session:
        session.execute(sql("SET TRANSACTION READ ONLY"))
        session.execute(sql("INSERT INTO word VALUES ('no')"))
    assert _words(db) == []


def test_no_connection_left_is_told_and_recovered_from(postgres: Cluster, url: str) -> None:
    taken: list[psycopg.Connection[object]] = []
    db = Database(url)
    try:
        with suppress(psycopg.OperationalError):
            while len(taken) < 100:
                taken.append(psycopg.connect(host=str(postgres.folder), user=SUPERUSER, dbname="postgres"))
        assert 0 < len(taken) < 100
        with pytest.raises(Busy) as told, db.write():
            pytest.fail("it was opened")
        assert told.value.status == 503 and told.value.headers["Retry-After"]
    finally:
        for each in taken:
            each.close()
    for _ in range(100):
        with suppress(Busy), db.read() as session:
            assert session.execute(sql("SELECT 1")).scalar_one() == 1
            break
        time.sleep(0.05)
    else:
        pytest.fail("it never came back")
    db.dispose()


def test_a_full_disk_is_told_as_such_and_undone(db: Database) -> None:
    """The engines' own words for it; with a real full disk: tests/gates/test_no_room.py."""
    with pytest.raises(NoRoom), db.write() as session:
        session.execute(sql("INSERT INTO word VALUES ('no')"))
        session.execute(sql("DO $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$"))
    assert _words(db) == []


@pytest.mark.parametrize(
    ("written", "hosts", "port"),
    [
        ("postgresql://u:p%40,1@one:5432,two:5433/x?sslmode=verify-full", ("one", "two"), "5432,5433"),
        ("postgresql://one,two/x", ("one", "two"), None),
        ("postgres://u@[::1]:5,[::2]:6/x", ("::1", "::2"), "5,6"),
        ("postgresql+psycopg://u@/x?host=/a,/b", ("/a", "/b"), None),
        ("postgresql://u:a,b@one/x", ("one",), None),
    ],
)
def test_several_hosts_are_read_as_postgresql_writes_them(
    written: str, hosts: tuple[str, ...], port: str | None
) -> None:
    address = address_of(written)
    assert hosts_of(address) == hosts and address.query.get("port") == port
    arguments = postgresql.connect_args(address)
    one_that_writes = address.query.get("target_session_attrs") == "read-write"
    assert has_several_hosts(address) == one_that_writes == (len(hosts) > 1)
    assert arguments["connect_timeout"] == (3 if len(hosts) > 1 else 10)
    assert arguments["tcp_user_timeout"] and arguments["keepalives_idle"]


def test_what_the_address_says_itself_counts() -> None:
    own = "postgresql://one,two/x?target_session_attrs=any&connect_timeout=7&tcp_user_timeout=1000"
    address = address_of(own)
    assert address.query["target_session_attrs"] == "any"
    assert not {"target_session_attrs", "connect_timeout", "tcp_user_timeout"} & postgresql.connect_args(address).keys()


def test_several_servers_of_which_none_waits_for_another_are_doubted(url: str) -> None:
    folder = hosts_of(address_of(url))[0]
    several = Database(url.replace(f"host={folder}", f"host={folder}/nobody,{folder}"))
    assert [each for each in doubts(several) if "synchronous_standby_names is empty" in each]
    several.dispose()


def test_the_connection_that_is_refused_is_closed(url: str) -> None:
    weak = Database(f"{url}&options=-c%20synchronous_commit%3Dlocal")
    refused: list[psycopg.Connection[object]] = []
    event.listen(weak.engine, "connect", lambda connection, _: refused.append(connection), insert=True)
    with pytest.raises(RuntimeError), weak.read() as session:
        session.execute(sql("SELECT 1"))
    assert [each.closed for each in refused] == [True]
    weak.dispose()
