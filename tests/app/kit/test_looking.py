"""A database that is only looked at: nothing is changed, made, set or refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.kit import migrate
from app.kit.address import address_of, hosts_of
from app.kit.db import Database
from app.kit.durability import doubts
from app.kit.errors import Away


def test_what_is_looked_at_cannot_be_changed(database_url: str) -> None:
    looked = Database(database_url, looks_only=True)
    for change in ("DELETE FROM office", "CREATE TABLE more (id integer)"):
        with pytest.raises((DBAPIError, Away)), looked.write() as session:
            session.execute(text(change))
    with looked.engine.connect() as connection:
        assert migrate.current_of(connection) == migrate.head()
    looked.dispose()


def names(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


def test_a_file_that_is_missing_is_not_made(tmp_path: Path) -> None:
    missing = Database(f"sqlite:///{tmp_path / 'none.db'}", looks_only=True)
    with pytest.raises(DBAPIError), missing.engine.connect():
        pass
    assert names(tmp_path) == set()


@pytest.mark.parametrize("name", ["a b.db", "straße#1.db"])
def test_a_file_is_found_by_its_name_and_gets_no_side_files(tmp_path: Path, name: str) -> None:
    made = Database(f"sqlite:///{tmp_path / name}")
    with made.write() as session:
        session.execute(text("CREATE TABLE one (id integer)"))
    made.dispose()
    looked = Database(f"sqlite:///{tmp_path / name}", looks_only=True)
    assert doubts(looked) == []
    looked.dispose()
    assert names(tmp_path) == {name}


def test_the_journal_that_a_file_says_is_told(tmp_path: Path) -> None:
    place = f"sqlite:///{tmp_path / 'x.db'}"
    made = Database(place)
    with made.write() as session:
        session.execute(text("CREATE TABLE one (id integer)"))
    with made.engine.connect() as connection:
        looked = Database(place, looks_only=True)
        assert doubts(looked) == [], "while somebody has it open"
        looked.dispose()
        connection.exec_driver_sql("SELECT 1")
    made.dispose()
    with made.engine.connect() as connection:
        connection.connection.dbapi_connection.execute("PRAGMA journal_mode = DELETE")  # type: ignore[union-attr]
    made.dispose()
    looked = Database(place, looks_only=True)
    assert doubts(looked) == ["journal_mode is delete; it must be wal"]
    looked.dispose()


def test_a_server_that_is_weak_is_looked_at_all_the_same(postgres) -> None:
    with postgres.database() as url:
        weak = Database(f"{url}&options=-c%20synchronous_commit%3Doff", looks_only=True)
        assert "synchronous_commit is off; it must be on or remote_write or remote_apply" in doubts(weak)
        weak.dispose()


def test_of_several_servers_the_one_that_takes_writes_is_looked_at(postgres) -> None:
    with postgres.database() as url:
        folder = hosts_of(address_of(url))[0]
        looked = Database(url.replace(f"host={folder}", f"host={folder}/nobody,{folder}"), looks_only=True)
        with looked.read() as session:
            assert session.execute(text("SHOW default_transaction_read_only")).scalar_one() == "on"
            assert session.execute(text("SELECT pg_is_in_recovery()")).scalar_one() is False
        looked.dispose()
